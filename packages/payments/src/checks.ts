/** Refuses bad arguments before anything is sent or written. */

import { refuseCardData } from './card-guard.ts';
import type { GatewayContext } from './context.ts';
import { type Place, paymentError } from './errors.ts';
import { formatMoney, isMoney, type Money } from './money.ts';
import type { Payment } from './payment.ts';
import { allows, type PaymentAction } from './states.ts';

/** Refuses references that not every vendor can keep, and card data wherever it stands. */
export function checkNamed(
  context: GatewayContext,
  given: { readonly reference: string },
  place: Place,
): void {
  refuseCardData(given, place.driver, place.operation);
  const { maxReferenceBytes } = context.driver.facts;
  if (
    typeof given.reference !== 'string' ||
    !/^[\x21-\x7e]+$/.test(given.reference) ||
    given.reference.length > maxReferenceBytes
  )
    throw paymentError(
      `a reference is 1 to ${maxReferenceBytes} printable ASCII characters without spaces`,
      place,
      { code: 'invalid_argument', reason: 'reference', remedy: 'use your order number' },
    );
}

/** Refuses amounts that cannot be moved: not positive, of a currency that is not taken, above the vendor's limit. */
export function checkAmount({ driver }: GatewayContext, amount: Money, place: Place): void {
  const refuse = (says: string, remedy: string) =>
    paymentError(says, place, { code: 'invalid_argument', reason: 'amount', remedy });
  if (!isMoney(amount)) throw refuse('the amount is no money', 'make it with money() or parseMoney()');
  if (amount.minor <= 0n)
    throw refuse(
      `${formatMoney(amount)} ${amount.currency} is not a positive amount`,
      'give what is to be moved',
    );
  const { currencies, maxMinor, stepMinor } = driver.facts;
  if (currencies !== 'all' && !currencies.includes(amount.currency))
    throw refuse(`${amount.currency} is not taken here`, `use one of ${currencies.join(', ')}`);
  const step = stepMinor?.[amount.currency] ?? 1n;
  if (amount.minor % step !== 0n)
    throw refuse(
      `${formatMoney(amount)} ${amount.currency} is finer than the processor’s steps`,
      `give a multiple of ${step} minor units`,
    );
  const most = maxMinor?.[amount.currency] ?? maxMinor?.other;
  if (most !== undefined && amount.minor > most)
    throw refuse(
      `${formatMoney(amount)} ${amount.currency} is above the processor's limit`,
      `at most ${most} minor units`,
    );
}

/** Refuses addresses to which no customer should be sent back. */
export function checkReturnUrl(url: string | undefined, place: Place): void {
  if (url === undefined) return;
  const parsed = URL.parse(url);
  const isLocal = parsed?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(parsed.hostname);
  if (parsed?.protocol === 'https:' || isLocal) return;
  throw paymentError('the return address is no https address', place, {
    code: 'invalid_argument',
    reason: 'return_url',
    remedy: 'give the whole address, as https://shop.test/return',
  });
}

/** Refuses what the payment's status forbids, and a capture after its time. */
export function checkAction(
  context: GatewayContext,
  action: PaymentAction,
  payment: Payment,
  place: Place,
): void {
  if (!allows(action, payment.status))
    throw paymentError(`a payment that is ${payment.status} cannot be ${pastTense[action]}`, place, {
      code: 'failed_precondition',
      reason: 'status',
      remedy: 'retrieve it and look at its status',
    });
  if (action === 'capture' && payment.expiresAt !== undefined && payment.expiresAt <= context.clock.now())
    throw paymentError('the authorization has expired', place, {
      code: 'failed_precondition',
      reason: 'expired',
      remedy: 'authorize anew',
    });
}

const pastTense = { confirm: 'confirmed', capture: 'captured', void: 'voided', refund: 'refunded' } as const;

/** Refuses more than is left, and other money than the payment's. */
export function checkPart(part: Money, left: Money, place: Place): void {
  if (part.currency !== left.currency)
    throw paymentError(`the payment is in ${left.currency}, not in ${part.currency}`, place, {
      code: 'invalid_argument',
      reason: 'amount',
      remedy: 'use its own currency',
    });
  if (part.minor > left.minor)
    throw paymentError(
      `${formatMoney(part)} ${part.currency} is more than the ${formatMoney(left)} that are left`,
      place,
      { code: 'failed_precondition', reason: 'amount', remedy: 'retrieve the payment for its amounts' },
    );
}
