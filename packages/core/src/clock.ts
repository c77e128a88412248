/** Stops a timer or an interest that was started. Calling it again does nothing. */
export type Cancel = () => void;

/**
 * Where time comes from. Every wait of @im goes through a clock, so that a test moves time instead of spending it.
 * `@im/testing` has a virtual one.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. May step when the system's time is set; only differences matter to @im. */
  now(): number;
  /** Runs `callback` once, `delayMs` milliseconds from now; a delay of zero or less runs it soon, never at once. */
  schedule(delayMs: number, callback: () => void, options?: ScheduleOptions): Cancel;
}

/** How a timer behaves beside its delay. */
export interface ScheduleOptions {
  /** Housekeeping that must not keep the process alive. Default false. */
  readonly background?: boolean;
}

/** Longest delay that Node's timers keep; a longer one would fire at once. */
const longestDelayMs = 2_147_483_647;

/**
 * The machine's own clock. A timer of it keeps the process alive until it fires or is cancelled, unless it was started
 * as `background`.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback, options) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestDelayMs));
    if (options?.background) timer.unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Waits `delayMs` milliseconds of `clock`.
 *
 * @throws the signal's reason, at once, when `signal` is aborted before or while waiting
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}
