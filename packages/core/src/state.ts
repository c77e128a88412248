import { type Clock, systemClock } from './clock.ts';

/** A value with the version under which it was written. */
export interface Versioned {
  readonly value: string;
  /** Changes with every write of the key; compare for equality only. */
  readonly version: string;
}

/** How long a written value lasts. */
export interface Expiry {
  /** Milliseconds until the value is gone. Default: it stays. */
  readonly ttlMs?: number | undefined;
}

/**
 * State shared by everything that must agree: tokens, locks, limits, idempotency records. In memory by default; an
 * implementation over a server makes a fleet of processes agree, with no change of code.
 *
 * Keys and values are strings of any content. Every member may reject with `unavailable`; nothing is half-written.
 * An implementation is proven by `stateStoreCases` of `@im/testing`.
 */
export interface StateStore extends AsyncDisposable {
  /** The value, or `undefined` when there is none or it has expired. */
  get(key: string): Promise<Versioned | undefined>;
  /** Writes whatever is there. @returns the new version */
  set(key: string, value: string, expiry?: Expiry): Promise<string>;
  /**
   * Writes only when the key still has `version`; `undefined` means that it must not exist.
   *
   * @returns the new version, or `undefined` when somebody else was first
   */
  compareAndSet(
    key: string,
    version: string | undefined,
    value: string,
    expiry?: Expiry,
  ): Promise<string | undefined>;
  /** Removes the key, only at `version` when that is given. @returns whether something was removed */
  delete(key: string, version?: string): Promise<boolean>;
  /**
   * Adds to a number that begins at 0, atomically. `ttlMs` counts from the first increment.
   *
   * @returns the number after it
   */
  increment(key: string, by?: number, expiry?: Expiry): Promise<number>;
}

interface Entry extends Versioned {
  readonly expiresAt: number;
}

/** How many writes pass between two sweeps for expired entries. */
const writesPerSweep = 1_000;

/** A {@link StateStore} of this process alone. Expired entries are let go as others are written. */
export function memoryState(clock: Clock = systemClock): StateStore {
  const entries = new Map<string, Entry>();
  let writes = 0;

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || entry.expiresAt > clock.now()) return entry;
    entries.delete(key);
    return undefined;
  };
  const write = (key: string, value: string, expiresAt: number): string => {
    writes += 1;
    if (writes % writesPerSweep === 0) for (const old of [...entries.keys()]) live(old);
    const version = String(writes);
    entries.set(key, { value, version, expiresAt });
    return version;
  };
  const until = (expiry?: Expiry) =>
    expiry?.ttlMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + expiry.ttlMs;

  return {
    get: async (key) => {
      const entry = live(key);
      return entry === undefined ? undefined : { value: entry.value, version: entry.version };
    },
    set: async (key, value, expiry) => write(key, value, until(expiry)),
    compareAndSet: async (key, version, value, expiry) =>
      live(key)?.version === version ? write(key, value, until(expiry)) : undefined,
    delete: async (key, version) => {
      const entry = live(key);
      return (
        entry !== undefined && (version === undefined || entry.version === version) && entries.delete(key)
      );
    },
    increment: async (key, by = 1, expiry) => {
      const entry = live(key);
      const sum = Number(entry?.value ?? 0) + by;
      write(key, String(sum), entry?.expiresAt ?? until(expiry));
      return sum;
    },
    [Symbol.asyncDispose]: async () => entries.clear(),
  };
}

/** `store` seen through a prefix: no key of the view can name anything outside it. Disposing the view leaves the store. */
export function scopedState(store: StateStore, ...scope: readonly string[]): StateStore {
  // Each part is escaped, so that ('a/b', 'c') and ('a', 'b/c') stay apart; JSON keeps lone surrogates apart too.
  const prefix = scope.map((part) => `${encodeURIComponent(JSON.stringify(part).slice(1, -1))}/`).join('');
  return {
    get: (key) => store.get(prefix + key),
    set: (key, value, expiry) => store.set(prefix + key, value, expiry),
    compareAndSet: (key, version, value, expiry) => store.compareAndSet(prefix + key, version, value, expiry),
    delete: (key, version) => store.delete(prefix + key, version),
    increment: (key, by, expiry) => store.increment(prefix + key, by, expiry),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A lock that was got: `token` grows with every holder, so that a writer who was overtaken can be told. */
export interface Lock {
  readonly token: number;
  /** Whether it is still ours: it expires when held for longer than its time. */
  held(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Tries once to get the lock `key` for `ttlMs` milliseconds.
 *
 * @returns the lock, or `undefined` when somebody else holds it
 */
export async function tryLock(store: StateStore, key: string, ttlMs: number): Promise<Lock | undefined> {
  if ((await store.get(`lock/${key}`)) !== undefined) return undefined;
  const token = await store.increment(`fence/${key}`);
  const version = await store.compareAndSet(`lock/${key}`, undefined, String(token), { ttlMs });
  if (version === undefined) return undefined;
  return {
    token,
    held: async () => (await store.get(`lock/${key}`))?.version === version,
    release: async () => void (await store.delete(`lock/${key}`, version)),
  };
}
