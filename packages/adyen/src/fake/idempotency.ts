/** Idempotency keys, as Adyen documents them: https://docs.adyen.com/development-resources/api-idempotency */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeAccount } from './account.ts';
import { refusal } from './world.ts';

const keyTtlMs = 7 * 86_400_000;
const longestKey = 64;

/**
 * Answers a request once: with the same key the first answer is given again, whatever the body, for the key alone is looked at. A request whose first one is
 * still being processed is refused for now. Answers of failures of the platform are not kept.
 */
export function withKey(
  account: FakeAccount,
  request: FakeRequest,
  now: number,
  work: () => FakeResponse,
): FakeResponse {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || key === undefined) return work();
  if (key.length > longestKey) return refusal(422, '702', 'The idempotency key has more than 64 characters');
  if (account.keysInProgress.has(key))
    return {
      ...refusal(422, '704', 'request already processed or in progress'),
      headers: { 'transient-error': 'true' },
    };
  const known = account.remembered.get(key);
  const headers = { 'idempotency-key': key };
  if (known !== undefined && now - known.at < keyTtlMs)
    return { ...known.answer, headers: { ...known.answer.headers, ...headers } };
  const answer = attempt(work);
  if ((answer.status ?? 200) < 500) account.remembered.set(key, { answer, at: now });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** Routes throw the answers that refuse. */
function attempt(work: () => FakeResponse): FakeResponse {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    return thrown as FakeResponse;
  }
}
