/** Works a journal off: brings each store that is behind to the state of the one that is ahead, key by key, and tries again until it can. */
import { type Clock, isIntegrationError, sleep, unlessAborted } from '@im/core';
import { storeOfError } from '../errors.ts';
import { isOutage, type StoreHealth } from './health.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { Member } from './member.ts';
import { syncKey } from './sync-key.ts';

/** How far one store is behind. */
export interface StoreLag {
  readonly store: string;
  /** Keys for which it is, or may be, behind. */
  readonly keys: number;
  /** Age of the oldest entry, milliseconds. 0 when there is none. */
  readonly oldestMs: number;
  readonly state: 'in step' | 'behind' | 'down';
  /** Why it is still behind: the last failure. */
  readonly error?: unknown;
}

/** What a composition tells of its journal, and can do with it. Disposing it ends the work in the background. */
export interface Replication extends AsyncDisposable {
  /** One line for each store that may be behind. */
  lag(): readonly StoreLag[];
  /** Resolves when nobody is behind, however long that takes; what fails is tried again with growing waits. */
  drain(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** What a courier needs. */
export interface CourierOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Stores that may be ahead. */
  readonly sources: readonly Member[];
  /** Stores that may be behind. */
  readonly targets: readonly Member[];
  readonly health: (target: Member) => StoreHealth;
  /** Keys at once for each target. */
  readonly concurrency: number;
  /** Runs the work on a key so that nothing else writes it. */
  readonly alone: <Value>(target: Member, key: string, work: () => Promise<Value>) => Promise<Value>;
}

/** What became of one key: in step; written again meanwhile; or nothing, since its source is behind itself. */
export type Delivery = 'done' | 'more' | 'deferred';

/** A courier at work. */
export interface Courier extends Replication {
  /** Works off one key of one target now. The caller sees to it that nothing else writes the key. */
  deliver(target: Member, key: string, signal: AbortSignal): Promise<Delivery>;
}

/** Waits, milliseconds: after the first failure of a key; the longest one, also between looks for what dead processes left; for a write that has not ended. */
const waits = { firstMs: 1_000, longestMs: 60_000, writingMs: 50 } as const;

function latestOf(entries: readonly JournalEntry[]): JournalEntry | undefined {
  return entries.reduce<JournalEntry | undefined>(
    (a, b) => (a !== undefined && a.at > b.at ? a : b),
    undefined,
  );
}

interface Setback {
  readonly target: Member;
  readonly key: string;
  readonly error: unknown;
  readonly waitMs: number;
  readonly until: number;
}

/** Starts a courier. It goes on in the background, without keeping the process alive, until it is disposed. */
export function createCourier(options: CourierOptions): Courier {
  const { journal, clock, targets, health } = options;
  const sources = new Map(options.sources.map((member) => [member.name, member]));
  const closing = new AbortController();
  const setbacks = new Map<string, Setback>();
  const passes = new Map<string, Promise<void>>();
  /** When to look for what others left, and whether something is known to be there, or the look failed. */
  let look: { readonly at: number; readonly isOwed: boolean; readonly error?: unknown } = {
    at: 0,
    isOwed: true,
  };
  let timer = { due: Number.POSITIVE_INFINITY, cancel: () => {} };
  let isWorking = false;
  const nameOf = (target: Member, key: string) => `${target.name}\u0000${key}`;
  const ours = (target: Member, key: string) =>
    journal.entriesOf(target.name, key).filter(({ source }) => sources.has(source) && source !== target.name);

  async function deliver(target: Member, key: string, signal: AbortSignal): Promise<Delivery> {
    const entries = ours(target, key);
    const source = sources.get(latestOf(entries)?.source ?? '');
    if (source === undefined) return journal.isBehind(target.name, key) ? 'deferred' : 'done';
    // From a store that is behind itself nothing may be taken.
    if (journal.isBehind(source.name, key)) {
      if (!isDoubtful(source, target, key)) return 'deferred';
    } else await syncKey(source, target, key, { signal });
    // Durable before the key is written again: an old entry that came back would bring back an old object.
    await journal.settle(entries, target.name);
    return journal.isBehind(target.name, key) ? 'more' : 'done';
  }

  /**
   * Each of the two is noted as behind the other: a write went to `source` past `target`, and nobody knows whether it came to
   * anything, since one that did would have struck out what `source` was owed. Then what the earlier store has is the state.
   */
  function isDoubtful(source: Member, target: Member, key: string): boolean {
    const order = options.sources.map(({ name }) => name);
    const isEarlier = order.includes(target.name) && order.indexOf(target.name) < order.indexOf(source.name);
    const owed = journal.entriesOf(source.name, key);
    return (
      isEarlier && !journal.isHeld(source.name, key) && owed.every((entry) => entry.source === target.name)
    );
  }

  function setBack(target: Member, key: string, error: unknown): void {
    const name = nameOf(target, key);
    const waitMs = Math.min((setbacks.get(name)?.waitMs ?? waits.firstMs / 2) * 2, waits.longestMs);
    const asked = isIntegrationError(error) ? error.retryAfterMs : undefined;
    setbacks.set(name, { target, key, error, waitMs, until: clock.now() + Math.max(waitMs, asked ?? 0) });
  }

  async function deliverInPass(target: Member, key: string): Promise<void> {
    const name = nameOf(target, key);
    try {
      const delivery = await options.alone(target, key, () => deliver(target, key, closing.signal));
      if (delivery === 'deferred') {
        setBack(target, key, undefined);
        health(target).left();
        return;
      }
      setbacks.delete(name);
      health(target).succeeded();
    } catch (error) {
      const isTargets = storeOfError(error) === target.name;
      if (closing.signal.aborted || !isTargets) health(target).left();
      else health(target).failed(error);
      // While a store is down its health says when to try again; a key of its own waits only for failures of its own.
      if (!(isTargets && isOutage(error))) setBack(target, key, error);
    }
  }

  /** Milliseconds until the key may be tried. */
  function waitOf(target: Member, key: string): number {
    const setback = (setbacks.get(nameOf(target, key))?.until ?? 0) - clock.now();
    const writing = journal.entriesOf(target.name, key).length === 0 ? waits.writingMs : 0;
    return Math.max(setback, writing, health(target).waitMs, 0);
  }

  /** Once through all that is due for one target. */
  async function pass(target: Member): Promise<void> {
    if (health(target).waitMs > 0) return;
    const due = [...journal.backlog(target.name).keys].filter((key) => waitOf(target, key) === 0);
    const next = due.values();
    const work = async () => {
      for (const key of next) {
        if (closing.signal.aborted || !health(target).enter()) return;
        await deliverInPass(target, key);
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.concurrency, due.length) }, work));
    // What was settled otherwise needs no wait any more.
    for (const [name, { target: of, key }] of setbacks)
      if (!journal.isBehind(of.name, key)) setbacks.delete(name);
  }

  function passOnce(target: Member): Promise<void> {
    const running = passes.get(target.name);
    if (running !== undefined) return running;
    const mine = pass(target).finally(() => passes.delete(target.name));
    passes.set(target.name, mine);
    return mine;
  }

  async function round(): Promise<void> {
    try {
      if (look.at <= clock.now()) {
        const soonest = await journal.refresh();
        const waitMs = Math.min(soonest ?? waits.longestMs, waits.longestMs);
        look = { at: clock.now() + waitMs, isOwed: soonest !== undefined };
      }
      await Promise.all(targets.map(passOnce));
    } catch (error) {
      // The journal itself cannot be reached: told by `lag`, tried again.
      look = { at: clock.now() + waits.firstMs, isOwed: true, error };
    }
  }

  /** Milliseconds until something may be done; `undefined` when nothing is left. */
  function nextWaitMs(): number | undefined {
    let least = look.isOwed ? Math.max(0, look.at - clock.now()) : Number.POSITIVE_INFINITY;
    for (const target of targets)
      for (const key of journal.backlog(target.name).keys) {
        least = Math.min(least, waitOf(target, key));
        if (least === 0) return 0;
      }
    return Number.isFinite(least) ? least : undefined;
  }

  function schedule(waitMs: number): void {
    if (isWorking || closing.signal.aborted || timer.due <= clock.now() + waitMs) return;
    timer.cancel();
    const work = async () => {
      isWorking = true;
      await round();
      isWorking = false;
      timer = { due: Number.POSITIVE_INFINITY, cancel: () => {} };
      schedule(Math.min(nextWaitMs() ?? waits.longestMs, waits.longestMs));
    };
    const cancel = clock.schedule(waitMs, () => void work(), { background: true });
    timer = { due: clock.now() + waitMs, cancel };
  }
  const unwatch = journal.watch(() => {
    for (const target of targets) if (journal.backlog(target.name).count > 0) schedule(health(target).waitMs);
  });
  schedule(0);

  return {
    deliver,
    lag: () =>
      targets.map((target): StoreLag => {
        const { count, keys, oldestAt } = journal.backlog(target.name);
        let error = health(target).error ?? look.error;
        for (const key of keys) error ??= setbacks.get(nameOf(target, key))?.error;
        return {
          store: target.name,
          keys: count,
          oldestMs: oldestAt === undefined ? 0 : Math.max(0, clock.now() - oldestAt),
          state: health(target).state !== 'closed' ? 'down' : count > 0 ? 'behind' : 'in step',
          ...(error !== undefined && { error }),
        };
      }),
    async drain({ signal } = {}) {
      look = { at: 0, isOwed: true };
      while (true) {
        signal?.throwIfAborted();
        await unlessAborted(round(), signal);
        const waitMs = nextWaitMs();
        if (waitMs === undefined) return;
        await sleep(clock, waitMs, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      unwatch();
      timer.cancel();
      closing.abort(new Error('the composition was closed'));
      await Promise.allSettled(passes.values());
    },
  };
}
