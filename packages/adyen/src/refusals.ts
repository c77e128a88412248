/**
 * Why issuers and Adyen refuse payments: `refusalReasonCode` by Adyen's table, and raw responses of the schemes where the account shows them
 * (`raw:51`). A raw response is read where Adyen's own code says no more than "Refused".
 *
 * @see {@link https://docs.adyen.com/development-resources/refusal-reasons | Adyen: Refusal reasons}
 * @see {@link https://docs.adyen.com/development-resources/raw-acquirer-responses | Adyen: Raw responses}
 */
import type { DeclineRow, DeclineTable } from '@im/payments';

// Fraud and theft are not told to whoever tries.
const refused: DeclineRow = { category: 'unspecified', retry: 'later', messageKey: 'payment.declined' };
const fraud: DeclineRow = { category: 'suspected_fraud', retry: 'never', messageKey: 'payment.declined' };
const stolen: DeclineRow = { category: 'lost_or_stolen', retry: 'never', messageKey: 'payment.declined' };
const forbidden: DeclineRow = {
  category: 'not_permitted',
  retry: 'never',
  messageKey: 'payment.declined.not_permitted',
};
const closed: DeclineRow = { category: 'not_permitted', retry: 'never', messageKey: 'payment.declined' };
const unavailable: DeclineRow = {
  category: 'issuer_unavailable',
  retry: 'soon',
  messageKey: 'payment.declined.try_again',
};
const expired: DeclineRow = {
  category: 'expired_method',
  retry: 'never',
  messageKey: 'payment.declined.expired',
};
const funds: DeclineRow = {
  category: 'insufficient_funds',
  retry: 'later',
  messageKey: 'payment.declined.funds',
};
const limit: DeclineRow = {
  category: 'limit_exceeded',
  retry: 'later',
  messageKey: 'payment.declined.limit',
};
const details: DeclineRow = {
  category: 'incorrect_details',
  retry: 'correct',
  messageKey: 'payment.declined.details',
};
const cvc: DeclineRow = {
  category: 'incorrect_details',
  retry: 'correct',
  messageKey: 'payment.declined.cvc',
};
const address: DeclineRow = {
  category: 'incorrect_details',
  retry: 'correct',
  messageKey: 'payment.declined.address',
};
const pin: DeclineRow = {
  category: 'incorrect_details',
  retry: 'correct',
  messageKey: 'payment.declined.pin',
};
const authenticate: DeclineRow = {
  category: 'authentication_required',
  retry: 'authenticate',
  messageKey: 'payment.declined.authentication',
};
const cancelled: DeclineRow = {
  category: 'unspecified',
  retry: 'correct',
  messageKey: 'payment.declined.cancelled',
};
const ours: DeclineRow = { category: 'unspecified', retry: 'never', messageKey: 'payment.declined' };

/** One refusal of Adyen's table. */
interface Refusal {
  /** `refusalReason`, as answers and webhooks spell it. */
  readonly reason: string;
  readonly row: DeclineRow;
}

/** By `refusalReasonCode`. 13, 30 and 47 onwards are not documented. */
export const refusals: Readonly<Record<string, Refusal>> = {
  '2': { reason: 'Refused', row: refused },
  '3': { reason: 'Referral', row: refused },
  '4': { reason: 'Acquirer Error', row: unavailable },
  '5': { reason: 'Blocked Card', row: stolen },
  '6': { reason: 'Expired Card', row: expired },
  '7': { reason: 'Invalid Amount', row: ours },
  '8': { reason: 'Invalid Card Number', row: details },
  '9': { reason: 'Issuer Unavailable', row: unavailable },
  '10': { reason: 'Not supported', row: forbidden },
  '11': { reason: '3D Not Authenticated', row: authenticate },
  '12': { reason: 'Not enough balance', row: funds },
  '14': { reason: 'Acquirer Fraud', row: fraud },
  '15': { reason: 'Cancelled', row: cancelled },
  '16': { reason: 'Shopper Cancelled', row: cancelled },
  '17': { reason: 'Invalid Pin', row: pin },
  '18': { reason: 'Pin tries exceeded', row: closed },
  '19': { reason: 'Pin validation not possible', row: unavailable },
  '20': { reason: 'FRAUD', row: fraud },
  '21': { reason: 'Not Submitted', row: unavailable },
  '22': { reason: 'FRAUD-CANCELLED', row: fraud },
  '23': { reason: 'Transaction Not Permitted', row: forbidden },
  '24': { reason: 'CVC Declined', row: cvc },
  '25': { reason: 'Restricted Card', row: forbidden },
  '26': { reason: 'Revocation Of Auth', row: closed },
  '27': { reason: 'Declined Non Generic', row: refused },
  '28': { reason: 'Withdrawal amount exceeded', row: limit },
  '29': { reason: 'Withdrawal count exceeded', row: limit },
  '31': { reason: 'Issuer Suspected Fraud', row: fraud },
  '32': { reason: 'AVS Declined', row: address },
  '33': { reason: 'Card requires online pin', row: authenticate },
  '34': { reason: 'No checking account available on Card', row: closed },
  '35': { reason: 'No savings account available on Card', row: closed },
  '36': { reason: 'Mobile pin required', row: authenticate },
  '37': { reason: 'Contactless fallback', row: authenticate },
  '38': { reason: 'Authentication required', row: authenticate },
  '39': { reason: 'RReq not received from DS', row: authenticate },
  '40': { reason: 'Current AID is in Penalty Box.', row: unavailable },
  '41': { reason: 'CVM Required Restart Payment', row: authenticate },
  '42': { reason: '3DS Authentication Error', row: authenticate },
  '43': { reason: 'Online PIN required', row: authenticate },
  '44': { reason: 'Try another interface', row: authenticate },
  '45': { reason: 'Chip downgrade mode', row: authenticate },
  '46': { reason: 'Transaction blocked by Adyen to prevent excessive retry fees', row: closed },
};

