/**
 * Benchmarks of `@im/redis`: what a call costs under a limit that a fleet shares, and what the store costs beside the bare
 * client. They start a redis-server of their own; without one on the `PATH` there is nothing to measure.
 */
import { createRequire } from 'node:module';
import { mergeResilience, type StateStore, scopedState, systemClock } from '../packages/core/src/index.ts';
import { Fleet } from '../packages/core/src/resilience/shared/fleet.ts';
import { SharedLimit } from '../packages/core/src/resilience/shared/shared-limit.ts';
import { startRedisServer } from '../packages/redis/src/__tests__/redis-server.ts';
import { redisState } from '../packages/redis/src/index.ts';
import { contest, type Line, line, oneByOne } from './measure.ts';

const members = 4;
/** Calls under way in each. */
const width = 50;
const scarce = { limit: 1_000, windowMs: 1_000 };

/** What is used of ioredis. */
interface Redis {
  get(key: string): Promise<unknown>;
  hset(key: string, fields: Readonly<Record<string, string>>): Promise<unknown>;
  hmget(key: string, ...fields: readonly string[]): Promise<unknown>;
  disconnect(): void;
}

/** The client that the package depends on. */
const { Redis: BareRedis } = createRequire(new URL('../packages/redis/package.json', import.meta.url))(
  'ioredis',
) as { readonly Redis: new (url: string) => Redis };

/** One member of the fleet: takes starts until it has `times`, waiting for its turn where it must. */
function member(store: StateStore, limit: { readonly limit: number; readonly windowMs: number }) {
  const { rateLimit } = mergeResilience({ rateLimit: limit });
  if (rateLimit === false) throw new Error('the rate limit is switched off');
  const names = { provider: 'vendor', integration: 'vendor', tenant: 'default' };
  const errors = { docs: 'https://vendor.test/', rows: [] };
  const environment = { names, errors, clock: systemClock, random: Math.random, state: store };
  const shared = new SharedLimit(rateLimit, new Fleet(environment));
  return {
    /** Takes one start after the other. */
    async take(times: number) {
      for (let taken = 0; taken < times; taken += 1) {
        if (shared.take(undefined, Date.now())) continue;
        await new Promise<void>((done, refuse) =>
          shared.wait(undefined, Date.now(), { latest: Number.POSITIVE_INFINITY, done, refuse }),
        );
      }
    },
    close: () => shared.close(),
  };
}

/** The lines of this group. */
export async function run(): Promise<readonly Line[]> {
  await using server = await startRedisServer();
  await using store = redisState({ url: server.url, commandTimeoutMs: 10_000 });
  const bare = new BareRedis(server.url);
  try {
    await bare.hset('key', { v: 'value', n: 'version' });
    await store.set('key', 'value');
    return [...(await permits(store, bare)), ...(await commands(store, bare))];
  } finally {
    bare.disconnect();
  }
}

async function permits(store: StateStore, bare: Redis): Promise<Line[]> {
  const plenty = member(scopedState(store, 'plenty'), { limit: 1_000_000, windowMs: 1_000 });
  const cpu = await contest(
    { ours: (times) => plenty.take(times), bare: oneByOne(() => bare.get('nothing')) },
    { times: 2_000 },
  );
  await plenty.close();
  const what = `a permit of ${scarce.limit} a second, which ${members} processes use up`;
  return [
    line('a permit of a shared limit, against a bare round trip', 'ns CPU', cpu.ours, cpu.bare, {
      ratio: 0.1,
    }),
    line(`${what}: requests to Redis, against one each`, 'requests', await requestsPerPermit(store), 1, {
      ratio: 0.1,
    }),
  ];
}

/** By a fleet that always wants more, once it has found its pace. */
async function requestsPerPermit(store: StateStore): Promise<number> {
  let requests = 0;
  const counted: StateStore = {
    ...store,
    get: (key) => {
      requests += 1;
      return store.get(key);
    },
    compareAndSet: (...args) => {
      requests += 1;
      return store.compareAndSet(...args);
    },
  };
  const fleet = Array.from({ length: members }, () => member(counted, scarce));
  const take = (calls: number) => {
    const each = calls / members / width;
    return Promise.all(fleet.flatMap((one) => Array.from({ length: width }, () => one.take(each))));
  };
  await take(scarce.limit);
  const before = requests;
  await take(3 * scarce.limit);
  const made = requests - before;
  await Promise.all(fleet.map((one) => one.close()));
  return made / (3 * scarce.limit);
}

async function commands(store: StateStore, bare: Redis): Promise<Line[]> {
  const read = await contest(
    { ours: oneByOne(() => store.get('key')), bare: oneByOne(() => bare.hmget('key', 'v', 'n')) },
    { times: 500 },
  );
  return [line('get of the store, against the bare client', 'ns CPU', read.ours, read.bare, { ratio: 1.5 })];
}
