import {
  type ClientOf,
  createIntegration,
  memoryState,
  type ResilienceInput,
  type StateStore,
} from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { spotify } from '../spotify.ts';
import { type SpotifyFake, type StartSpotifyFakeOptions, startFake } from '../testing.ts';

/**
 * One fake with clients of it, on virtual time that stands still: a slow machine meets no time-out. Move `clock` where a
 * call has to wait.
 */
export interface Bench extends AsyncDisposable {
  readonly fake: SpotifyFake;
  readonly clock: VirtualClock;
  /** A client; default: the sample tenant's user. */
  client(how?: ClientHow): ClientOf<typeof spotify>;
  /** What the work threw. */
  failure(work: Promise<unknown>): Promise<unknown>;
  /** Requests below `/v1`: `GET /tracks/…`. */
  sent(): string[];
}

interface ClientHow {
  readonly tenant?: string;
  readonly flow?: 'authorization-code' | 'client-credentials' | 'pkce';
  readonly options?: object;
  readonly resilience?: ResilienceInput;
  readonly state?: StateStore;
}

export async function openBench(options: StartSpotifyFakeOptions = {}): Promise<Bench> {
  const clock = createVirtualClock();
  const fake = await startFake({ clock, ...options });
  const open: AsyncDisposable[] = [];
  const bench: Bench = {
    fake,
    clock,
    client({ tenant, flow, options: more, resilience, state } = {}) {
      const client = createIntegration(spotify, {
        tenant: tenant ?? 'tenant_a',
        options: { ...fake.options(tenant, flow), ...more },
        clock,
        random: () => 0.5,
        state: state ?? memoryState(clock),
        ...(resilience === undefined ? {} : { resilience }),
      });
      open.push(client);
      return client;
    },
    failure: (work) =>
      work.then(
        (value) => Promise.reject(new Error(`it succeeded: ${JSON.stringify(value)}`)),
        (error: unknown) => error,
      ),
    sent: () =>
      fake.exchanges
        .filter(({ target }) => target.startsWith('/v1/'))
        .map(({ method, target }) => `${method} ${decodeURIComponent(target.slice(3))}`),
    async [Symbol.asyncDispose]() {
      for (const client of open) await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
  return bench;
}
