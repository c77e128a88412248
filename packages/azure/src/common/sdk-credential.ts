/** Our token sources as credentials of the vendor's SDKs, so that both use one cache. */
import type { TokenCredential } from '@azure/identity';
import type { TokenSource } from '@im/http';
import { currentCall } from './sdk-transport.ts';

const never = new AbortController().signal;
/** Said of tokens whose end is not known: long enough for one request, so that the SDK asks again for the next. */
const unknownLifeMs = 60_000;

/**
 * A credential for any `@azure` client.
 *
 * @param sourceOf the source of tokens for a scope; made once for each
 */
export function sdkCredential(sourceOf: (scope: string) => TokenSource, now: () => number): TokenCredential {
  const sources = new Map<string, TokenSource>();
  return {
    async getToken(scopes, options) {
      const scope = typeof scopes === 'string' ? scopes : scopes.join(' ');
      let source = sources.get(scope);
      if (source === undefined) {
        source = sourceOf(scope);
        sources.set(scope, source);
      }
      const given = options?.abortSignal;
      const signal = given instanceof AbortSignal ? given : (currentCall()?.signal ?? never);
      const { value, expiresAt } = await source.get({ signal });
      return { token: value.reveal(), expiresOnTimestamp: expiresAt ?? now() + unknownLifeMs };
    },
  };
}
