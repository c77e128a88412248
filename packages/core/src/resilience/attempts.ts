/**
 * One attempt at the vendor, from the moment it was let through to the moment it has an outcome: who calls the
 * provider's code, times it, says what its failure means, and tells everyone who has to know (the breaker, the
 * bulkhead, the rate limit and what is parked, observer and spans), each once.
 */
import { errorCode, type HeaderReader, isIntegrationError } from '../errors.ts';
import { type Outcome, startRecording } from '../telemetry.ts';
import { type ErrorPlace, failureOf, timedOut, toIntegrationError } from '../to-integration-error.ts';
import { Attempt, type AttemptHost, type Awaiting } from './attempt.ts';
import { type BreakerOutcome, breakerOutcome } from './circuit-breaker.ts';
import type { Gate } from './gate.ts';
import { type Hint, readHint, waitAsked } from './hints.ts';
import type { Run } from './run.ts';
import { type Timers, timersOf } from './timeout.ts';
import type { PipelineEnvironment, ResilienceOptions } from './types.ts';

/** See the head of this file. */
export class Attempts implements AttemptHost {
  readonly #options: ResilienceOptions;
  readonly #environment: PipelineEnvironment;
  readonly #gate: Gate;
  readonly #timers: Timers;

  constructor(options: ResilienceOptions, environment: PipelineEnvironment, gate: Gate) {
    this.#options = options;
    this.#environment = environment;
    this.#gate = gate;
    this.#timers = timersOf(environment.clock);
  }

  /** Begins an attempt of `run`, which was let through; `awaiting` is told how it ends, perhaps at once. */
  begin(run: Run, awaiting: Awaiting, now: number): void {
    const attempt = new Attempt(this, run, awaiting, now);
    if (now >= run.deadline) this.runExpired(run);
    if (run.stopped) {
      this.#release(attempt, 'nothing', now);
      awaiting.failed(run.reason);
      return;
    }
    run.attempts += 1;
    run.active = attempt;
    run.hedges?.add(attempt);
    this.#timers.arm(attempt, Math.min(this.#options.attemptTimeoutMs, run.deadline - now), now);
    this.#call(attempt).then(
      (result) => {
        if (!attempt.over) this.#answered(attempt, result);
      },
      (thrown) => {
        if (!attempt.over) this.#failed(attempt, thrown);
      },
    );
  }

  /** Calls the provider's code; what it throws instead of rejecting is a rejection, too. */
  #call(attempt: Attempt): Promise<unknown> {
    try {
      const { recording, operation, body } = attempt.run;
      if (recording === undefined) return Promise.resolve(body(attempt));
      const { names } = this.#environment;
      attempt.recording = recording.run(() => startRecording('attempt', names, operation, attempt.attempt));
      return Promise.resolve(
        attempt.recording === undefined ? body(attempt) : attempt.recording.run(() => body(attempt)),
      );
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #answered(attempt: Attempt, result: unknown): void {
    const now = this.#environment.clock.now();
    this.#release(attempt, 'success', now);
    this.#tell(attempt, now, undefined);
    attempt.awaiting.answered(result, now);
  }

  #failed(attempt: Attempt, thrown: unknown): void {
    const { run } = attempt;
    const { clock, errors } = this.#environment;
    const now = clock.now();
    const failure = isIntegrationError(thrown) ? undefined : failureOf(thrown, errors);
    const hint: Hint = failure?.headers === undefined ? {} : readHint(failure.headers, now);
    const retryAfterMs =
      failure === undefined ? undefined : waitAsked(failure, hint, this.#options.hints.maxMs);
    const error = toIntegrationError(thrown, { ...this.place(run, attempt), retryAfterMs, now });
    this.#release(attempt, breakerOutcome(error), now);
    this.#gate.learn(run, hint, now);
    this.#gate.park(run, error, now);
    run.unclear ||= error.effect === 'unknown';
    this.#tell(attempt, now, error);
    attempt.awaiting.failed(error);
  }

  /** The attempt was given up: by its time-out, by the call's, by the caller, or for a faster one. */
  abandoned(attempt: Attempt, reason: unknown): void {
    const { run } = attempt;
    const now = this.#environment.clock.now();
    // A time that the caller has chosen shorter says nothing of the vendor.
    const isOwn =
      run.deadline - run.startedAt >= Math.min(this.#options.timeoutMs, this.#options.attemptTimeoutMs);
    const isTimeout = isIntegrationError(reason) && reason.code === 'deadline_exceeded';
    this.#release(attempt, isTimeout && isOwn ? 'failure' : 'nothing', now);
    run.unclear ||= attempt.sent && run.operation.effect !== 'read';
    this.#tell(attempt, now, reason);
  }

  expired(attempt: Attempt): void {
    if (this.#environment.clock.now() >= attempt.run.deadline) {
      this.runExpired(attempt.run);
      return;
    }
    const what = `no answer within ${this.#options.attemptTimeoutMs} ms`;
    attempt.stop(timedOut(what, this.place(attempt.run, attempt)));
  }

  /** Ends the call of which the total time is over, wherever it is. */
  runExpired(run: Run): void {
    const what = `took longer than ${run.deadline - run.startedAt} ms`;
    run.stop(timedOut(what, this.place(run, run.active), run.failure));
  }

  observed({ run }: Attempt, headers: HeaderReader): void {
    const now = this.#environment.clock.now();
    this.#gate.learn(run, readHint(headers, now), now);
  }

  /** What an error says of where it happened. */
  place({ operation, attempts, unclear }: Run, attempt: Attempt | undefined): ErrorPlace {
    const { names, errors, clock } = this.#environment;
    const sent = attempt?.sent ?? false;
    return { names, errors, operation, attempts, unclear, sent, now: clock.now() };
  }

  /** Stops the timers of which nobody is in need. */
  sweep(): void {
    this.#timers.sweep();
  }

  #release(attempt: Attempt, outcome: BreakerOutcome, now: number): void {
    attempt.over = true;
    this.#timers.disarm(attempt);
    this.#gate.bulkhead.leave();
    this.#gate.breaker.leave(attempt.permit, outcome, now);
    attempt.run.hedges?.delete(attempt);
  }

  #tell({ run, attempt, startedAt, recording }: Attempt, now: number, error: unknown): void {
    this.#environment.observer?.attemptEnd?.(run.operation, attempt, now - startedAt, error);
    recording?.end(outcomeOf(run, error), error, now - startedAt);
  }
}

/** The label of an outcome. An abort by the caller is `cancelled`, whatever its reason looks like. */
export function outcomeOf({ options }: Run, error: unknown): Outcome {
  if (error === undefined) return 'ok';
  const signal = options?.signal;
  return signal?.aborted && signal.reason === error ? 'cancelled' : errorCode(error);
}
