/** One call on its way through the policies, and one attempt of it at the vendor. */
import type { Cancel, Clock } from '../clock.ts';
import type { HeaderReader } from '../errors.ts';
import type { Call, CallOptions, Effect } from '../operation.ts';
import type { Recording } from '../telemetry.ts';
import type { Linked } from './chain.ts';
import type { Permit } from './circuit-breaker.ts';
import type { Timed, TimerList } from './timeout.ts';
import type { PipelineObserver, PipelineOperation, WaitReason } from './types.ts';

/** What a call that answers in pages carries beside. */
export interface PagePlace {
  readonly cursor: string | undefined;
  readonly pageSize: number | undefined;
}

/** What a run and its attempts ask of the pipeline. */
export interface RunHost {
  readonly clock: Clock;
  readonly observer: PipelineObserver | undefined;
  /** The total time of `run` is over. */
  runExpired(run: Run): void;
  /** The time of an attempt, or of its whole call, is over. */
  attemptExpired(attempt: Attempt): void;
  /** An attempt was given up. */
  abandoned(attempt: Attempt, reason: unknown): void;
  /** A transport has handed over the headers of an answer. */
  observed(attempt: Attempt, headers: HeaderReader): void;
}

/** Stops whatever a run waits for. */
type Interrupt = (reason: unknown) => void;

/** One call, from the caller's side. */
export class Run implements Linked<Run> {
  earlier: Run | undefined = undefined;
  later: Run | undefined = undefined;
  /** Attempts begun. */
  attempts = 0;
  idempotencyKey: string | undefined;
  /** Why the last attempt failed; what is thrown when no other may be made. */
  failure: unknown;
  /** Whether an earlier attempt may have had an effect. */
  unclear = false;
  /** The breaker's, for the attempt that was let in last. */
  permit: Permit = 0;
  /** The attempt on its way; when hedging, the last of {@link Run.hedges}. */
  active: Attempt | undefined;
  hedges: Set<Attempt> | undefined;
  recording: Recording | undefined;
  /** When the last attempt ended; before that, when the call began. */
  endedAt: number;
  /** Whether it was let into the pipeline, and has to be taken out of it. */
  begun = false;
  stopped = false;
  reason: unknown;
  #interrupt: Interrupt | undefined;

  readonly host: RunHost;
  readonly operation: PipelineOperation;
  readonly options: CallOptions | undefined;
  readonly page: PagePlace | undefined;
  readonly startedAt: number;
  readonly deadline: number;

  constructor(
    host: RunHost,
    operation: PipelineOperation,
    options: CallOptions | undefined,
    page: PagePlace | undefined,
    startedAt: number,
    deadline: number,
  ) {
    this.host = host;
    this.operation = operation;
    this.options = options;
    this.page = page;
    this.startedAt = startedAt;
    this.endedAt = startedAt;
    this.deadline = deadline;
  }

  get rateLimitKey(): string | undefined {
    return this.options?.rateLimitKey;
  }

  /** Ends the call with `reason`, at once, wherever it is. */
  stop(reason: unknown): void {
    if (this.stopped) return;
    this.stopped = true;
    this.reason = reason;
    this.#interrupt?.(reason);
    this.active?.stop(reason);
    for (const hedge of this.hedges ?? []) hedge.stop(reason);
  }

  /**
   * Waits until `done` is called, or the call's time is over. `start` begins what is waited for and gives the function
   * that takes it back.
   *
   * @throws the reason of {@link Run.stop}, at once
   */
  wait(start: (done: () => void, fail: (error: unknown) => void) => Cancel): Promise<void> {
    if (this.stopped) return Promise.reject(this.reason);
    return new Promise((resolve, reject) => {
      const { clock } = this.host;
      const cancelTimer = clock.schedule(this.deadline - clock.now(), () => this.host.runExpired(this));
      const settle = (then: () => void) => {
        cancelTimer();
        this.#interrupt = undefined;
        then();
      };
      const cancel = start(
        () => settle(resolve),
        (error) => settle(() => reject(error)),
      );
      this.#interrupt = (reason) =>
        settle(() => {
          cancel();
          reject(reason);
        });
    });
  }

  /** The same, told to the observer. */
  async waitFor(reason: WaitReason, start: (done: () => void) => Cancel): Promise<void> {
    const { clock, observer } = this.host;
    const began = clock.now();
    try {
      await this.wait(start);
    } finally {
      observer?.wait?.(this.operation, reason, clock.now() - began);
    }
  }

  /** Waits for `promise`, which cannot be taken back. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    await this.wait((done, fail) => {
      promise.then(done, fail);
      return () => {};
    });
    return promise;
  }
}

/** One attempt; what the provider's code gets as `call`. */
export class Attempt implements Call, Timed {
  earlier: Timed | undefined = undefined;
  later: Timed | undefined = undefined;
  timers: TimerList | undefined = undefined;
  due = 0;
  readonly operation: string;
  readonly effect: Effect;
  readonly attempt: number;
  readonly deadline: number;
  readonly idempotencyKey: string | undefined;
  readonly cursor: string | undefined;
  readonly pageSize: number | undefined;
  readonly run: Run;
  readonly permit: Permit;
  readonly startedAt: number;
  /** Whether the transport has begun to send. */
  sent = false;
  /** Whether the pipeline still listens to it. */
  over = false;
  /** Rejects what the pipeline waits on. Set when the attempt begins. */
  reject: Interrupt | undefined;
  recording: Recording | undefined;
  #controller: AbortController | undefined;
  #stopped = false;
  #reason: unknown;

  constructor(run: Run, number: number, permit: Permit, startedAt: number) {
    this.run = run;
    this.operation = run.operation.name;
    this.effect = run.operation.effect;
    this.attempt = number;
    this.deadline = run.deadline;
    this.idempotencyKey = run.idempotencyKey;
    this.cursor = run.page?.cursor;
    this.pageSize = run.page?.pageSize;
    this.permit = permit;
    this.startedAt = startedAt;
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
    this.run.host.observed(this, headers);
  }

  expire(): void {
    this.run.host.attemptExpired(this);
  }

  /** Aborts `signal` and gives the attempt up. What it still does or throws is of no consequence. */
  stop(reason: unknown): void {
    if (this.#stopped || this.over) return;
    this.#stopped = true;
    this.#reason = reason;
    this.run.host.abandoned(this, reason);
    this.reject?.(reason);
    this.#controller?.abort(reason);
  }
}
