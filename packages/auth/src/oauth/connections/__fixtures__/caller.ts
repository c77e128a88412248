/**
 * One of several processes that use one connection: its state store is the parent's, reached over IPC. `holdAt` stops it for ever at a point of
 * the renewal, to be killed there.
 */
import type { StateStore } from '@im/core';
import { Secret } from '@im/core';
import { createEnvelope } from '../../../common/envelope.ts';
import { openIdProvider } from '../../provider.ts';
import { createConnections } from '../connections.ts';

/** What the parent tells it, for each run. */
export interface CallerSettings {
  readonly issuer: string;
  readonly connection: string;
  readonly key: string;
  readonly calls: number;
  /** `leased`: once it has the lease. */
  readonly holdAt?: 'leased' | undefined;
}

let holdAt: CallerSettings['holdAt'];
let next = 0;
const waiting = new Map<number, (value: unknown) => void>();

function ask(method: string, ...args: unknown[]): Promise<never> {
  next += 1;
  const id = next;
  process.send?.({ id, method, args });
  return new Promise((resolve) => waiting.set(id, resolve as (value: unknown) => void));
}

const state: StateStore = {
  get: (key) => ask('get', key),
  set: (key, value, expiry) => ask('set', key, value, expiry),
  compareAndSet: async (key, version, value, expiry) => {
    const written: never = await ask('compareAndSet', key, version, value, expiry);
    if (holdAt === 'leased' && key.includes('lease/') && written !== undefined) {
      process.send?.({ held: true });
      await new Promise(() => {});
    }
    return written;
  },
  delete: (key, version) => ask('delete', key, version),
  increment: (key, by, expiry) => ask('increment', key, by, expiry),
  [Symbol.asyncDispose]: async () => {},
};

process.on('message', (message: { readonly id?: number; readonly value?: unknown; readonly run?: CallerSettings }) => {
  if (message.id !== undefined) waiting.get(message.id)?.(message.value);
  if (message.run !== undefined) void run(message.run);
});
process.on('disconnect', () => process.exit());

async function run(settings: CallerSettings): Promise<void> {
  const { issuer } = settings;
  holdAt = settings.holdAt;
  const connections = createConnections({
    state,
    envelope: createEnvelope({ keys: [{ id: 'k', key: new Secret(settings.key) }] }),
    clients: {
      fake: {
        provider: openIdProvider(issuer, { id: 'fake', refresh: { rotation: 'always' } }),
        clientId: 'app',
        credential: { method: 'client_secret_basic', secret: new Secret('secret-of-app') },
        allowPrivate: true,
      },
    },
    leaseMs: 600,
  });
  const tenant = connections.tenant('acme');
  const call = async (): Promise<string> => {
    const { value } = await tenant.token(settings.connection);
    const answer = await fetch(`${issuer}/api`, { headers: { authorization: `Bearer ${value.reveal()}` } });
    if (answer.status !== 200) throw new Error(`the API answered ${answer.status}`);
    return value.reveal();
  };
  const outcomes = await Promise.allSettled(Array.from({ length: settings.calls }, call));
  const tokens = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  process.send?.({ succeeded: tokens.length, tokens: [...new Set(tokens)], failures: [...new Set(failures)] });
  await connections[Symbol.asyncDispose]();
}

process.send?.({ ready: true });
