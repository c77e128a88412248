/** One fake of a Google service with clients of it, on virtual time that stands still: a slow machine meets no time-out. */
import {
  type AnyDefinition,
  type ClientOf,
  createIntegration,
  memoryState,
  type OptionsOf,
  type ResilienceInput,
} from '@im/core';
import { createVirtualClock, type StartFakeOptions, type VirtualClock } from '@im/testing';
import type { GoogleFake } from '../fake/service.ts';

/** A fake, its clock, and clients of it; disposing it closes all of them. */
export interface Bench<Definition extends AnyDefinition, Fake> extends AsyncDisposable {
  readonly fake: Fake;
  readonly clock: VirtualClock;
  /** A client; default: the sample tenant's. */
  client(how?: ClientHow): ClientOf<Definition>;
  /** What the work threw. */
  failure(work: Promise<unknown>): Promise<unknown>;
  /** Requests beside those for tokens: `GET /v1/projects/…`. */
  sent(): string[];
}

interface ClientHow {
  readonly tenant?: string;
  readonly options?: object;
  readonly resilience?: ResilienceInput;
}

/** Starts the fake and opens a bench over it. */
export async function openBench<
  Definition extends AnyDefinition,
  Fake extends GoogleFake<Definition, unknown>,
>(
  definition: Definition,
  startFake: (options: StartFakeOptions) => Promise<Fake>,
): Promise<Bench<Definition, Fake>> {
  const clock = createVirtualClock();
  const fake = await startFake({ clock });
  const open: AsyncDisposable[] = [];
  let count = 0;
  /** Others each time, since keys of calls are made of them; and the same in every run. */
  const numbers = () => {
    count += 1;
    return (count * 0.618_033_988_749_895) % 1;
  };
  return {
    fake,
    clock,
    client({ tenant, options, resilience } = {}) {
      const client = createIntegration(definition, {
        tenant: tenant ?? 'tenant_a',
        options: { ...(fake.options(tenant) as object), ...options } as OptionsOf<Definition>,
        clock,
        random: numbers,
        state: memoryState(clock),
        ...(resilience && { resilience }),
      });
      open.push(client as AsyncDisposable);
      return client as ClientOf<Definition>;
    },
    failure: (work) =>
      work.then(
        (value) => Promise.reject(new Error(`it succeeded: ${JSON.stringify(value)}`)),
        (error: unknown) => error,
      ),
    sent: () =>
      fake.exchanges
        .filter(({ target }) => target !== '/token')
        .map(({ method, target }) => `${method} ${decodeURIComponent(target)}`),
    async [Symbol.asyncDispose]() {
      for (const client of open) await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}
