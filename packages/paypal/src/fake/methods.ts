/**
 * Saved methods that every account of the fake can use, and what each does. PayPal itself has test cards for its own fields and a header for errors
 * (`PayPal-Mock-Response`); tokens of the vault are made per account, so these have made-up ids. Codes of cards are processor response codes:
 * https://developer.paypal.com/tools/sandbox/card-testing/#rejection-triggers
 */
import type { Account, SavedMethod, Source } from './account.ts';

const card = (lastDigits: string): Pick<Source, 'kind' | 'card'> => ({
  kind: 'card',
  card: { brand: 'VISA', lastDigits, expiry: '2032-04' },
});
const wallet = { kind: 'paypal', email: 'customer@personal.example.com' } as const;

const sources = {
  /** A card that pays. */
  card: { ...card('1111'), behaviour: { kind: 'pays' } },
  /** A card whose issuer wants 3-D Secure while the customer is present. */
  cardThreeDSecure: { ...card('3155'), behaviour: { kind: 'asks' } },
  /** A PayPal account that agreed to later payments. */
  paypal: { ...wallet, behaviour: { kind: 'pays' } },
  /** A PayPal account that cannot pay: `INSTRUMENT_DECLINED`. */
  paypalDeclined: { ...wallet, behaviour: { kind: 'declines', code: 'INSTRUMENT_DECLINED' } },
  /** A PayPal account whose customer has to come back: `PAYER_ACTION_REQUIRED`. */
  paypalAsks: { ...wallet, behaviour: { kind: 'asks' } },
  /** A PayPal account that pays by bank: the capture is pending. */
  paypalEcheck: { ...wallet, behaviour: { kind: 'pends', reason: 'ECHECK' } },
  noFunds: { ...card('5120'), behaviour: { kind: 'declines', code: '5120' } },
  expired: { ...card('5400'), behaviour: { kind: 'declines', code: '5400' } },
  lostOrStolen: { ...card('9520'), behaviour: { kind: 'declines', code: '9520' } },
  suspectedFraud: { ...card('9500'), behaviour: { kind: 'declines', code: '9500' } },
  wrongSecurityCode: { ...card('5110'), behaviour: { kind: 'declines', code: '5110' } },
  scaRequired: { ...card('5650'), behaviour: { kind: 'declines', code: '5650' } },
  genericDecline: { ...card('0500'), behaviour: { kind: 'declines', code: '0500' } },
  /** A code that nobody has documented. */
  unheardOf: { ...card('9999'), behaviour: { kind: 'declines', code: 'PPZZ' } },
} as const satisfies Readonly<Record<string, Source>>;

/** Name of a test method. */
export type TestMethod = keyof typeof sources;

/** Vault ids of the test methods, the same in every account. */
export const testMethods = Object.fromEntries(
  Object.keys(sources).map((name) => [
    name,
    `tok-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  ]),
) as Readonly<Record<TestMethod, string>>;

/** Whose methods they are. */
export const testCustomer = 'test-customer';

/** The methods themselves. */
export function testMethodsOf(): SavedMethod[] {
  return Object.entries(sources).map(([name, source]) => {
    const id = testMethods[name as TestMethod];
    return { id, customer: testCustomer, source: { ...source, vaultId: id } };
  });
}

/** A customer keeps a method: a card that pays, but for what `source` says. */
export function saveMethod(
  { books }: Account,
  id: string,
  customer: string,
  source: Partial<Source> = {},
): void {
  books.methods.set(id, { id, customer, source: { ...sources.card, ...source, vaultId: id } });
}
