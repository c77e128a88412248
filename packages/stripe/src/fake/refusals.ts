/** Errors as Stripe writes them. A route throws them. */
import type { FakeResponse } from '@im/testing';

/** What an error may say beside its type and words. */
export interface RefusalFields {
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly advice_code?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly setup_intent?: object;
  readonly payment_method?: object;
}

/** What is refused before an endpoint begins its work: Stripe keeps no answer to it under its idempotency key. */
const beforeWork = new WeakSet<object>();

/** Whether the answer was made before the endpoint began. */
export function isBeforeWork(answer: object): boolean {
  return beforeWork.has(answer);
}

function answer(status: number, type: string, message: string, fields: RefusalFields): FakeResponse {
  const doc_url =
    fields.code === undefined
      ? {}
      : { doc_url: `https://stripe.com/docs/error-codes/${fields.code.replaceAll('_', '-')}` };
  return { status, json: { error: { ...fields, ...doc_url, message, type } } };
}

/** A request that cannot be done, as it stands or as things stand. */
export function refused(message: string, fields: RefusalFields = {}, status = 400): FakeResponse {
  return answer(status, 'invalid_request_error', message, fields);
}

/** A request that is wrong in itself. */
export function invalid(message: string, fields: RefusalFields = {}, status = 400): FakeResponse {
  const response = refused(message, fields, status);
  beforeWork.add(response);
  return response;
}

/** There is no such object in the account. */
export function missing(kind: string, id: string, param = 'id'): FakeResponse {
  return invalid(`No such ${kind}: '${id}'`, { code: 'resource_missing', param }, 404);
}

/** A declined payment. */
export function declined(message: string, fields: RefusalFields): FakeResponse {
  return answer(402, 'card_error', message, fields);
}

/** Whether a route threw {@link declined}. */
export function isDecline(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'status' in thrown && thrown.status === 402;
}

/** The key was used with another request. */
export function otherRequest(key: string): FakeResponse {
  return answer(
    400,
    'idempotency_error',
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    {},
  );
}

/** A request with the same key is being worked on. */
export function keyInUse(key: string): FakeResponse {
  return answer(
    409,
    'idempotency_error',
    `There is currently another in-progress request using this idempotent key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    { code: 'idempotency_key_in_use' },
  );
}

/** Another request holds the object. */
export function locked(): FakeResponse {
  const response = answer(
    429,
    'invalid_request_error',
    'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.',
    { code: 'lock_timeout' },
  );
  beforeWork.add(response);
  return { ...response, headers: { 'stripe-should-retry': 'true' } };
}

/** Words for a status that a test makes up. */
export function faultOf(status: number): FakeResponse {
  const words: Readonly<Record<number, string>> = {
    401: 'Invalid API Key provided: sk_test_********************',
    403: 'The provided key does not have the required permissions for this endpoint.',
    404: 'Unrecognized request URL.',
    429: 'Request rate limit exceeded.',
  };
  const message = words[status] ?? 'An unknown error occurred.';
  if (status >= 500) return answer(status, 'api_error', message, {});
  return answer(status, 'invalid_request_error', message, status === 429 ? { code: 'rate_limit' } : {});
}
