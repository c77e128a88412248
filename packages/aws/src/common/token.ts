import { refuse } from './service.ts';

/**
 * An idempotency key as AWS's services take it: 32 to 64 characters fit all of them. Shorter ones are filled up.
 *
 * @throws `VendorError` `invalid_argument` for a longer one
 */
export function requestToken(idempotencyKey: string | undefined): string {
  const token = String(idempotencyKey).padEnd(32, '-');
  return token.length <= 64 ? token : refuse('the idempotency key must be at most 64 characters');
}
