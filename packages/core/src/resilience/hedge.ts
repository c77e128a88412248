/**
 * Hedging: a read that has no answer after `delayMs` is sent again while the first is still on its way; the first
 * answer wins, and the others are aborted. It shortens the slowest calls at the price of some more of them, which is
 * why each draws on the retry budget and is made only when nothing stands in its way.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { Attempt, Awaiting } from './attempt.ts';
import type { ResilienceOptions } from './options.ts';
import type { Run } from './run.ts';

/** Options of hedging that is switched on. */
export type HedgeOptions = Exclude<ResilienceOptions['hedge'], false>;

/** Why the slower attempts are aborted. One object: it is looked at by nobody. */
const overtaken = new DOMException('another attempt answered first', 'AbortError');

/**
 * Runs the attempts of `run` against one another, and tells it of the first answer, or of the failure that came last.
 *
 * @param start begins an attempt; from the second on it may decline with `false`
 */
export function hedge(
  run: Run,
  options: HedgeOptions,
  clock: Clock,
  start: (race: Awaiting, isFirst: boolean) => boolean,
): void {
  const hedges = new Set<Attempt>();
  run.hedges = hedges;
  let pending = 0;
  let begun = 0;
  let cancel: Cancel | undefined;
  const race: Awaiting = {
    answered: (result, now) => {
      cancel?.();
      for (const slower of hedges) slower.stop(overtaken);
      run.answered(result, now);
    },
    failed: (error) => {
      pending -= 1;
      if (pending > 0) return;
      cancel?.();
      run.failed(error);
    },
  };
  const begin = (): void => {
    begun += 1;
    cancel = begun <= options.max ? clock.schedule(options.delayMs, begin) : undefined;
    pending += 1;
    if (!start(race, begun === 1)) pending -= 1;
  };
  begin();
}
