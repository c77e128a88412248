/**
 * The life of one registration from its first use on: its instance, made when it is needed and let go when idle, and
 * its checks. Starting, stopping and reconfiguring happen one after the other; calls never wait for them.
 */
import { ConfigurationError } from '../configuration-error.ts';
import { IntegrationError } from '../errors.ts';
import { createInstance, gathered, type Instance } from '../instance/instance.ts';
import { parseOptions } from '../options.ts';
import { mergeResilience } from '../resilience/options.ts';
import type { ResilienceInput } from '../resilience/types.ts';
import type { IntegrationStatus } from '../status.ts';
import type { Entry } from './entry.ts';
import { checkDelayMs } from './health.ts';
import { refuseCalls } from './refuse-calls.ts';
import { asIntegrationError, runCheck, unlessAborted } from './run-check.ts';
import type { Task } from './scheduler.ts';
import { Observer, Vitals } from './vitals.ts';

/** What may be changed while running. */
export interface Change {
  readonly options: unknown;
  readonly resilience: ResilienceInput | undefined;
}

/** See the head of this file. */
export class Life {
  readonly vitals: Vitals;
  /** Drivers of ports that were asked for, by the id of the port. */
  readonly drivers = new Map<string, unknown>();
  readonly #entry: Entry;
  #instance: Instance | undefined;
  #observer: Observer | undefined;
  #lastUsed = 0;
  /** Whether `start` is under way: it alone then says when the state is known. */
  #starting = false;
  #checking: Promise<IntegrationError | undefined> | undefined;
  #stopChecks = new AbortController();
  #nextCheck: Task | undefined;
  #nextIdle: Task | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Instances that were replaced or let go and are still closing. */
  readonly #retiring = new Set<Instance>();

  constructor(entry: Entry) {
    this.#entry = entry;
    this.vitals = new Vitals(entry);
  }

  get condition(): Vitals['condition'] {
    return this.vitals.condition;
  }

  /** The instance in use, made when there is none. @throws {@link IntegrationError} when it may not or cannot be made */
  instance(): Instance {
    const instance = this.#instance;
    if (instance === undefined) return this.#makeForCall();
    this.#lastUsed = this.vitals.now();
    return instance;
  }

