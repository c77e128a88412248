import type { Clock } from '../../clock.ts';
import type { Logger } from '../../context.ts';
import { isIntegrationError } from '../../errors.ts';
import type { StateStore } from '../../state.ts';
import type { CallNames, PipelineEnvironment, PipelineObserver } from '../types.ts';

/** Milliseconds after which a store that does not answer counts as away, whatever its own time-outs. */
const mostAskMs = 2_000;

/**
 * This process among those that share a state. Every use of the store goes through {@link Fleet.ask}, so that it is said
 * once when the store is away, and once when it is back.
 */
export class Fleet {
  /** Who we are in what is shared; another one with every pipeline. */
  readonly id = crypto.randomUUID().slice(0, 13);
  readonly clock: Clock;
  readonly random: () => number;
  readonly store: StateStore;
  readonly #names: CallNames;
  readonly #logger: Logger | undefined;
  readonly #observer: PipelineObserver | undefined;
  #away = false;

  constructor({ clock, random, state, names, logger, observer }: PipelineEnvironment) {
    this.clock = clock;
    this.random = random;
    this.store = state;
    this.#names = names;
    this.#logger = logger;
    this.#observer = observer;
  }

  /** Whether the store did not answer when it was last asked. */
  get away(): boolean {
    return this.#away;
  }

  /** Does `work` with the store, in bounded time. @throws whatever it throws; an error when it takes too long */
  async ask<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      const result = await this.#inTime(work());
      this.#tell(false);
      return result;
    } catch (error) {
      this.#tell(true, error);
      throw error;
    }
  }

  #inTime<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.schedule(mostAskMs, () =>
        reject(new Error(`the shared state has not answered within ${mostAskMs} ms`)),
      );
      work.then(resolve, reject).finally(cancel);
    });
  }

  #tell(away: boolean, error?: unknown): void {
    if (away === this.#away) return;
    this.#away = away;
    if (away) {
      const says = 'the shared state is away: this process keeps to its part of the limits by itself';
      const reason = isIntegrationError(error) ? error.message : undefined;
      this.#logger?.warn(says, { ...this.#names, reason });
      this.#observer?.sharing?.(false, says);
    } else {
      const says = 'the shared state is back: limits are shared again';
      this.#logger?.info(says, { ...this.#names });
      this.#observer?.sharing?.(true, says);
    }
  }
}
