/** Active health: the provider's own check of the instance in use, run when asked for and from time to time. */
import type { IntegrationError } from '../errors.ts';
import type { Instance } from '../instance/instance.ts';
import type { Entry } from './entry.ts';
import { checkDelayMs } from './health.ts';
import { asIntegrationError, runCheck } from './run-check.ts';
import type { Task } from './scheduler.ts';
import type { Vitals } from './vitals.ts';

/** See the head of this file. */
export class Checks {
  readonly #entry: Entry;
  readonly #vitals: Vitals;
  readonly #onDue: () => Promise<void>;
  #inUse: Instance | undefined;
  #next: Task | undefined;
  #running: Promise<IntegrationError | undefined> | undefined;
  #stopping = new AbortController();

  /** @param onDue called when it is time for a check */
  constructor(entry: Entry, vitals: Vitals, onDue: () => Promise<void>) {
    this.#entry = entry;
    this.#vitals = vitals;
    this.#onDue = onDue;
  }

  /** The check that is under way for those who asked. */
  get running(): Promise<IntegrationError | undefined> | undefined {
    return this.#running;
  }

  /** Goes on with another instance, or with none. */
  watch(inUse: Instance | undefined): void {
    this.#inUse = inUse;
    this.#entry.host.scheduler.cancel(this.#next);
    if (inUse !== undefined) this.#schedule();
  }

  /** Ends the checks under way, and refuses others, with `reason`. */
  stop(reason: IntegrationError): void {
    this.#stopping.abort(reason);
  }

  /** Allows checks again. */
  allow(): void {
    this.#stopping = new AbortController();
  }

  /** Checks an instance, in use or not. @throws what the check threw, or the reason of {@link stop} */
  async test(instance: Instance): Promise<void> {
    const { definition, host } = this.#entry;
    const signals = [host.closing, this.#stopping.signal];
    await runCheck(definition, instance, host.surroundings.clock, host.health.checkTimeoutMs, signals);
  }

  /** Checks the instance in use, or joins the check that is running. @returns why it failed */
  join(first: boolean): Promise<IntegrationError | undefined> {
    this.#running ??= this.run(first).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Checks the instance in use. @param first the check at start, which decides alone @returns why it failed */
  async run(first: boolean): Promise<IntegrationError | undefined> {
    const { definition, host, names } = this.#entry;
    const instance = this.#inUse;
    if (instance === undefined || definition.check === undefined) return undefined;
    const at = this.#vitals.now();
    const stopping = this.#stopping.signal;
    let failure: IntegrationError | undefined;
    try {
      await this.test(instance);
    } catch (error) {
      failure = asIntegrationError(error, 'the check failed', names);
    }
    const counts = this.#inUse === instance && !stopping.aborted && !host.closing.aborted;
    if (counts) this.#vitals.checked(at, failure, first);
    return failure;
  }

  #schedule(): void {
    const { host, definition } = this.#entry;
    if (definition.check === undefined || !(host.health.checkIntervalMs > 0)) return;
    const due = this.#vitals.now() + checkDelayMs(host.health, host.surroundings.random);
    this.#next = host.scheduler.at(due, () => void this.#runByTime());
  }

  async #runByTime(): Promise<void> {
    const instance = this.#inUse;
    const { breaker, parkedUntil } = instance?.pipeline.snapshot() ?? {};
    // A check while the vendor asked us to wait, or while somebody opened the circuit, would only tell that again.
    if (breaker !== 'isolated' && parkedUntil === undefined && !this.#vitals.starting) await this.#onDue();
    if (instance !== undefined && this.#inUse === instance) this.#schedule();
  }
}
