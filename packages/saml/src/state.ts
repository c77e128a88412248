/** What is remembered between two requests of a browser, in the store that all processes share. Everything in it is used once. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type StateStore, scopedState } from '@im/core';
import { z } from 'zod';

/** A sign-in that was begun. */
export interface PendingSignIn {
  /** What comes back beside the answer. */
  readonly relayState: string;
  readonly returnTo: string;
  /** Digest of what the browser holds in a cookie. */
  readonly browser: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly forceAuthn: boolean;
  readonly contexts?: readonly string[] | undefined;
}

/** A sign-out that was begun. */
export interface PendingSignOut {
  readonly relayState: string;
  readonly returnTo: string;
}

const signIn = z.object({
  relayState: z.string(),
  returnTo: z.string(),
  browser: z.string(),
  issuedAt: z.number(),
  forceAuthn: z.boolean(),
  contexts: z.array(z.string()).optional(),
});
const signOut = z.object({ relayState: z.string(), returnTo: z.string() });

/** Something that was found, and can be taken once. */
export interface Found<Value> {
  readonly value: Value;
  /** @returns whether nobody has taken it before */
  take(): Promise<boolean>;
}

/** The memory of one provider of one tenant: no key of it can name another's. */
export interface FlowState {
  keepSignIn(id: string, pending: PendingSignIn, ttlMs: number): Promise<void>;
  findSignIn(id: string): Promise<Found<PendingSignIn> | undefined>;
  keepSignOut(id: string, pending: PendingSignOut, ttlMs: number): Promise<void>;
  findSignOut(id: string): Promise<Found<PendingSignOut> | undefined>;
  /** Marks a message as used. @returns whether it was not used before */
  use(kind: 'assertion' | 'logout', id: string, ttlMs: number): Promise<boolean>;
}

/** Makes it. */
export function flowState(store: StateStore, tenant: string, provider: string): FlowState {
  const state = scopedState(store, 'saml', tenant, provider);
  const keep = async (key: string, value: unknown, ttlMs: number): Promise<void> => {
    await state.set(key, JSON.stringify(value), { ttlMs });
  };
  const find = async <Value>(key: string, schema: z.ZodType<Value>): Promise<Found<Value> | undefined> => {
    const found = await state.get(key);
    if (found === undefined) return undefined;
    const value = schema.parse(JSON.parse(found.value));
    return { value, take: () => state.delete(key, found.version) };
  };
  return {
    keepSignIn: (id, pending, ttlMs) => keep(`sign-in/${digestOf(id)}`, pending, ttlMs),
    findSignIn: (id) => find(`sign-in/${digestOf(id)}`, signIn),
    keepSignOut: (id, pending, ttlMs) => keep(`sign-out/${digestOf(id)}`, pending, ttlMs),
    findSignOut: (id) => find(`sign-out/${digestOf(id)}`, signOut),
    use: async (kind, id, ttlMs) =>
      (await state.compareAndSet(`used/${kind}/${digestOf(id)}`, undefined, '1', {
        ttlMs: Math.max(ttlMs, 1),
      })) !== undefined,
  };
}

/** Ids come from outside: as keys they have one length and one alphabet. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(given).digest(),
    createHash('sha256').update(expected).digest(),
  );
}
