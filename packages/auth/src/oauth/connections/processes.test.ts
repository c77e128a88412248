/** Several real processes, one expired token, and a refresher that is killed in the middle. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { memoryState, Secret, type StateStore } from '@im/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEnvelope } from '../../common/envelope.ts';
import { startAuthorizationServer } from '../../testing/authorization-server.ts';
import type { AuthorizationServerFake } from '../../testing/authorization-server.types.ts';
import type { CallerSettings } from './__fixtures__/caller.ts';
import { type Connections, type ConnectionsOptions, createConnections } from './connections.ts';

/** Four processes of 250 calls each in CI; fewer elsewhere, where starting them is most of the time. */
const isThorough = process.env.CI === 'true';
const processes = isThorough ? 4 : 2;
const callsEach = isThorough ? 250 : 50;
const key = randomBytes(32).toString('base64');

let fake: AuthorizationServerFake;
let state: StateStore;
/** Starting a process is what takes time here, so most of them serve several tests. */
let callers: readonly Caller[];
let victims: Caller[];
beforeAll(async () => {
  const all = Array.from({ length: processes + 3 }, start);
  await Promise.all(all.map(({ ready }) => ready));
  callers = all.slice(0, processes);
  victims = all.slice(processes);
}, 60_000);
afterAll(() => {
  for (const { child } of [...callers, ...victims]) child.disconnect();
});
beforeEach(async () => {
  fake = await startAuthorizationServer();
  state = memoryState();
});
afterEach(() => fake[Symbol.asyncDispose]());

const connectionsOf = (more: Partial<ConnectionsOptions> = {}): Connections =>
  createConnections({
    state,
    envelope: createEnvelope({ keys: [{ id: 'k', key: new Secret(key) }] }),
    clients: {
      fake: {
        provider: fake.provider,
        clientId: 'app',
        credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
        allowPrivate: true,
      },
    },
    ...more,
  });

/** A connection whose access token has just ended. */
async function connectExpired(): Promise<string> {
  await using connections = connectionsOf();
  const { access, refresh } = fake.issue();
  const { id } = await connections.tenant('acme').add({
    user: 'ada',
    provider: 'fake',
    tokens: {
      accessToken: new Secret(access),
      tokenType: 'bearer',
      refreshToken: new Secret(refresh ?? ''),
      expiresAt: Date.now() - 1_000,
      scopes: ['read'],
      more: {},
    },
  });
  fake.expireAccessTokens();
  return id;
}

interface Outcome {
  readonly succeeded: number;
  readonly tokens: readonly string[];
  readonly failures: readonly string[];
}

interface Caller {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  /** Begins its calls. `held` resolves when it stands still where it was told to. */
  run(
    connection: string,
    more?: Partial<CallerSettings>,
  ): { readonly outcome: Promise<Outcome>; readonly held: Promise<void> };
}

function start(): Caller {
  const script = fileURLToPath(new URL('./__fixtures__/caller.ts', import.meta.url));
  const child = fork(script, { execArgv: ['--conditions=@im/source'] });
  const ready = Promise.withResolvers<void>();
  let held = Promise.withResolvers<void>();
  let outcome = Promise.withResolvers<Outcome>();
  child.on('message', (message: Record<string, unknown>) => {
    if (message.ready === true) ready.resolve();
    else if (message.held === true) held.resolve();
    else if ('succeeded' in message) outcome.resolve(message as unknown as Outcome);
    else {
      const member = state[message.method as Exclude<keyof StateStore, symbol>] as (
        ...args: unknown[]
      ) => Promise<unknown>;
      // JSON makes null of undefined.
      const args = (message.args as unknown[]).map((argument) => argument ?? undefined);
      void member(...args).then((value) => child.connected && child.send({ id: message.id, value }));
    }
  });
  return {
    child,
    ready: ready.promise,
    run(connection, more = {}) {
      [held, outcome] = [Promise.withResolvers<void>(), Promise.withResolvers<Outcome>()];
      const settings: CallerSettings = { issuer: fake.issuer, connection, key, calls: callsEach, ...more };
      child.send({ run: settings });
      return { outcome: outcome.promise, held: held.promise };
    },
  };
}

/** Runs all of them. */
const runAll = (connection: string) => Promise.all(callers.map((caller) => caller.run(connection).outcome));

function kill(victim: Caller | undefined): void {
  victim?.child.kill('SIGKILL');
}

function expectAll(outcomes: readonly Outcome[]): void {
  expect(outcomes.map(({ failures }) => failures)).toEqual(callers.map(() => []));
  expect(outcomes.map(({ succeeded }) => succeeded)).toEqual(callers.map(() => callsEach));
  expect(new Set(outcomes.flatMap(({ tokens }) => tokens)).size).toBe(1);
}

describe('one expired token, used by several processes', { timeout: 30_000 }, () => {
  it(`is renewed once for ${processes} processes of ${callsEach} calls each, and every call succeeds`, async () => {
    expectAll(await runAll(await connectExpired()));
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is renewed once when the refresher is killed before its request leaves: another takes over', async () => {
    const connection = await connectExpired();
    const victim = victims.pop();
    await victim?.run(connection, { holdAt: 'leased' }).held;
    const outcomes = runAll(connection);
    kill(victim);
    expectAll(await outcomes);
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is renewed once when the refresher is killed with its request on the way, not yet handled', async () => {
    const connection = await connectExpired();
    const { arrived, release } = holdTokenRequest('beforeTokens');
    const victim = victims.pop();
    victim?.run(connection);
    await arrived;
    kill(victim);
    release();
    expectAll(await runAll(connection));
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });

  it('is not renewed by a refresh token that was used up: killed once it was answered, the account connects again', async () => {
    const connection = await connectExpired();
    const { arrived, release } = holdTokenRequest('afterTokens');
    const victim = victims.pop();
    victim?.run(connection);
    await arrived;
    kill(victim);
    release();
    const outcomes = await runAll(connection);
    expect(outcomes.map(({ succeeded }) => succeeded)).toEqual(callers.map(() => 0));
    await using connections = connectionsOf();
    // The vendor's introspection says that it is used up.
    expect(await connections.tenant('acme').get(connection)).toMatchObject({
      state: 'reauth_required',
      reason: 'refresh_outcome_unknown',
    });
    expect(fake.counts).toEqual({ refreshes: 1, reused: 0 });
  });
});

/** Holds the next token request before or after it is handled. What is held before is never handled. */
function holdTokenRequest(when: 'beforeTokens' | 'afterTokens') {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isHeld = false;
  fake.misbehave({
    [when]: async () => {
      if (isHeld) return;
      isHeld = true;
      arrived.resolve();
      await released.promise;
      if (when === 'beforeTokens') throw { status: 503 };
    },
  });
  return { arrived: arrived.promise, release: () => released.resolve() };
}