  /** The part of a status that only an integration in use has. */
  report(): Omit<IntegrationStatus, 'name' | 'tenant' | 'provider' | 'title' | 'category' | 'required'> {
    const { condition, forecasts, lastCheck, stats } = this.vitals;
    const snapshot = this.#instance?.pipeline.snapshot();
    const retiring = [...this.#retiring].reduce((sum, one) => sum + one.pipeline.snapshot().inFlight, 0);
    return {
      status: condition.status,
      reasons: condition.reasons(),
      since: condition.since,
      lastCheck,
      breaker: snapshot?.breaker ?? 'closed',
      inFlight: (snapshot?.inFlight ?? 0) + retiring,
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
      if (condition.status === 'disabled' && !this.#entry.host.closing.aborted)
        this.#stopChecks = new AbortController();
      else this.#refuse();
      if (condition.status === 'healthy' || condition.status === 'degraded') return undefined;
      condition.enter('starting');
      this.#starting = true;
      try {
        const failure = await unlessAborted(this.#startNow(), signal);
        condition.settle();
        return failure;
      } catch (error) {
        const instance = this.#release();
        condition.enter('registered');
        if (instance !== undefined) this.#retire(instance, Number.POSITIVE_INFINITY);
        throw error;
      } finally {
        this.#starting = false;
      }
    });
  }

  async #startNow(): Promise<IntegrationError | undefined> {
    try {
      if (this.#instance === undefined) this.#make();
    } catch (error) {
      return this.#failedToMake(error);
    }
    await this.#checking;
    return this.#check(true);
  }

  /** Drains, closes, and refuses calls from then on. @throws {@link IntegrationError} with all that could not be closed */
  stop(to: 'disabled' | 'stopped', why: string): Promise<void> {
    const says = `${this.#entry.shown} is being ${to}`;
    this.#stopChecks.abort(
      new IntegrationError(says, { ...this.#entry.names, code: 'unavailable', retryable: false }),
    );
    return this.#exclusive(async () => {
      const { condition } = this;
      if (condition.status === to || condition.status === 'stopped') return;
      const instance = this.#release();
      if (instance !== undefined) this.#retiring.add(instance);
      const closing = [...this.#retiring];
      if (closing.length > 0 && condition.status !== 'disabled') condition.enter('draining', why);
      const results = await Promise.allSettled(closing.map((one) => one.close(this.#entry.host.graceMs)));
      if (instance !== undefined) this.#retiring.delete(instance);
      this.#observer?.deactivate();
      this.vitals.reset();
      condition.enter(to, why);
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
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

  async #replace({ options, resilience }: Change): Promise<void> {
    this.#refuse();
    const { definition, host } = this.#entry;
    const [instance, observer] = this.#build(options, resilience);
    try {
      const signals = [host.closing, this.#stopChecks.signal];
      await runCheck(definition, instance, host.surroundings.clock, host.health.checkTimeoutMs, signals);
    } catch (error) {
      this.#retire(instance, 0);
      throw error;
    }
    const old = this.#release();
    this.vitals.reset();
    if (this.condition.status === 'registered') this.condition.enter('starting');
    this.#use(instance, observer);
    this.condition.settle();
    if (old === undefined) return;
    if (old.pipeline.snapshot().breaker === 'isolated') instance.pipeline.isolate();
    // Calls in flight end by their own time-outs; stopping hastens them.
    this.#retire(old, Number.POSITIVE_INFINITY);
  }

  /** Closes the circuit of the instance in use; without one there is nothing to close. */
  resetBreaker(): void {
    this.#instance?.pipeline.reset();
  }

  /** Runs the check now, or joins the one that is running. @throws the signal's reason; `unavailable` when it is stopped or disabled */
  async check(signal?: AbortSignal): Promise<void> {
    this.#refuse();
    signal?.throwIfAborted();
    const { condition } = this;
    if (
      condition.status === 'registered' ||
      (condition.status === 'unhealthy' && this.#instance === undefined)
    ) {
      await this.start(signal);
      return;
    }
    if (this.#instance === undefined) this.#make();
    this.#checking ??= this.#check(condition.status === 'starting').finally(() => {
      this.#checking = undefined;
    });
    await unlessAborted(this.#checking, signal);
    if (condition.status === 'starting' && !this.#starting) condition.settle();
  }

  /** @returns why the check failed */
  async #check(first: boolean): Promise<IntegrationError | undefined> {
    const { definition, host, names } = this.#entry;
    const instance = this.#instance;
    if (instance === undefined || definition.check === undefined) return undefined;
    const at = this.vitals.now();
    const stopping = this.#stopChecks.signal;
    let failure: IntegrationError | undefined;
    try {
      const signals = [host.closing, stopping];
      await runCheck(definition, instance, host.surroundings.clock, host.health.checkTimeoutMs, signals);
    } catch (error) {
      failure = asIntegrationError(error, 'the check failed', names);
    }
    const counts = this.#instance === instance && !stopping.aborted && !host.closing.aborted;
    if (counts) this.vitals.checked(at, failure, first);
    return failure;
  }

  #scheduleCheck(): void {
    const { host, definition } = this.#entry;
    if (definition.check === undefined || !(host.health.checkIntervalMs > 0)) return;
    const due = this.vitals.now() + checkDelayMs(host.health, host.surroundings.random);
    this.#nextCheck = host.scheduler.at(due, () => void this.#checkByTime());
  }

  async #checkByTime(): Promise<void> {
    const instance = this.#instance;
    const { breaker, parkedUntil } = instance?.pipeline.snapshot() ?? {};
    // A check while the vendor asked us to wait, or while somebody opened the circuit, would only tell that again.
    if (breaker !== 'isolated' && parkedUntil === undefined && !this.#starting) {
      await this.check().catch((error) => this.#log('a check could not run', error));
    }
    if (instance !== undefined && this.#instance === instance) this.#scheduleCheck();
  }

  #makeForCall(): Instance {
    this.#refuse();
    if (this.condition.status === 'registered') this.condition.enter('starting');
    try {
      return this.#make();
    } catch (error) {
      if (!this.#starting) this.#failedToMake(error);
      throw error;
    }
  }

  #refuse(): void {
    refuseCalls(this.#entry, this.condition);
  }

  #make(): Instance {
    const [instance, observer] = this.#build(this.#entry.options, this.#entry.resilience);
    this.condition.clear('options_invalid', 'start_failed');
    this.#use(instance, observer);
    return instance;
  }

  #build(options: unknown, resilience: ResilienceInput | undefined): readonly [Instance, Observer] {
    const { definition, host, names, tenant } = this.#entry;
    const observer = new Observer(this.vitals, () => {
      if (this.condition.status === 'starting' && !this.#starting) this.condition.settle();
    });
    const instance = createInstance({
      definition,
      options: parseOptions(definition, options, this.#entry.path('options')),
      names,
      resilience: [tenant.settings.resilience, resilience],
      surroundings: host.surroundings,
      observer,
      forecast: (forecast) => observer.forecast(forecast),
    });
    return [instance, observer];
  }

  #use(instance: Instance, observer: Observer): void {
    this.#observer?.deactivate();
    this.#instance = instance;
    this.#observer = observer;
    observer.activate();
    this.#lastUsed = this.vitals.now();
    this.#scheduleIdle(this.#lastUsed + this.#entry.host.idleMs);
    this.#scheduleCheck();
  }

  #failedToMake(error: unknown): IntegrationError {
    const failure = asIntegrationError(error, 'could not be started', this.#entry.names);
    const kind = failure instanceof ConfigurationError ? 'options_invalid' : 'start_failed';
    this.condition.set({ kind, says: failure.message, code: failure.code });
    this.condition.settle();
    return failure;
  }

  #scheduleIdle(due: number): void {
    if (Number.isFinite(due)) this.#nextIdle = this.#entry.host.scheduler.at(due, () => this.#letGoIfIdle());
  }

  #letGoIfIdle(): void {
    const { host, required } = this.#entry;
    const instance = this.#instance;
    if (instance === undefined) return;
    const now = this.vitals.now();
    const idleAt = this.#lastUsed + host.idleMs;
    const { inFlight, breaker, parkedUntil } = instance.pipeline.snapshot();
    const isBusy = inFlight > 0 || breaker !== 'closed' || parkedUntil !== undefined || this.#starting;
    // What a required one tells must stay true; what the breaker and the vendor said must not be forgotten.
    if (idleAt > now) this.#scheduleIdle(idleAt);
    else if (isBusy || required) this.#scheduleIdle(now + Math.max(host.idleMs, 1));
    else {
      this.#release();
      this.#retire(instance, host.graceMs);
    }
  }

  /** Takes the instance out of use. */
  #release(): Instance | undefined {
    const instance = this.#instance;
    this.#instance = undefined;
    for (const task of [this.#nextCheck, this.#nextIdle]) this.#entry.host.scheduler.cancel(task);
    return instance;
  }

  /** Closes an instance that nobody waits for; what fails is logged. */
  #retire(instance: Instance, graceMs: number): void {
    this.#retiring.add(instance);
    instance
      .close(graceMs)
      .catch((error) => this.#log('an instance could not be closed', error))
      .finally(() => this.#retiring.delete(instance));
  }

  #exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(work);
    // The queue goes on whatever comes of the work; whoever asked for it gets its error.
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #log(message: string, error: unknown): void {
    this.#entry.host.surroundings.logger.error(message, { ...this.#entry.names, error });
  }
}
