import type { Clock } from '@im/core';

/** Work that is done again and again, never twice at the same time. */
export interface Turns {
  /** Does it now, after what is under way. @throws what the work throws */
  now(): Promise<void>;
  /** Does it soon; any number of calls until then cause one. Failures go to `onError`. */
  soon(): void;
  /** Ends after what is under way. */
  close(): Promise<void>;
}

/** So that a storm of events causes one evaluation a second. */
const soonMs = 1_000;

/** Does `work` every `intervalMs` milliseconds from now on, without keeping the process alive. */
export function createTurns(
  work: () => Promise<void>,
  clock: Clock,
  intervalMs: number,
  onError: (error: unknown) => void,
): Turns {
  let running: Promise<void> = Promise.resolve();
  let isClosed = false;
  let cancelSoon: (() => void) | undefined;
  let cancelNext = () => {};
  const now = (): Promise<void> => {
    const next = running.then(async () => {
      if (!isClosed) await work();
    });
    running = next.catch(() => undefined);
    return next;
  };
  const schedule = () => {
    cancelNext = clock.schedule(
      intervalMs,
      () => {
        schedule();
        now().catch(onError);
      },
      { background: true },
    );
  };
  schedule();
  return {
    now,
    soon() {
      if (isClosed) return;
      cancelSoon ??= clock.schedule(
        soonMs,
        () => {
          cancelSoon = undefined;
          now().catch(onError);
        },
        { background: true },
      );
    },
    async close() {
      isClosed = true;
      cancelNext();
      cancelSoon?.();
      await running;
    },
  };
}
