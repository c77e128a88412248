/**
 * The life of one registration from its first use on: starting, stopping, reconfiguring and checking, one after the
 * other. Its instances are in `instances.ts`, the checks in `checks.ts`. Calls never wait for any of it.
 */
import { unlessAborted } from '../abort.ts';
import { IntegrationError } from '../errors.ts';
import { gathered, type Instance } from '../instance/instance.ts';
import { parseOptions } from '../options.ts';
import { mergeResilience } from '../resilience/options.ts';
import type { IntegrationStatus } from '../status.ts';
import { Checks } from './checks.ts';
import type { Entry } from './entry.ts';
import { type Change, Instances } from './instances.ts';
import { refuseCalls } from './refuse-calls.ts';
import { asIntegrationError } from './run-check.ts';
import { Vitals } from './vitals.ts';

/** See the head of this file. */
export class Life {
  readonly vitals: Vitals;
  /** Drivers of ports that were asked for, by the id of the port. */
  readonly drivers = new Map<string, unknown>();
  readonly #entry: Entry;
  readonly #instances: Instances;
  readonly #checks: Checks;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(entry: Entry) {
    this.#entry = entry;
    this.vitals = new Vitals(entry);
    this.#checks = new Checks(entry, this.vitals, () => this.#checkByTime());
    this.#instances = new Instances(entry, this.vitals, (inUse) => this.#checks.watch(inUse));
  }

  get condition(): Vitals['condition'] {
    return this.vitals.condition;
  }

  /** The instance in use, made when there is none. @throws {@link IntegrationError} when it may not or cannot be made */
  instance(): Instance {
    return this.#instances.forCall();
  }

  /** The part of a status that only an integration in use has. */
  report(): Omit<IntegrationStatus, 'name' | 'tenant' | 'provider' | 'title' | 'category' | 'required'> {
    const { condition, forecasts, lastCheck, stats } = this.vitals;
    const snapshot = this.#instances.inUse?.pipeline.snapshot();
    return {
      status: condition.status,
      reasons: condition.reasons(),
      since: condition.since,
      lastCheck,
      breaker: snapshot?.breaker ?? 'closed',
      inFlight: (snapshot?.inFlight ?? 0) + this.#instances.inFlightElsewhere,
      queued: snapshot?.queued ?? 0,
      quotaRemaining: snapshot?.quotaRemaining,
      parkedUntil: snapshot?.parkedUntil,
      forecasts,
      stats: stats.snapshot(),
    };
  }

  /**
   * Makes the instance and checks it.
   *
   * @returns why it could not start
   * @throws the signal's reason; `unavailable` when it is stopped
   */
  start(signal?: AbortSignal): Promise<IntegrationError | undefined> {
    return this.#exclusive(async () => {
      signal?.throwIfAborted();
      const { condition } = this;
      if (condition.status === 'disabled' && !this.#entry.host.closing.aborted) this.#checks.allow();
      else this.#refuse();
      if (condition.status === 'healthy' || condition.status === 'degraded') return undefined;
      condition.enter('starting');
      this.vitals.starting = true;
      try {
        const failure = await unlessAborted(this.#startNow(), signal);
        condition.settle();
        return failure;
      } catch (error) {
        const instance = this.#instances.release();
        condition.enter('registered');
        if (instance !== undefined) this.#instances.retire(instance, Number.POSITIVE_INFINITY);
        throw error;
      } finally {
        this.vitals.starting = false;
      }
    });
  }

  async #startNow(): Promise<IntegrationError | undefined> {
    try {
      if (this.#instances.inUse === undefined) this.#instances.make();
    } catch (error) {
      return this.#instances.failedToMake(error);
    }
    await this.#checks.running;
    return this.#checks.run(true);
  }

  /** Drains, closes, and refuses calls from then on. @throws {@link IntegrationError} with all that could not be closed */
  stop(to: 'disabled' | 'stopped', why: string): Promise<void> {
    const says = `${this.#entry.shown} is being ${to}`;
    this.#checks.stop(
      new IntegrationError(says, { ...this.#entry.names, code: 'unavailable', retryable: false }),
    );
    return this.#exclusive(async () => {
      const { condition } = this;
      if (condition.status === to || condition.status === 'stopped') return;
      const closing = this.#instances.releaseAll();
      if (closing.length > 0 && condition.status !== 'disabled') condition.enter('draining', why);
      const errors = await this.#instances.closeAll(closing);
      this.vitals.reset();
      condition.enter(to, why);
      if (errors.length > 0) throw gathered(`of ${this.#entry.shown} could not be closed`, errors);
    });
  }

  /** @throws what the new options or the check of the new instance threw; then nothing has changed */
  reconfigure(change: Change): Promise<void> {
    return this.#exclusive(async () => {
      const entry = this.#entry;
      try {
        if (this.condition.status !== 'disabled') await this.#replace(change);
        else {
          parseOptions(entry.definition, change.options, entry.path('options'));
          mergeResilience(entry.definition.resilience, entry.tenant.settings.resilience, change.resilience);
        }
      } catch (error) {
        const failure = asIntegrationError(error, 'the new options do not work', entry.names);
        this.vitals.emit('configured', `the old options stay: ${failure.message}`);
        throw failure;
      }
      entry.options = change.options;
      entry.resilience = change.resilience;
      this.vitals.emit('configured', 'the new options are in use');
    });
  }

  async #replace(change: Change): Promise<void> {
    this.#refuse();
    const built = this.#instances.build(change);
    try {
      await this.#checks.test(built.instance);
    } catch (error) {
      this.#instances.retire(built.instance, 0);
      throw error;
    }
    const old = this.#instances.release();
    this.vitals.reset();
    if (this.condition.status === 'registered') this.condition.enter('starting');
    this.#instances.use(built);
    this.condition.settle();
    if (old === undefined) return;
    if (old.pipeline.snapshot().breaker === 'isolated') built.instance.pipeline.isolate();
    // Calls in flight end by their own time-outs; stopping hastens them.
    this.#instances.retire(old, Number.POSITIVE_INFINITY);
  }

  /** Closes the circuit of the instance in use; without one there is nothing to close. */
  resetBreaker(): void {
    this.#instances.inUse?.pipeline.reset();
  }

  /** Runs the check now, or joins the one that is running. @throws the signal's reason; `unavailable` when it is stopped or disabled */
  async check(signal?: AbortSignal): Promise<void> {
    this.#refuse();
    signal?.throwIfAborted();
    const { condition } = this;
    if (
      condition.status === 'registered' ||
      (condition.status === 'unhealthy' && this.#instances.inUse === undefined)
    ) {
      await this.start(signal);
      return;
    }
    if (this.#instances.inUse === undefined) this.#instances.make();
    await unlessAborted(this.#checks.join(condition.status === 'starting'), signal);
    this.vitals.settleUnlessStarting();
  }

  async #checkByTime(): Promise<void> {
    const { logger } = this.#entry.host.surroundings;
    await this.check().catch((error: unknown) =>
      logger.error('a check could not run', { ...this.#entry.names, error }),
    );
  }

  #refuse(): void {
    refuseCalls(this.#entry, this.condition);
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    // The queue goes on whatever comes of the work; whoever asked for it gets its error.
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
