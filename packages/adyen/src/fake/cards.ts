/**
 * Test cards and what steers them: https://docs.adyen.com/development-resources/testing/test-card-numbers. Numbers travel as Adyen's components send
 * them, encrypted; this fake's cipher is a child's, but like theirs it leaves no digit in sight.
 */
import { refusals } from '../refusals.ts';

/** A card as a shopper types it. */
export interface TestCard {
  readonly number: string;
  /** `03` */
  readonly expiryMonth?: string | undefined;
  /** `2030` */
  readonly expiryYear?: string | undefined;
  readonly cvc?: string | undefined;
  /** `DECLINED`, `NOT_ENOUGH_BALANCE` and the like steer the result. */
  readonly holderName?: string | undefined;
}

/** What a number is. */
export interface CardKind {
  readonly brand: string;
  /** Asks the shopper. */
  readonly threeDSecure?: true | undefined;
  readonly country: string;
}

export const cardKinds: Readonly<Record<string, CardKind>> = {
  '4111111111111111': { brand: 'visa', country: 'NL' },
  '4111111145551142': { brand: 'visa', country: 'NL' },
  '4444333322221111': { brand: 'visa', country: 'GB' },
  '4400000000000008': { brand: 'visa', country: 'US' },
  '4977949494949497': { brand: 'visa', country: 'FR' },
  '5555444433331111': { brand: 'mc', country: 'GB' },
  '5555555555554444': { brand: 'mc', country: 'GB' },
  '2222410740360010': { brand: 'mc', country: 'NL' },
  '5100060000000002': { brand: 'mc', country: 'US' },
  '370000000000002': { brand: 'amex', country: 'NL' },
  '36006666333344': { brand: 'diners', country: 'US' },
  '6011601160116611': { brand: 'discover', country: 'US' },
  '3569990010095841': { brand: 'jcb', country: 'US' },
  '6771798021000008': { brand: 'maestro', country: 'NL' },
  '4917610000000000': { brand: 'visa', country: 'NL', threeDSecure: true },
  '4212345678901237': { brand: 'visa', country: 'NL', threeDSecure: true },
  '5454545454545454': { brand: 'mc', country: 'NL', threeDSecure: true },
  '5212345678901234': { brand: 'mc', country: 'NL', threeDSecure: true },
};

const prefix = 'adyenfake_1$';
const letters = 'ABCDEFGHIJ';

/** Encrypts one field. */
export function encryptField(value: string): string {
  const plain = value.replace(/\d/g, (digit) => letters.charAt(Number(digit)));
  return `${prefix}${plain.split('').reverse().join('')}`;
}

/** `undefined`: it was not encrypted here. */
export function decryptField(value: unknown): string | undefined {
  if (typeof value !== 'string' || !value.startsWith(prefix)) return undefined;
  const plain = value.slice(prefix.length).split('').reverse().join('');
  return plain.replace(/[A-J]/g, (letter) => String(letters.indexOf(letter)));
}

/** What a component gives as `paymentMethod` for a card. */
export function encryptCard(card: TestCard): Readonly<Record<string, string>> & { readonly type: 'scheme' } {
  const {
    number,
    expiryMonth = '03',
    expiryYear = '2030',
    cvc = number.startsWith('37') ? '7373' : '737',
    holderName,
  } = card;
  return {
    type: 'scheme',
    encryptedCardNumber: encryptField(number),
    encryptedExpiryMonth: encryptField(expiryMonth),
    encryptedExpiryYear: encryptField(expiryYear),
    encryptedSecurityCode: encryptField(cvc),
    ...(holderName !== undefined && { holderName }),
  };
}

/** A refusal that was asked for. `refusalReasonCode` of a code that Adyen does not document is for tests of what nobody knows. */
export interface Refusal {
  readonly code: string;
  readonly reason: string;
  readonly resultCode: 'Refused' | 'Error' | 'Cancelled';
}

const upper = (reason: string) =>
  reason
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/_$/, '');

/** Names that Adyen's page on test results has in its own spelling; the others are spelled as the reason. */
const names: Readonly<Record<string, string>> = {
  DECLINED: '2',
  REFERRAL: '3',
  ERROR: '4',
  BLOCK_CARD: '5',
  CARD_EXPIRED: '6',
  INVALID_CARD: '8',
  ...Object.fromEntries(Object.entries(refusals).map(([code, { reason }]) => [upper(reason), code])),
};

const results: Readonly<Record<string, Refusal['resultCode']>> = {
  '4': 'Error',
  '15': 'Cancelled',
  '16': 'Cancelled',
  '22': 'Cancelled',
};

/** Refusal by code. */
export function refusalBy(code: string): Refusal {
  return { code, reason: refusals[code]?.reason ?? 'Unheard of', resultCode: results[code] ?? 'Refused' };
}

/**
 * What was asked for by `holderName`, or by `RequestedTestAcquirerResponseCode` in the additional data.
 *
 * @see {@link https://docs.adyen.com/development-resources/testing/result-codes | Adyen: Testing result codes}
 */
export function steeredRefusal(holderName: string, requested: string): Refusal | undefined {
  const asked = requested === '' ? holderName : requested;
  if (asked === 'UNHEARD_OF') return refusalBy('99');
  const code =
    names[upper(asked)] ??
    (requested !== '' && requested !== '1' ? refusals[requested] && requested : undefined);
  return code === undefined ? undefined : refusalBy(code);
}

/** What a card itself brings about. */
export function cardRefusal(
  { number, expiryMonth, expiryYear, cvc }: TestCard,
  now: number,
): Refusal | undefined {
  const kind = cardKinds[number];
  if (kind === undefined) return refusalBy('8');
  const ends = Date.UTC(Number(expiryYear), Number(expiryMonth), 1);
  if (Number.isNaN(ends) || ends <= now) return refusalBy('6');
  const right = kind.brand === 'amex' ? '7373' : '737';
  return cvc !== undefined && cvc !== '' && cvc !== right ? refusalBy('24') : undefined;
}
