/** How much memory work holds on to, whatever the collector of garbage is doing meanwhile. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is in use of the memory of a process, beyond what was when the meter was made. */
export interface MemoryMeter {
  /**
   * Looks how much is in use now, garbage collected. Call it as often as you like, as work goes on: it looks at most
   * twenty times a second.
   */
  readonly look: () => void;
  /** The most that was found in use, in whole mebibytes. Looks a last time. */
  readonly most: () => number;
}

/** Bytes of objects and buffers in use by this process, once everything that can go is gone. */
export function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What the first leaves to finalizers, as the memory of buffers, the second lets go.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** No more often than this: a collection of all garbage takes some milliseconds. */
const everyMs = 50;

/**
 * A meter of what this process keeps: objects and buffers that garbage collection leaves. Unlike the resident size it
 * says the same on a busy machine, where garbage is collected later. The resident size is a matter of the benchmarks.
 */
export function createMemoryMeter(): MemoryMeter {
  const before = bytesInUse();
  let most = before;
  let lookedAt = performance.now();
  const lookNow = () => {
    most = Math.max(most, bytesInUse());
    lookedAt = performance.now();
  };
  return {
    look: () => {
      if (performance.now() - lookedAt >= everyMs) lookNow();
    },
    most: () => {
      lookNow();
      return Math.round((most - before) / 1024 ** 2);
    },
  };
}