/** Raw responses as documented for the most common schemes: Visa and Mastercard two characters, American Express three digits. */
export const rawRefusals: Readonly<Record<string, DeclineRow>> = {
  '01': refused,
  '03': ours,
  '04': stolen,
  '05': refused,
  '06': unavailable,
  '07': stolen,
  '12': forbidden,
  '13': ours,
  '14': details,
  '15': details,
  '19': unavailable,
  '21': closed,
  '30': ours,
  '39': closed,
  '41': stolen,
  '43': stolen,
  '46': closed,
  '51': funds,
  '52': closed,
  '53': closed,
  '54': expired,
  '55': pin,
  '57': forbidden,
  '58': forbidden,
  '59': fraud,
  '61': limit,
  '62': forbidden,
  '63': fraud,
  '64': ours,
  '65': limit,
  '70': authenticate,
  '75': closed,
  '78': closed,
  '79': closed,
  '80': closed,
  '81': pin,
  '82': cvc,
  '83': fraud,
  '85': refused,
  '86': unavailable,
  '91': unavailable,
  '92': unavailable,
  '93': forbidden,
  '94': ours,
  '96': unavailable,
  '1A': authenticate,
  N7: cvc,
  R0: closed,
  R1: closed,
  R3: closed,
  '100': refused,
  '101': expired,
  '109': ours,
  '110': ours,
  '111': details,
  '115': forbidden,
  '116': funds,
  '119': forbidden,
  '121': limit,
  '122': cvc,
  '125': details,
  '181': ours,
  '183': ours,
  '187': expired,
  '189': closed,
  '200': stolen,
  '909': unavailable,
  '911': unavailable,
  '912': unavailable,
};

/** A payment that the shopper never finished: `OFFER_CLOSED`, or the end of a session. */
export const offerClosed = 'OFFER_CLOSED';

export const adyenDeclines: DeclineTable = {
  docs: 'https://docs.adyen.com/development-resources/refusal-reasons',
  rows: {
    ...Object.fromEntries(Object.entries(refusals).map(([code, { row }]) => [code, row])),
    ...Object.fromEntries(Object.entries(rawRefusals).map(([code, row]) => [`raw:${code}`, row])),
    [offerClosed]: cancelled,
  },
};

const codeByReason = new Map(Object.entries(refusals).map(([code, { reason }]) => [normal(reason), code]));

function normal(reason: string): string {
  return reason.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** Codes that say no more than that it was refused. */
const unspecific: ReadonlySet<string> = new Set(['2', '27']);

/** What is known of a refusal. */
export interface RefusalTold {
  readonly resultCode?: string | undefined;
  readonly code?: string | undefined;
  /** In words: answers beside the code, webhooks instead of it. */
  readonly reason?: string | undefined;
  /** `51 : Insufficient funds`, where the account shows it. */
  readonly raw?: string | undefined;
}

/** Code for {@link adyenDeclines}: Adyen's, or what its words say, or the scheme's where that says more. */
export function refusalCode({ resultCode, code, reason = '', raw = '' }: RefusalTold): string {
  const own = code ?? codeByReason.get(normal(reason)) ?? byResult[resultCode ?? ''] ?? '2';
  const [, scheme] = /^\s*(\w{1,3})\s*(?::|$)/.exec(raw) ?? [];
  if (!unspecific.has(own) || scheme === undefined) return own;
  const known = [scheme, scheme.padStart(2, '0')].find((one) => Object.hasOwn(rawRefusals, one));
  return known === undefined ? own : `raw:${known}`;
}

const byResult: Readonly<Record<string, string>> = { Cancelled: '15', Error: '4', Refused: '2' };
