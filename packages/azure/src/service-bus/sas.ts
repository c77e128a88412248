/**
 * Tokens made of a shared access key: `SharedAccessSignature sr=…&sig=…&se=…&skn=…`.
 *
 * - `sr`: the resource, percent-encoded: the namespace, or the one queue or topic that the policy belongs to;
 * - `se`: when it ends, in seconds since 1970;
 * - `skn`: the policy's name;
 * - `sig`: HMAC-SHA256, with the key's text as it is (it is not decoded, though it looks like base64), over `sr`, a line feed and `se`;
 *   in base64, percent-encoded.
 *
 * @see {@link https://learn.microsoft.com/rest/api/eventhub/generate-sas-token | Azure: Generate a SAS token}
 */
import { createHmac } from 'node:crypto';
import { type Clock, Secret } from '@im/core';
import type { AccessToken, TokenSource } from '@im/http';

/** Seconds for which a token is good. */
const lifeSeconds = 1_200;
/** Milliseconds before its end at which a token is made anew. */
const renewBeforeMs = 300_000;

/** One token. */
export function signSas(resource: string, keyName: string, key: Secret, endsAtSeconds: number): string {
  const sr = encodeURIComponent(resource);
  const signature = createHmac('sha256', key.reveal()).update(`${sr}\n${endsAtSeconds}`).digest('base64');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(signature)}&se=${endsAtSeconds}&skn=${encodeURIComponent(keyName)}`;
}

/** Tokens for a resource, made here and kept until shortly before their end. */
export function sasTokens(resource: string, keyName: string, key: Secret, clock: Clock): TokenSource {
  let held: (AccessToken & { readonly expiresAt: number }) | undefined;
  const make = (): AccessToken => {
    // Another end than before, so that a token that was refused is not made again.
    const endsAt = Math.max(
      Math.floor(clock.now() / 1_000) + lifeSeconds,
      (held?.expiresAt ?? 0) / 1_000 + 1,
    );
    held = { value: new Secret(signSas(resource, keyName, key, endsAt)), expiresAt: endsAt * 1_000 };
    return held;
  };
  return {
    async get() {
      return held !== undefined && held.expiresAt - renewBeforeMs > clock.now() ? held : make();
    },
    async refresh(stale) {
      const isOlder = held !== undefined && held.value.reveal() !== stale.value.reveal();
      return isOlder ? { ...(held as AccessToken), isOlder: true } : make();
    },
  };
}
