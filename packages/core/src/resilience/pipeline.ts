/**
 * The pipeline: everything between the caller and the provider's code. From the outside in:
 *
 * 1. *total time-out* — `timeoutMs`, over everything below
 * 2. *retry* — `retry`, within `retryBudget`, as the operation's effect allows (`retry.ts`)
 * 3. *circuit breaker* — `breaker` (`circuit-breaker.ts`)
 * 4. *server hints*, then *rate limit* — `hints`, `rateLimit` (`parking.ts`, `rate-limit.ts`; with `shared`, `shared/`)
 * 5. *bulkhead* — `bulkhead` (`bulkhead.ts`)
 * 6. *attempt time-out* — `attemptTimeoutMs`; for reads with `hedge`, over each of the hedged attempts
 *
 * So a retry passes 3 to 5 again, each attempt counts for the breaker, and a queue costs of the total time alone.
 *
 * A call is a {@link Run}: let through, it makes an attempt (`attempts.ts`), and when that fails it may come again. The
 * usual call meets no obstacle and goes straight through, with one promise, two looks at the clock, no timer
 * (`timeout.ts`) and no abort controller (`attempt.ts`). Everything else is paid for by the calls that need it.
 */
import { type IntegrationError, isIntegrationError } from '../errors.ts';
import type { Call, CallOptions } from '../operation.ts';
import { startRecording } from '../telemetry.ts';
import { toIntegrationError } from '../to-integration-error.ts';
import { Attempts, outcomeOf } from './attempts.ts';
import { Chain } from './chain.ts';
import { Gate } from './gate.ts';
import { hedge } from './hedge.ts';
import { newIdempotencyKey, referencedKey } from './idempotency.ts';
import { refusals, refuse } from './refusals.ts';
import { backoffMs, mayRetry } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';
import { type PagePlace, Run, type RunHost } from './run.ts';
import { Signals } from './signals.ts';
import type {
  Pipeline,
  PipelineEnvironment,
  PipelineObserver,
  PipelineOperation,
  PipelineSnapshot,
  ResilienceOptions,
} from './types.ts';

/** Makes the pipeline of one integration of one tenant. `options` come from {@link mergeResilience}. */
export function createPipeline(options: ResilienceOptions, environment: PipelineEnvironment): Pipeline {
  return new ResiliencePipeline(options, environment);
}

class ResiliencePipeline implements Pipeline, RunHost {
  readonly clock;
  readonly observer: PipelineObserver | undefined;
  readonly #options: ResilienceOptions;
  readonly #environment: PipelineEnvironment;
  readonly #gate: Gate;
  readonly #attempts: Attempts;
  readonly #budget: RetryBudget;
  readonly #signals = new Signals();
  readonly #runs = new Chain<Run>();
  #draining = false;
  #onDrained: (() => void) | undefined;

  constructor(options: ResilienceOptions, environment: PipelineEnvironment) {
    this.#options = options;
    this.#environment = environment;
    this.clock = environment.clock;
    this.observer = environment.observer;
    this.#gate = new Gate(options, environment);
    this.#attempts = new Attempts(options, environment, this.#gate);
    this.#budget = new RetryBudget(options.retryBudget);
  }

  run<Result>(
    operation: PipelineOperation,
    options: CallOptions | undefined,
    body: (call: Call) => Promise<Result>,
    page?: PagePlace,
    args?: readonly unknown[],
  ): Promise<Result> {
    const now = this.clock.now();
    const timeoutMs = options?.timeoutMs ?? this.#options.timeoutMs;
    const run = new Run(this, operation, options, body, page, now, now + timeoutMs);
    const result = new Promise<unknown>((resolve, reject) => {
      run.resolve = resolve;
      run.reject = reject;
    });
    try {
      this.#begin(run);
      if (operation.effect === 'keyed') this.#giveKey(run, args);
      else this.#proceed(run, now);
    } catch (error) {
      this.#fail(run, error);
    }
    return result as Promise<Result>;
  }

  isolate(): void {
    this.#gate.breaker.isolate();
  }

  reset(): void {
    this.#gate.breaker.reset();
  }

