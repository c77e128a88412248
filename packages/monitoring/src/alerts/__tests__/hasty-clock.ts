import type { Clock } from '@im/core';

/** Longest pause between two attempts; what takes longer is a time-out. */
const longestPauseMs = 20_000;

/** A clock for talks over real sockets: pauses between attempts take no time, and time-outs never come. */
export function createHastyClock(startMs = Date.UTC(2030, 0, 1, 12)): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = startMs;
  return {
    pauses,
    now: () => now,
    schedule(delayMs, callback) {
      if (delayMs > longestPauseMs) return () => {};
      pauses.push(delayMs);
      now += delayMs;
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
  };
}
