/**
 * Hedging: a read that has no answer after `delayMs` is sent again while the first is still on its way; the first
 * answer wins, and the others are aborted. It shortens the slowest calls at the price of some more of them, which is
 * why each draws on the retry budget and is made only when nothing stands in its way.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { ResilienceOptions } from './options.ts';
import type { Attempt, Run } from './run.ts';

/** Options of hedging that is switched on. */
export type HedgeOptions = Exclude<ResilienceOptions['hedge'], false>;

/** Why the slower attempts are aborted. One object: it is looked at by nobody. */
const overtaken = new DOMException('another attempt answered first', 'AbortError');

/**
 * Runs the attempts of `run` against one another.
 *
 * @param start begins an attempt; from the second on it may decline with `undefined`
 * @throws what the attempt that failed last has thrown, when none has answered
 */
export function hedge<Result>(
  run: Run,
  options: HedgeOptions,
  clock: Clock,
  start: (isFirst: boolean) => Promise<Result> | undefined,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const hedges = new Set<Attempt>();
    run.hedges = hedges;
    let pending = 0;
    let begun = 0;
    let cancel: Cancel | undefined;
    const begin = (): void => {
      const attempt = start(begun === 0);
      begun += 1;
      cancel = begun <= options.max ? clock.schedule(options.delayMs, begin) : undefined;
      if (attempt === undefined) return;
      pending += 1;
      attempt.then(
        (result) => {
          cancel?.();
          resolve(result);
          for (const slower of hedges) slower.stop(overtaken);
        },
        (error) => {
          pending -= 1;
          if (pending > 0) return;
          cancel?.();
          reject(error);
        },
      );
    };
    begin();
  });
}
