/**
 * The messages that a subscriber has out. Each is ours until its deadline; while somebody works on it the deadline is moved on, at half
 * time, up to a limit. A message beyond it is let go: the vendor will deliver it again.
 */
import type { Cancel, Clock } from '@im/core';

/** How leases are kept. */
export interface LeaseSettings {
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly mostMs: number;
  /** Moves deadlines; its failures are told by the caller. */
  readonly extend: (ackIds: readonly string[]) => Promise<void>;
}

/** What is out. */
export interface Leases {
  readonly size: number;
  has(ackId: string): boolean;
  /** From now on these are ours, and their deadlines are moved on. */
  take(ackIds: readonly string[]): void;
  /** It is done with, or given back. */
  drop(ackId: string): void;
  /** Resolves when fewer than `most` are out. */
  room(most: number, signal: AbortSignal | undefined): Promise<void>;
  /** Stops moving deadlines. */
  close(): void;
}

/** Keeps the leases of one loop. Nothing is out at first. */
export function createLeases({ clock, leaseMs, mostMs, extend }: LeaseSettings): Leases {
  /** Instants at which they are let go, by ack id. */
  const out = new Map<string, number>();
  let cancel: Cancel | undefined;
  let wake: (() => void) | undefined;

  const letGo = (ackId: string) => {
    out.delete(ackId);
    wake?.();
  };
  const renew = () => {
    cancel = undefined;
    const now = clock.now();
    for (const [ackId, until] of out) if (until <= now) letGo(ackId);
    if (out.size === 0) return;
    void extend([...out.keys()]);
    arm();
  };
  const arm = () => {
    cancel ??= clock.schedule(leaseMs / 2, renew);
  };

  return {
    get size() {
      return out.size;
    },
    has: (ackId) => out.has(ackId),
    take(ackIds) {
      if (ackIds.length === 0) return;
      const until = clock.now() + mostMs;
      for (const ackId of ackIds) out.set(ackId, until);
      // The subscription's own deadline may be shorter than ours.
      void extend(ackIds);
      arm();
    },
    drop: letGo,
    async room(most, signal) {
      while (out.size >= most) {
        signal?.throwIfAborted();
        const { promise, resolve } = Promise.withResolvers<void>();
        const stop = () => resolve();
        wake = stop;
        signal?.addEventListener('abort', stop, { once: true });
        await promise;
        signal?.removeEventListener('abort', stop);
      }
      signal?.throwIfAborted();
    },
    close() {
      cancel?.();
      cancel = undefined;
      out.clear();
      wake?.();
    },
  };
}
