/** One attempt of a call at the vendor. */
import type { HeaderReader } from '../errors.ts';
import type { Call, Effect } from '../operation.ts';
import type { Recording } from '../telemetry.ts';
import type { Permit } from './circuit-breaker.ts';
import type { Run } from './run.ts';
import type { Timed, TimerList } from './timeout.ts';

/** What an attempt asks of those who make it. */
export interface AttemptHost {
  /** The time of an attempt, or of its whole call, is over. */
  expired(attempt: Attempt): void;
  /** An attempt was given up. */
  abandoned(attempt: Attempt, reason: unknown): void;
  /** A transport has handed over the headers of an answer. */
  observed(attempt: Attempt, headers: HeaderReader): void;
}

/** Who waits for the outcome of an attempt: its run, or the race of hedged ones. Told once. */
export interface Awaiting {
  answered(result: unknown, now: number): void;
  failed(error: unknown): void;
}

/** One attempt; what the provider's code gets as `call`. What is the same for all attempts is asked of the run. */
export class Attempt implements Call, Timed {
  earlier: Timed | undefined = undefined;
  later: Timed | undefined = undefined;
  timers: TimerList | undefined = undefined;
  due: number;
  readonly host: AttemptHost;
  readonly run: Run;
  readonly awaiting: Awaiting;
  readonly attempt: number;
  readonly permit: Permit;
  readonly startedAt: number;
  /** Whether the transport has begun to send. */
  sent = false;
  /** Whether it has an outcome, and nobody listens to it any more. */
  over = false;
  recording: Recording | undefined;
  #controller: AbortController | undefined;
  #stopped = false;
  #reason: unknown;

  constructor(host: AttemptHost, run: Run, awaiting: Awaiting, startedAt: number) {
    this.host = host;
    this.run = run;
    this.awaiting = awaiting;
    this.attempt = run.attempts + 1;
    this.permit = run.permit;
    this.startedAt = startedAt;
    this.due = startedAt;
  }

  get operation(): string {
    return this.run.operation.name;
  }

  get effect(): Effect {
    return this.run.operation.effect;
  }

  get deadline(): number {
    return this.run.deadline;
  }

  get idempotencyKey(): string | undefined {
    return this.run.idempotencyKey;
  }

  get cursor(): string | undefined {
    return this.run.page?.cursor;
  }

  get pageSize(): number | undefined {
    return this.run.page?.pageSize;
  }

  /** Made when first asked for: most calls of an adapter that looks at `deadline` alone never pay for it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#stopped) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  markSent(): void {
    this.sent = true;
  }

  observe(headers: HeaderReader): void {
    this.host.observed(this, headers);
  }

  expire(): void {
    this.host.expired(this);
  }

  /** Aborts `signal` and gives the attempt up. What it still does or throws is of no consequence. */
  stop(reason: unknown): void {
    if (this.#stopped || this.over) return;
    this.#stopped = true;
    this.#reason = reason;
    this.host.abandoned(this, reason);
    this.#controller?.abort(reason);
    this.awaiting.failed(reason);
  }
}
