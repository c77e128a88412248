/**
 * Authorizations that are under way, each tied to the browser that began it (RFC 9700 §4.7).
 *
 * The browser is sent away with `state`, and keeps a cookie with a secret of its own. What comes back counts when the record of that state is there,
 * the cookie is that of the record, and nobody has taken it before: a stranger's link with a stranger's state has no cookie here, and a stolen
 * callback has none in the thief's browser. The record is sealed, found by the digest of the state, and gone after ten minutes or its first use.
 */
import { type StateStore, scopedState } from '@im/core';
import { readCookie, setCookie } from '../common/cookies.ts';
import type { Envelope } from '../common/envelope.ts';
import { digestOf, type RandomBytes, randomToken, systemRandomBytes } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';

/** Settings of {@link createFlows}. */
export interface FlowsOptions {
  readonly state: StateStore;
  readonly envelope: Envelope;
  /** Tells flows apart that must not end each other: `connect`, `sign-in`. */
  readonly kind: string;
  /** Milliseconds that the user may take. Default 600,000. */
  readonly lifetimeMs?: number | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** Why a callback belongs to no flow of this browser. */
export type FlowRefusal = 'state_missing' | 'state_unknown' | 'wrong_browser' | 'state_used';

/** What was begun, with the header that removes its cookie. */
export interface TakenFlow<Data> {
  readonly data: Data;
  readonly clearCookie: string;
}

/** Keeps flows with their data, plain JSON. */
export interface Flows<Data> {
  /** @returns the `set-cookie` header for the answer that sends the browser away */
  begin(state: string, data: Data): Promise<string>;
  /** The data, once. */
  take(request: Request, state: string | null): Promise<TakenFlow<Data> | FlowRefusal>;
}

interface Stored<Data> {
  readonly data: Data;
  /** Digest of the cookie's secret. */
  readonly browser: string;
}

/** Makes it. */
export function createFlows<Data>(options: FlowsOptions): Flows<Data> {
  const { envelope, kind, lifetimeMs = 600_000, randomBytes = systemRandomBytes } = options;
  const records = scopedState(options.state, 'auth', 'flow', kind);
  const bindingOf = (key: string) => ['auth', 'flow', kind, key];
  // A browser may have several under way, in several tabs.
  const cookieOf = (key: string) => `im-${kind}-${key.slice(0, 12)}`;
  return {
    async begin(state, data) {
      const key = digestOf(state);
      const secret = randomToken(randomBytes);
      const stored: Stored<Data> = { data, browser: digestOf(secret) };
      await records.set(key, await envelope.seal(JSON.stringify(stored), bindingOf(key)), {
        ttlMs: lifetimeMs,
      });
      return setCookie(cookieOf(key), secret, { maxAgeSeconds: lifetimeMs / 1_000 });
    },
    async take(request, state) {
      if (state === null || state === '') return 'state_missing';
      const key = digestOf(state);
      const found = await records.get(key);
      if (found === undefined) return 'state_unknown';
      const stored = JSON.parse(await envelope.open(found.value, bindingOf(key))) as Stored<Data>;
      const secret = readCookie(request, cookieOf(key));
      // Not taken away: its own browser may still come.
      if (secret === undefined || !isSameSecret(digestOf(secret), stored.browser)) return 'wrong_browser';
      if (!(await records.delete(key, found.version))) return 'state_used';
      return { data: stored.data, clearCookie: setCookie(cookieOf(key), '', { maxAgeSeconds: 0 }) };
    },
  };
}
