import { z } from 'zod';
import {
  type AnyDefinition,
  type Call,
  createRegistry,
  defineIntegration,
  definePort,
  pages,
  type Registry,
  type RegistryOptions,
  read,
  secret,
  unsafe,
  VendorError,
} from '../index.ts';
import { createTestClock, type TestClock } from './clock.ts';

/** A port to bind in tests. */
export interface Greeter {
  greet(name: string): Promise<string>;
}
export const greeter = definePort<Greeter>('greeter');

/** What a test can do to the service that {@link demo} talks to, and see of it. */
export interface DemoWorld {
  /** Thrown by the check; also by `answer` when set there. */
  checkFails: boolean;
  callsFail: boolean;
  /** Calls of `slow` end when this is resolved. */
  gate: Promise<void>;
  readonly made: string[];
  readonly closed: string[];
  readonly checks: string[];
  /** Thrown by `onClose`. */
  closeFails: boolean;
}

export function demoWorld(): DemoWorld {
  return {
    checkFails: false,
    callsFail: false,
    gate: Promise.resolve(),
    made: [],
    closed: [],
    checks: [],
    closeFails: false,
  };
}

/** An integration with an observable world instead of a network. */
export function demoIntegration(world: DemoWorld, id = 'demo') {
  return defineIntegration({
    id,
    title: 'Demo',
    category: 'example',
    contract: 1,
    docs: 'https://docs.example.test/',
    options: z.strictObject({
      key: secret(),
      label: z.string().default('none'),
      bad: z.boolean().default(false),
    }),
    egress: [],
    errors: { docs: 'https://docs.example.test/errors', rows: [] },
    resilience: { retry: false, breaker: { by: 'consecutive', failures: 5 } },
    http: ({ options, name, tenant, onClose, forecast, clock }) => {
      world.made.push(`${tenant}/${name}/${options.label}`);
      onClose(() => {
        world.closed.push(`${tenant}/${name}/${options.label}`);
        if (world.closeFails) throw new Error('stuck');
      });
      return {
        forecastIn: (ms: number) => forecast({ kind: 'key', at: clock.now() + ms, what: 'the key expires' }),
      };
    },
    connect: ({ options, state, http, tenant, name }) => ({
      /** Tells who answers. */
      hello: read(async (_call: Call) => {
        if (world.callsFail) throw new VendorError({ status: 503, sent: true });
        return `${tenant}/${name}/${options.label}`;
      }),
      slow: read(async (call: Call) => {
        await Promise.race([
          world.gate,
          new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason))),
        ]);
        return options.label;
      }),
      missing: read(async (_call: Call) => {
        throw new VendorError({ status: 404, sent: true });
      }),
      parked: read(async (_call: Call) => {
        throw new VendorError({ status: 429, sent: true, retryAfterMs: 60_000 });
      }),
      write: unsafe(async (key: string, value: string, _call: Call) => void (await state.set(key, value))),
      readBack: read(async (key: string, _call: Call) => (await state.get(key))?.value),
      expireIn: read(async (ms: number, _call: Call) => http.forecastIn(ms)),
      ping: read(async (_call: Call) => {
        world.checks.push(`${tenant}/${name}/${options.label}`);
        if (world.checkFails || options.bad) throw new VendorError({ status: 503, sent: true });
      }),
      list: pages(read(async (count: number, call: Call) => numbers(count, call))),
    }),
    check: (api, call) => api.ping(call),
    provides: [
      {
        port: greeter,
        toDriver: (client) => ({ greet: async (to) => `hello ${to} from ${await client.hello()}` }),
      },
    ],
  });
}

function numbers(count: number, { cursor, pageSize = 2 }: Call) {
  const start = Number(cursor ?? 0);
  const end = Math.min(start + pageSize, count);
  return {
    items: Array.from({ length: end - start }, (_, index) => start + index),
    next: end < count ? String(end) : undefined,
  };
}

/** A definition of nothing but operations, for tests of what `defineIntegration` refuses. */
export const bare = {
  id: 'bare',
  title: 'Bare',
  category: 'example',
  contract: 1,
  docs: 'https://docs.example.test/',
  options: z.strictObject({}),
  egress: [],
  errors: { docs: 'https://docs.example.test/errors', rows: [] },
  connect: () => ({ ping: read(async (_call: Call) => 'pong') }),
} as const satisfies AnyDefinition;

/** Everything that a test of the registry needs: a world, an integration in it, a clock, and a registry on that. */
export function setUp(options: RegistryOptions = {}) {
  const clock: TestClock = createTestClock(Date.UTC(2030, 0, 1));
  const world = demoWorld();
  const registry: Registry = createRegistry({ clock, random: () => 0.5, ...options });
  return { clock, world, registry, demo: demoIntegration(world) };
}
