/** The scene of attacks: all parts over one state, everything that comes out of them, and what holds for every refusal. */
import { type LogFields, type Logger, memoryState, type Secret, type StateStore } from '@im/core';
import { type Canaries, createVirtualClock, findCanaries } from '@im/testing';
import { expect } from 'vitest';
import { createApiKeys } from '../api-keys/index.ts';
import type { AuthEvent } from '../common/audit.ts';
import { createGroups, createPasswords, createPeople, createScimHandler } from '../identity/index.ts';
import { envelopeOf } from '../mfa/__tests__/open-mfa.ts';
import { createMfa } from '../mfa/index.ts';
import { createAccessControl } from '../rbac/index.ts';
import { createSessions } from '../session/index.ts';

/** Everything wired over one state, with all that comes out of it. */
export function openAll() {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const memory = memoryState(clock);
  const written: string[] = [];
  const state: StateStore = {
    ...memory,
    set: (key, value, expiry) => {
      written.push(key, value);
      return memory.set(key, value, expiry);
    },
    compareAndSet: (key, version, value, expiry) => {
      written.push(key, value);
      return memory.compareAndSet(key, version, value, expiry);
    },
  };
  const lines: { readonly message: string; readonly fields: LogFields | undefined }[] = [];
  const log = (message: string, fields?: LogFields) => void lines.push({ message, fields });
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const events: AuthEvent[] = [];
  const secrets: Record<string, string> = {};
  const sent: Secret[] = [];
  const common = {
    state,
    clock,
    logger,
    onEvent: (event: AuthEvent) => void events.push(event),
    envelope: envelopeOf('k1'),
  };
  const people = createPeople(common);
  const keys = createApiKeys({ ...common, prefix: 'app' });
  return {
    clock,
    written,
    lines,
    events,
    secrets,
    sent,
    /** Names something that must never come out. */
    plant: (name: string, secret: string | Secret) => {
      const text = typeof secret === 'string' ? secret : secret.reveal();
      secrets[name] = text;
      return text;
    },
    sessions: createSessions(common),
    keys,
    access: createAccessControl({
      ...common,
      roles: { viewer: { allow: ['report:read'] }, admin: { allow: ['*:*'] } },
    }),
    mfa: createMfa({
      ...common,
      issuer: 'Acme',
      passkeys: { rpId: 'app.test', origins: ['https://app.test'] },
      sender: { send: async ({ code }) => void sent.push(code) },
    }),
    people,
    passwords: createPasswords({ ...common, costLog2: 14 }),
    scim: createScimHandler({
      ...common,
      people,
      groups: createGroups(common),
      authenticate: async (request) =>
        (
          await keys.authenticate(request, {
            tenant: request.headers.get('x-tenant') ?? '',
            scope: 'scim:write',
          })
        ).tenant,
    }),
  };
}
/** {@link openAll}. */
export type All = ReturnType<typeof openAll>;

/** What an attack ends with. */
export interface Expected {
  readonly code: string;
  readonly reason: string;
  /** The event that tells of it. */
  readonly type: string;
}
/** Refused as expected, with the reason logged and nothing leaked. */
export async function expectRefused(
  all: All,
  attempt: () => Promise<unknown>,
  expected: Expected,
): Promise<void> {
  all.lines.length = 0;
  all.events.length = 0;
  const error: unknown = await attempt().then(
    (value) => expect.fail(`it was not refused: ${JSON.stringify(value)}`),
    (refused: unknown) => refused,
  );
  const { code, reason, type } = expected;
  expect(error).toMatchObject({ code, reason });
  expect(all.events.at(-1)).toMatchObject({ type, reason, outcome: 'refused' });
  expect(all.lines.at(-1)).toMatchObject({ message: `auth: ${type}`, fields: { reason } });
  expectNoLeak(all, error);
}

/** Nothing that was planted stands in the error, the log, the events or the state. */
export function expectNoLeak({ secrets, lines, events, written }: All, error: unknown): void {
  // A code of six digits turns up by chance in times and digests: those are looked for as words.
  const long = Object.entries(secrets).filter(([, text]) => text.length >= 12);
  const canaries: Canaries = Object.fromEntries(long);
  for (const [name, where] of Object.entries({ error, lines, events, written }))
    expect([name, findCanaries(where, canaries)]).toEqual([name, []]);
  const printed = JSON.stringify([String(error), lines, events, written]);
  for (const [name, text] of Object.entries(secrets))
    if (text.length < 12)
      expect([name, new RegExp(`(?<![\\w-])${text}(?![\\w-])`).test(printed)]).toEqual([name, false]);
}
