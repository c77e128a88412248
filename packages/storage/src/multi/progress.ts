/** How far a run has come, how fast it is, and when it will be done. */
import type { Clock } from '@im/core';

/** Told while a run goes on. */
export interface TransferProgress {
  /** Objects that are done with, however. */
  readonly objects: number;
  /** Objects in all. Absent until all have been counted. */
  readonly totalObjects?: number | undefined;
  /** Bytes that were looked at or copied. */
  readonly bytes: number;
  readonly totalBytes?: number | undefined;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  readonly objectsPerSecond: number;
  /** Milliseconds until the end at this rate. Absent while unknown. */
  readonly etaMs?: number | undefined;
  /** The object that was done last. */
  readonly key?: string | undefined;
}

/** Seconds over which the rate is taken. */
const windowMs = 10_000;

interface Sample {
  readonly at: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Counts, and tells. */
export interface ProgressMeter {
  readonly objects: number;
  /** Bytes of an object under way; they are counted with the object when it is done. */
  moving(key: string, bytes: number): void;
  done(key: string, bytes: number): void;
  totals(objects: number, bytes: number): void;
}

/** Begins to count at what earlier runs did. */
export function createMeter(
  clock: Clock,
  begun: { readonly objects: number; readonly bytes: number },
  tell: ((progress: TransferProgress) => void) | undefined,
): ProgressMeter {
  let { objects, bytes } = begun;
  const under = new Map<string, number>();
  const samples: Sample[] = [{ at: clock.now(), objects, bytes }];
  let total: { readonly objects: number; readonly bytes: number } | undefined;
  const moved = () => [...under.values()].reduce((sum, one) => sum + one, bytes);

  const report = (key?: string) => {
    const now: Sample = { at: clock.now(), objects, bytes: moved() };
    if (now.at - (samples.at(-1)?.at ?? 0) >= windowMs / 20) samples.push(now);
    while (samples.length > 1 && (samples[1] as Sample).at <= now.at - windowMs) samples.shift();
    if (tell === undefined) return;
    const first = samples[0] as Sample;
    const seconds = Math.max(now.at - first.at, 1) / 1000;
    const bytesPerSecond = (now.bytes - first.bytes) / seconds;
    const objectsPerSecond = (now.objects - first.objects) / seconds;
    const etaMs = total && eta(total, now, bytesPerSecond, objectsPerSecond);
    tell({
      ...{ objects, bytes: now.bytes, bytesPerSecond, objectsPerSecond },
      ...(total && { totalObjects: total.objects, totalBytes: total.bytes }),
      ...(etaMs !== undefined && { etaMs }),
      ...(key !== undefined && { key }),
    });
  };
  return {
    get objects() {
      return objects;
    },
    moving(key, sofar) {
      under.set(key, sofar);
      report();
    },
    done(key, size) {
      under.delete(key);
      objects += 1;
      bytes += size;
      report(key);
    },
    totals(allObjects, allBytes) {
      total = { objects: allObjects, bytes: allBytes };
      report();
    },
  };
}

/** The longer of what the bytes and what the objects will take: small objects cost time, not bytes. */
function eta(
  total: { readonly objects: number; readonly bytes: number },
  now: Sample,
  bytesPerSecond: number,
  objectsPerSecond: number,
): number | undefined {
  const waits = [
    [total.bytes - now.bytes, bytesPerSecond],
    [total.objects - now.objects, objectsPerSecond],
  ] as const;
  if (waits.some(([left, rate]) => left > 0 && rate <= 0)) return undefined;
  return Math.round(Math.max(...waits.map(([left, rate]) => (left <= 0 ? 0 : (left / rate) * 1000))));
}
