/** What the embedded processor refuses, as it says so. */
import { IntegrationError } from '@im/core';
import type { DeclineTable } from '../declines.ts';

const rows = {
  no_payment: ['not_found', 'there is no such payment', 'none', 'use an id that create gave'],
  status: ['failed_precondition', 'the payment’s status does not allow it', 'none', 'retrieve the payment'],
  expired: ['failed_precondition', 'the authorization has expired', 'none', 'authorize anew'],
  amount: [
    'failed_precondition',
    'more than is left of the payment',
    'none',
    'retrieve the payment for its amounts',
  ],
  currency: ['invalid_argument', 'the payment is in another currency', 'none', 'use its own'],
  mandate: ['not_found', 'there is no such mandate', 'none', 'set one up with the customer'],
  no_payout: ['not_found', 'there is no such payout', 'none', 'use an id of the payouts'],
  nothing_to_pay: ['failed_precondition', 'there is nothing to pay out', 'none', 'capture something first'],
  key_reused: [
    'invalid_argument',
    'the idempotency key came with another request',
    'none',
    'use a key a request',
  ],
  lost: ['unavailable', 'the connection was lost before an answer came', 'unknown', 'ask what became of it'],
  signature: [
    'unauthenticated',
    'the webhook’s signature is not right',
    'none',
    'look at the secret of this endpoint',
  ],
  time: [
    'unauthenticated',
    'the webhook’s time is too far away',
    'none',
    'look at the clock of this machine',
  ],
} as const;

/** Makes one of the usual failures. `reason` is its name. */
export function memoryError(reason: keyof typeof rows): IntegrationError {
  const [code, says, effect, remedy] = rows[reason];
  return new IntegrationError(says, { code, effect, remedy, reason });
}

/** Decline codes of the embedded processor. */
export const memoryDeclines: DeclineTable = {
  docs: 'https://www.iso.org/standard/31628.html',
  rows: {
    insufficient_funds: {
      category: 'insufficient_funds',
      retry: 'later',
      messageKey: 'payment.declined.funds',
    },
    stolen_card: { category: 'lost_or_stolen', retry: 'never', messageKey: 'payment.declined' },
    authentication_failed: {
      category: 'authentication_required',
      retry: 'authenticate',
      messageKey: 'payment.declined.authentication',
    },
    generic_decline: { category: 'unspecified', retry: 'later', messageKey: 'payment.declined' },
  },
};
