/**
 * The instances of one registration: the one in use, made when it is needed and let go when idle, and those that were
 * replaced or let go and are still closing. Calls never wait here.
 */
import { ConfigurationError } from '../configuration-error.ts';
import type { IntegrationError } from '../errors.ts';
import { createInstance, type Instance } from '../instance/instance.ts';
import { parseOptions } from '../options.ts';
import type { ResilienceInput } from '../resilience/types.ts';
import type { Entry } from './entry.ts';
import { refuseCalls } from './refuse-calls.ts';
import { asIntegrationError } from './run-check.ts';
import type { Task } from './scheduler.ts';
import { Observer, type Vitals } from './vitals.ts';

/** What may be changed while running. */
export interface Change {
  readonly options: unknown;
  readonly resilience: ResilienceInput | undefined;
}

/** An instance with what follows its doings. */
export interface Built {
  readonly instance: Instance;
  readonly observer: Observer;
}

/** See the head of this file. */
export class Instances {
  readonly #entry: Entry;
  readonly #vitals: Vitals;
  readonly #onChange: (inUse: Instance | undefined) => void;
  #inUse: Instance | undefined;
  #observer: Observer | undefined;
  #lastUsed = 0;
  #nextIdle: Task | undefined;
  readonly #closing = new Set<Instance>();

  /** @param onChange told which instance is in use from now on */
  constructor(entry: Entry, vitals: Vitals, onChange: (inUse: Instance | undefined) => void) {
    this.#entry = entry;
    this.#vitals = vitals;
    this.#onChange = onChange;
  }

  get inUse(): Instance | undefined {
    return this.#inUse;
  }

  /** Calls that go on in instances which are closing. */
  get inFlightElsewhere(): number {
    return [...this.#closing].reduce((sum, one) => sum + one.pipeline.snapshot().inFlight, 0);
  }

  /** The instance in use, made when there is none. @throws {@link IntegrationError} when it may not or cannot be made */
  forCall(): Instance {
    const instance = this.#inUse;
    if (instance === undefined) return this.#makeForCall();
    this.#lastUsed = this.#vitals.now();
    return instance;
  }

  #makeForCall(): Instance {
    const { condition } = this.#vitals;
    refuseCalls(this.#entry, condition);
    if (condition.status === 'registered') condition.enter('starting');
    try {
      return this.make();
    } catch (error) {
      if (!this.#vitals.starting) this.failedToMake(error);
      throw error;
    }
  }

  /** Makes the instance that is used from now on. */
  make(): Instance {
    const built = this.build(this.#entry);
    this.#vitals.condition.clear('options_invalid', 'start_failed');
    this.use(built);
    return built.instance;
  }

  /** Makes an instance that is not in use yet. */
  build({ options, resilience }: Change): Built {
    const { definition, host, names, tenant } = this.#entry;
    const observer = new Observer(this.#vitals, () => this.#vitals.settleUnlessStarting());
    const instance = createInstance({
      definition,
      options: parseOptions(definition, options, this.#entry.path('options')),
      names,
      resilience: [tenant.settings.resilience, resilience],
      surroundings: host.surroundings,
      observer,
      forecast: (forecast) => observer.forecast(forecast),
    });
    return { instance, observer };
  }

  use({ instance, observer }: Built): void {
    this.#observer?.deactivate();
    this.#inUse = instance;
    this.#observer = observer;
    observer.activate();
    this.#lastUsed = this.#vitals.now();
    this.#scheduleIdle(this.#lastUsed + this.#entry.host.idleMs);
    this.#onChange(instance);
  }

  /** Takes note of why none could be made. */
  failedToMake(error: unknown): IntegrationError {
    const { condition } = this.#vitals;
    const failure = asIntegrationError(error, 'could not be started', this.#entry.names);
    const kind = failure instanceof ConfigurationError ? 'options_invalid' : 'start_failed';
    condition.set({ kind, says: failure.message, code: failure.code });
    condition.settle();
    return failure;
  }

  /** Takes the instance out of use. */
  release(): Instance | undefined {
    const instance = this.#inUse;
    this.#inUse = undefined;
    this.#entry.host.scheduler.cancel(this.#nextIdle);
    this.#onChange(undefined);
    return instance;
  }

  /** Closes an instance that nobody waits for; what fails is logged. */
  retire(instance: Instance, graceMs: number): void {
    this.#closing.add(instance);
    const { logger } = this.#entry.host.surroundings;
    instance
      .close(graceMs)
      .catch((error: unknown) =>
        logger.error('an instance could not be closed', { ...this.#entry.names, error }),
      )
      .finally(() => this.#closing.delete(instance));
  }

  /** Takes the instance out of use. @returns it, and all that are still closing */
  releaseAll(): readonly Instance[] {
    const instance = this.release();
    if (instance !== undefined) this.#closing.add(instance);
    return [...this.#closing];
  }

  /** Closes what {@link releaseAll} gave. @returns what could not be closed */
  async closeAll(instances: readonly Instance[]): Promise<readonly unknown[]> {
    const results = await Promise.allSettled(instances.map((one) => one.close(this.#entry.host.graceMs)));
    for (const instance of instances) this.#closing.delete(instance);
    this.#observer?.deactivate();
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }

  #scheduleIdle(due: number): void {
    if (Number.isFinite(due)) this.#nextIdle = this.#entry.host.scheduler.at(due, () => this.#letGoIfIdle());
  }

  #letGoIfIdle(): void {
    const { host, required } = this.#entry;
    const instance = this.#inUse;
    if (instance === undefined) return;
    const now = this.#vitals.now();
    // What its rate limit still counts must not be forgotten: a limit a day would begin anew with each instance.
    const idleAt = this.#lastUsed + Math.max(host.idleMs, instance.pipeline.memoryMs);
    const { inFlight, breaker, parkedUntil } = instance.pipeline.snapshot();
    const isBusy = inFlight > 0 || breaker !== 'closed' || parkedUntil !== undefined || this.#vitals.starting;
    // What a required one tells must stay true; what the breaker and the vendor said must not be forgotten.
    if (idleAt > now) this.#scheduleIdle(idleAt);
    else if (isBusy || required) this.#scheduleIdle(now + Math.max(host.idleMs, 1));
    else {
      this.release();
      this.retire(instance, host.graceMs);
    }
  }
}