  snapshot(): PipelineSnapshot {
    return { inFlight: this.#runs.size, ...this.#gate.snapshot(this.clock.now()) };
  }

  get memoryMs(): number {
    const { rateLimit } = this.#options;
    return rateLimit === false ? 0 : rateLimit.windowMs;
  }

  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    if (this.#runs.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.schedule(graceMs, () => {
          for (const run of this.#runs.members()) run.stop(this.#stopping(run));
        });
        const others = this.#onDrained;
        this.#onDrained = () => {
          cancel();
          others?.();
          resolve();
        };
      });
    }
    this.#attempts.sweep();
    await this.#gate.close();
  }

  #stopping(run: Run): IntegrationError {
    const { clock, names } = this.#environment;
    const error = refuse(refusals.draining, names, run.operation.name, clock.now(), run.attempts);
    return toIntegrationError(error, this.#attempts.place(run, run.active));
  }

  #begin(run: Run): void {
    const { operation, options, startedAt } = run;
    const { names } = this.#environment;
    run.recording = startRecording('operation', names, operation);
    if (this.#draining) throw refuse(refusals.draining, names, operation.name, startedAt, 0);
    if (!(run.deadline > startedAt)) throw refuse(refusals.timeout, names, operation.name, startedAt, 0);
    const signal = options?.signal;
    if (signal?.aborted) {
      run.stop(signal.reason);
      throw signal.reason;
    }
    if (signal !== undefined) this.#signals.add(signal, run);
    this.#runs.add(run);
    run.begun = true;
    this.#budget.call(startedAt);
  }

  #giveKey(run: Run, args: readonly unknown[] = []): void {
    const { state, random } = this.#environment;
    const { options, operation } = run;
    const reference = options?.reference;
    if (reference === undefined) {
      run.idempotencyKey = options?.idempotencyKey ?? newIdempotencyKey(random);
      this.#proceed(run, run.startedAt);
      return;
    }
    const { referenceTtlMs } = this.#options;
    const key = referencedKey(state, operation.name, { ...options, reference }, args, random, referenceTtlMs);
    run.until(key).then(
      (known) => {
        run.idempotencyKey = known;
        this.#proceed(run, this.clock.now());
      },
      (error) => this.#fail(run, toIntegrationError(error, this.#attempts.place(run, undefined))),
    );
  }

  /** Sends the call on its way to the vendor, at once or when it is let through. */
  #proceed(run: Run, now: number): void {
    try {
      const admitted = this.#gate.admit(run, now);
      if (admitted === undefined) this.#send(run, now);
      else {
        admitted.then(
          () => this.#send(run, this.clock.now()),
          (refusal) => this.#fail(run, refusal),
        );
      }
    } catch (refusal) {
      this.#fail(run, refusal);
    }
  }

  #send(run: Run, now: number): void {
    const options = this.#options.hedge;
    if (options === false || run.operation.effect !== 'read') {
      this.#attempts.begin(run, run, now);
      return;
    }
    hedge(run, options, this.clock, (race, isFirst) => {
      const at = isFirst ? now : this.clock.now();
      const mayStart = isFirst || (!run.stopped && this.#budget.take(at) && this.#gate.tryAdmit(run, at));
      if (mayStart) this.#attempts.begin(run, race, at);
      return mayStart;
    });
  }

  answered(run: Run, result: unknown, now: number): void {
    run.resolve?.(result);
    this.#end(run, undefined, now);
  }

  /** Makes another attempt later, if that helps. */
  failed(run: Run, failure: unknown): void {
    run.failure = failure;
    const { retry } = this.#options;
    if (
      run.stopped ||
      !isIntegrationError(failure) ||
      !mayRetry(retry, run.operation.effect, run.attempts, failure)
    ) {
      this.#fail(run, failure);
      return;
    }
    const now = this.clock.now();
    const backoff = now + backoffMs(retry, run.attempts, this.#environment.random);
    const parked = this.#gate.parking.find(run.rateLimitKey, now)?.until ?? now;
    const at = Math.max(backoff, parked);
    if (at >= run.deadline || this.#gate.breaker.refusal(at) !== undefined || !this.#budget.take(now)) {
      this.#fail(run, failure);
      return;
    }
    this.observer?.retry?.(run.operation, run.attempts + 1, at - now, failure);
    run
      .waitFor(parked > backoff ? 'hint' : 'backoff', (done) => this.clock.schedule(at - now, done))
      .then(
        () => this.#proceed(run, this.clock.now()),
        (reason) => this.#fail(run, reason),
      );
  }

  /** Ends the call: with the reason for which it was stopped, else with what the vendor said last, else with `error`. */
  #fail(run: Run, error: unknown): void {
    const failure = run.stopped ? run.reason : (run.failure ?? error);
    run.reject?.(failure);
    this.#end(run, failure, this.clock.now());
  }

  #end(run: Run, error: unknown, now: number): void {
    if (run.begun) {
      run.begun = false;
      this.#runs.remove(run);
      if (run.options?.signal !== undefined) this.#signals.remove(run.options.signal, run);
    }
    this.observer?.callEnd?.(run.operation, now - run.startedAt, run.attempts, error);
    run.recording?.end(outcomeOf(run, error), error, now - run.startedAt, run.attempts);
    if (this.#draining && this.#runs.size === 0) this.#onDrained?.();
  }

  expired(run: Run): void {
    this.#attempts.runExpired(run);
  }
}
