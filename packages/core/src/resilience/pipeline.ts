/**
 * The pipeline: everything between the caller and the provider's code. From the outside in:
 *
 * 1. *total time-out* — `timeoutMs`, over everything below
 * 2. *retry* — `retry`, within `retryBudget`, as the operation's effect allows (`retry.ts`)
 * 3. *circuit breaker* — `breaker` (`circuit-breaker.ts`)
 * 4. *server hints*, then *rate limit* — `hints`, `rateLimit` (`parking.ts`, `rate-limit.ts`)
 * 5. *bulkhead* — `bulkhead` (`bulkhead.ts`)
 * 6. *attempt time-out* — `attemptTimeoutMs`; for reads with `hedge`, over each of the hedged attempts
 *
 * So a retry passes the breaker, the limit and the bulkhead again, each attempt counts for the breaker, and a wait in a
 * queue counts for the total time alone.
 *
 * The usual call meets no obstacle: it makes no timer (`timeout.ts`), no abort controller (`run.ts`), and looks at the
 * clock twice. Everything else is paid for by the calls that need it.
 */
import { errorCode, type HeaderReader, type IntegrationError, isIntegrationError } from '../errors.ts';
import type { Call, CallOptions } from '../operation.ts';
import { type Outcome, startRecording } from '../telemetry.ts';
import { type ErrorPlace, failureOf, timedOut, toIntegrationError } from '../to-integration-error.ts';
import { Chain } from './chain.ts';
import { type BreakerOutcome, breakerOutcome } from './circuit-breaker.ts';
import { Gate } from './gate.ts';
import { hedge } from './hedge.ts';
import { type Hint, readHint, waitAsked } from './hints.ts';
import { newIdempotencyKey, referencedKey } from './idempotency.ts';
import { refusals, refuse } from './refusals.ts';
import { backoffMs, mayRetry } from './retry.ts';
import { RetryBudget } from './retry-budget.ts';
import { Attempt, type PagePlace, Run, type RunHost } from './run.ts';
import { Signals } from './signals.ts';
import { type Timers, timersOf } from './timeout.ts';
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

type Body<Result> = (call: Call) => Promise<Result>;

