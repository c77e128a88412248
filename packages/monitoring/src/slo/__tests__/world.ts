/** A registry over a service that takes as long, and fails as often, as a test says. */
import {
  type Call,
  createRegistry,
  defineIntegration,
  type ErrorCode,
  memoryState,
  type Registry,
  read,
  type StateStore,
  sleep,
  VendorError,
} from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { z } from 'zod';

export const service = defineIntegration({
  id: 'service',
  title: 'Service',
  category: 'example',
  contract: 1,
  docs: 'https://service.example.test/',
  options: z.strictObject({ expiresAt: z.number().optional(), checkFails: z.boolean().optional() }),
  egress: [],
  errors: { docs: 'https://service.example.test/errors', rows: [] },
  resilience: { retry: false, breaker: { failures: 5, halfOpenAfterMs: 10_000_000 } },
  connect: (context) => ({
    ask: read(async (takesMs: number, code: ErrorCode | undefined, call: Call) => {
      const { expiresAt } = context.options;
      if (expiresAt !== undefined)
        context.forecast({ kind: 'token', at: expiresAt, what: 'the token of the account expires' });
      if (takesMs > 0) await sleep(context.clock, takesMs, call.signal);
      if (code !== undefined) throw new VendorError({ sent: true, code, says: 'told to fail' });
    }),
    probe: read(async (_call: Call) => {
      if (context.options.checkFails)
        throw new VendorError({ sent: true, code: 'unavailable', says: 'down' });
    }),
  }),
  check: (api, call) => api.probe(call),
});

/** A process: its registry, its clock, and what it shares with others. */
export interface World extends AsyncDisposable {
  readonly clock: VirtualClock;
  readonly state: StateStore;
  readonly registry: Registry;
  /** Makes `times` calls, each of them failing with `code` when that is given. */
  ask(tenant: string, name: string, times: number, code?: ErrorCode, takesMs?: number): Promise<void>;
}

/** Makes one; give the `clock` and `state` of another to share them. */
export function createWorld(
  given: { readonly start?: string; readonly clock?: VirtualClock; readonly state?: StateStore } = {},
): World {
  const clock = given.clock ?? createVirtualClock(Date.parse(given.start ?? '2030-01-15T12:00:00Z'));
  const state = given.state ?? memoryState(clock);
  const registry = createRegistry({ clock, state, health: { checkIntervalMs: 0 } });
  return {
    clock,
    state,
    registry,
    async ask(tenant, name, times, code, takesMs = 0) {
      const client = registry.tenant(tenant).get(service, name);
      const ask = async () => client.ask(takesMs, code);
      // Whether it fails is up to the test.
      for (let count = 0; count < times; count += 1) await clock.until(Promise.allSettled([ask()]));
    },
    [Symbol.asyncDispose]: async () => {
      await clock.until(Promise.resolve(registry[Symbol.asyncDispose]()));
    },
  };
}

/** Registers the service, with no breaker so that every call is made. */
export function addService(
  { registry }: World,
  tenant: string,
  name: string,
  more: { readonly breaker?: boolean; readonly expiresAt?: number; readonly checkFails?: boolean } = {},
): void {
  registry.register(service, {
    tenant,
    name,
    options: { expiresAt: more.expiresAt, checkFails: more.checkFails },
    resilience: more.breaker === true ? {} : { breaker: false },
  });
}
