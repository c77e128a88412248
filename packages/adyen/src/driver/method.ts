/**
 * What an application gives as `method`:
 *
 * - JSON of Adyen's Drop-in or Components: `paymentMethod`, or the whole `data` of their state, of which what belongs to a payment is taken;
 * - a stored payment method, as `listMethods` and `mandate` name it: `M5N7TQ4TG5PFWR50@shopper`; the part before the `@` alone, with a customer.
 *
 * Card data passes encrypted only.
 */
import type { NewPayment, PaymentMethodDetails } from '../operations/payments.ts';
import { refusal } from './refuse.ts';

/** Fields of the components' state that go along: https://docs.adyen.com/online-payments/build-your-integration/advanced-flow */
const alongside = [
  'browserInfo',
  'origin',
  'billingAddress',
  'deliveryAddress',
  'shopperName',
  'shopperEmail',
  'telephoneNumber',
  'countryCode',
  'dateOfBirth',
  'riskData',
  'installments',
  'channel',
  'socialSecurityNumber',
  'bankAccount',
] as const;
/** Of a card in the clear. */
const raw = ['number', 'cvc', 'expiryMonth', 'expiryYear', 'encryptedCard'] as const;

type Method = Pick<NewPayment, 'paymentMethod' | 'shopperReference'> & {
  readonly extra?: NewPayment['extra'];
};

/** @throws IntegrationError `invalid_argument`, before anything is sent */
export function readMethod(method: string, customer: string | undefined): Method {
  return method.trimStart().startsWith('{') ? fromComponent(method) : fromStored(method, customer);
}

/** A stored payment method and its shopper. */
export function readToken(
  token: string,
  customer: string | undefined,
): { readonly id: string; readonly shopper: string } {
  const [, id = token, own] = /^([^@]+)@(.+)$/.exec(token) ?? [];
  const shopper = own ?? customer;
  if (shopper === undefined)
    throw invalid('a stored payment method needs its shopper: give the customer, or the id as it was listed');
  if (own !== undefined && customer !== undefined && own !== customer)
    throw invalid('the stored payment method belongs to another customer');
  return { id, shopper };
}

function fromStored(token: string, customer: string | undefined): Method {
  const { id, shopper } = readToken(token, customer);
  return { paymentMethod: { type: 'scheme', storedPaymentMethodId: id }, shopperReference: shopper };
}

function fromComponent(text: string): Method {
  const data = parse(text);
  const paymentMethod = 'paymentMethod' in data ? data.paymentMethod : data;
  if (!isObject(paymentMethod) || typeof paymentMethod.type !== 'string')
    throw invalid('the method is no payment method of Adyen’s: `type` is missing');
  const clear = raw.find((name) => paymentMethod[name] !== undefined);
  if (clear !== undefined)
    throw invalid(`${clear} must not pass here in the clear: let Adyen’s component encrypt it`);
  const extra = Object.fromEntries(
    alongside.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])),
  );
  return { paymentMethod: paymentMethod as PaymentMethodDetails, extra };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('the method begins like JSON and is none');
  }
  if (!isObject(value)) throw invalid('the method is no object');
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(says: string) {
  return refusal(
    'invalid_argument',
    'method',
    says,
    'give what Adyen’s component gave, or a stored payment method',
  );
}