class ResiliencePipeline implements Pipeline, RunHost {
  readonly clock;
  readonly observer: PipelineObserver | undefined;
  readonly #options: ResilienceOptions;
  readonly #environment: PipelineEnvironment;
  readonly #gate: Gate;
  readonly #budget: RetryBudget;
  readonly #timers: Timers;
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
    this.#budget = new RetryBudget(options.retryBudget);
    this.#timers = timersOf(environment.clock);
  }

  async run<Result>(
    operation: PipelineOperation,
    options: CallOptions | undefined,
    body: Body<Result>,
    page?: PagePlace,
    args: readonly unknown[] = [],
  ): Promise<Result> {
    const now = this.clock.now();
    const timeoutMs = options?.timeoutMs ?? this.#options.timeoutMs;
    const run = new Run(this, operation, options, page, now, now + timeoutMs);
    try {
      this.#begin(run);
      if (operation.effect === 'keyed') run.idempotencyKey = await this.#idempotencyKey(run, args);
      for (let at = operation.effect === 'keyed' ? this.clock.now() : now; ; at = this.clock.now()) {
        const admitted = this.#gate.admit(run, at);
        if (admitted !== undefined) {
          await admitted;
          at = this.clock.now();
        }
        try {
          const result = await this.#send(run, body, at);
          this.#end(run, undefined);
          return result;
        } catch (error) {
          run.failure = error;
        }
        await this.#recover(run);
      }
    } catch (error) {
      const failure = run.stopped ? run.reason : (run.failure ?? error);
      this.#end(run, failure);
      throw failure;
    }
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

  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    if (this.#runs.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.schedule(graceMs, () => {
          for (let run = this.#runs.head; run !== undefined; run = run.later) run.stop(this.#stopping(run));
        });
        const others = this.#onDrained;
        this.#onDrained = () => {
          cancel();
          others?.();
          resolve();
        };
      });
    }
    this.#timers.sweep();
  }

  #stopping(run: Run): IntegrationError {
    const { names } = this.#environment;
    const error = refuse(refusals.draining, names, run.operation.name, this.clock.now(), run.attempts);
    return toIntegrationError(error, this.#place(run, run.active));
  }

  #begin(run: Run): void {
    const { names } = this.#environment;
    const { operation, options, startedAt } = run;
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

  #end(run: Run, error: unknown): void {
    if (run.begun) {
      this.#runs.remove(run);
      if (run.options?.signal !== undefined) this.#signals.remove(run.options.signal, run);
    }
    if (this.observer?.callEnd !== undefined || run.recording !== undefined) {
      const durationMs = (error === undefined ? run.endedAt : this.clock.now()) - run.startedAt;
      this.observer?.callEnd?.(run.operation, durationMs, run.attempts, error);
      run.recording?.end(outcomeOf(run, error), error, durationMs, run.attempts);
    }
    if (this.#draining && this.#runs.size === 0) this.#onDrained?.();
  }

  async #idempotencyKey(run: Run, args: readonly unknown[]): Promise<string> {
    const { state, random } = this.#environment;
    const { options, operation } = run;
    const reference = options?.reference;
    if (reference === undefined) return options?.idempotencyKey ?? newIdempotencyKey(random);
    try {
      const { referenceTtlMs } = this.#options;
      return await run.until(
        referencedKey(state, operation.name, { ...options, reference }, args, random, referenceTtlMs),
      );
    } catch (error) {
      throw run.stopped ? run.reason : toIntegrationError(error, this.#place(run, undefined));
    }
  }

  #send<Result>(run: Run, body: Body<Result>, now: number): Promise<Result> {
    const options = this.#options.hedge;
    if (options === false || run.operation.effect !== 'read') return this.#attempt(run, body, now);
    return hedge(run, options, this.clock, (isFirst) => {
      const at = isFirst ? now : this.clock.now();
      const mayStart = isFirst || (!run.stopped && this.#budget.take(at) && this.#gate.tryAdmit(run, at));
      return mayStart ? this.#attempt(run, body, at) : undefined;
    });
  }

  #attempt<Result>(run: Run, body: Body<Result>, now: number): Promise<Result> {
    const attempt = new Attempt(run, run.attempts + 1, run.permit, now);
    if (now >= run.deadline) this.runExpired(run);
    if (run.stopped) {
      this.#release(attempt, 'nothing', now);
      return Promise.reject(run.reason);
    }
    run.attempts += 1;
    run.active = attempt;
    run.hedges?.add(attempt);
    this.#timers.arm(attempt, Math.min(this.#options.attemptTimeoutMs, run.deadline - now), now);
    return new Promise<Result>((resolve, reject) => {
      attempt.reject = reject;
      this.#call(attempt, body).then(
        (result) => {
          if (attempt.over) return;
          this.#succeeded(attempt);
          resolve(result);
        },
        (thrown) => {
          if (!attempt.over) reject(this.#failed(attempt, thrown));
        },
      );
    });
  }

  /** Calls the provider's code; what it throws instead of rejecting is a rejection, too. */
  #call<Result>(attempt: Attempt, body: Body<Result>): Promise<Result> {
    try {
      const { recording } = attempt.run;
      if (recording === undefined) return Promise.resolve(body(attempt));
      const { names } = this.#environment;
      const { operation } = attempt.run;
      attempt.recording = recording.run(() => startRecording('attempt', names, operation, attempt.attempt));
      return Promise.resolve(
        attempt.recording === undefined ? body(attempt) : attempt.recording.run(() => body(attempt)),
      );
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #succeeded(attempt: Attempt): void {
    const now = this.clock.now();
    this.#release(attempt, 'success', now);
    this.#told(attempt, now, undefined);
  }

  #failed(attempt: Attempt, thrown: unknown): IntegrationError {
    const { run } = attempt;
    const { errors } = this.#environment;
    const now = this.clock.now();
    const failure = isIntegrationError(thrown) ? undefined : failureOf(thrown, errors);
    const hint: Hint = failure?.headers === undefined ? {} : readHint(failure.headers, now);
    const retryAfterMs =
      failure === undefined ? undefined : waitAsked(failure, hint, this.#options.hints.maxMs);
    const error = toIntegrationError(thrown, { ...this.#place(run, attempt), retryAfterMs, now });
    this.#release(attempt, breakerOutcome(error), now);
    this.#gate.learn(run, hint, now);
    this.#gate.park(run, error, now);
    run.unclear ||= error.effect === 'unknown';
    this.#told(attempt, now, error);
    return error;
  }

  /** The attempt was given up: by its time-out, by the call's, by the caller, or for a faster one. */
  abandoned(attempt: Attempt, reason: unknown): void {
    const { run } = attempt;
    const now = this.clock.now();
    // A time that the caller has chosen shorter says nothing of the vendor.
    const isOwn =
      run.deadline - run.startedAt >= Math.min(this.#options.timeoutMs, this.#options.attemptTimeoutMs);
    const isTimeout = isIntegrationError(reason) && reason.code === 'deadline_exceeded';
    this.#release(attempt, isTimeout && isOwn ? 'failure' : 'nothing', now);
    run.unclear ||= attempt.sent && run.operation.effect !== 'read';
    this.#told(attempt, now, reason);
  }

  #release(attempt: Attempt, outcome: BreakerOutcome, now: number): void {
    attempt.over = true;
    this.#timers.disarm(attempt);
    this.#gate.bulkhead.leave();
    this.#gate.breaker.leave(attempt.permit, outcome, now);
    attempt.run.hedges?.delete(attempt);
    attempt.run.endedAt = now;
  }

  #told({ run, attempt, startedAt, recording }: Attempt, now: number, error: unknown): void {
    this.observer?.attemptEnd?.(run.operation, attempt, now - startedAt, error);
    recording?.end(outcomeOf(run, error), error, now - startedAt);
  }

  /** Waits until the next attempt may be made. @throws why there is none */
  async #recover(run: Run): Promise<void> {
    if (run.stopped) throw run.reason;
    const { retry } = this.#options;
    const { failure } = run;
    if (!isIntegrationError(failure) || !mayRetry(retry, run.operation.effect, run.attempts, failure))
      throw failure;
    const now = this.clock.now();
    const backoff = now + backoffMs(retry, run.attempts, this.#environment.random);
    const parked = this.#gate.parking.find(run.rateLimitKey, now)?.until ?? now;
    const at = Math.max(backoff, parked);
    if (at >= run.deadline || this.#gate.breaker.refusal(at) !== undefined || !this.#budget.take(now))
      throw failure;
    this.observer?.retry?.(run.operation, run.attempts + 1, at - now, failure);
    await run.waitFor(parked > backoff ? 'hint' : 'backoff', (done) => this.clock.schedule(at - now, done));
  }

  runExpired(run: Run): void {
    const what = `took longer than ${run.deadline - run.startedAt} ms`;
    run.stop(timedOut(what, this.#place(run, run.active), run.failure));
  }

  attemptExpired(attempt: Attempt): void {
    if (this.clock.now() >= attempt.run.deadline) {
      this.runExpired(attempt.run);
      return;
    }
    const what = `no answer within ${this.#options.attemptTimeoutMs} ms`;
    attempt.stop(timedOut(what, this.#place(attempt.run, attempt)));
  }

  observed({ run }: Attempt, headers: HeaderReader): void {
    const now = this.clock.now();
    this.#gate.learn(run, readHint(headers, now), now);
  }

  #place(run: Run, attempt: Attempt | undefined): ErrorPlace {
    const { names, errors } = this.#environment;
    const { operation, attempts, unclear } = run;
    return {
      names,
      errors,
      operation,
      attempts,
      unclear,
      sent: attempt?.sent ?? false,
      now: this.clock.now(),
    };
  }
}

/** An abort by the caller is `cancelled`, whatever its reason looks like. */
function outcomeOf({ options }: Run, error: unknown): Outcome {
  if (error === undefined) return 'ok';
  const signal = options?.signal;
  return signal?.aborted && signal.reason === error ? 'cancelled' : errorCode(error);
}
