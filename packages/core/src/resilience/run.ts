/** One call on its way through the policies. */
import type { Cancel, Clock } from '../clock.ts';
import type { Call, CallOptions } from '../operation.ts';
import type { Recording } from '../telemetry.ts';
import type { Attempt, Awaiting } from './attempt.ts';
import type { Linked } from './chain.ts';
import type { Permit } from './circuit-breaker.ts';
import type { PipelineObserver, PipelineOperation, WaitReason } from './types.ts';

/** What a call that answers in pages carries beside. */
export interface PagePlace {
  readonly cursor: string | undefined;
  readonly pageSize: number | undefined;
}

/** What a run asks of the pipeline. */
export interface RunHost {
  readonly clock: Clock;
  readonly observer: PipelineObserver | undefined;
  /** The total time of `run` is over. */
  expired(run: Run): void;
  /** The vendor has answered, at `now`. */
  answered(run: Run, result: unknown, now: number): void;
  /** The attempt has failed, or the last of those that were hedged. */
  failed(run: Run, error: unknown): void;
}

/** Stops whatever a run waits for. */
type Interrupt = (reason: unknown) => void;

/** One call, from the caller's side. */
export class Run implements Linked<Run>, Awaiting {
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
  /** Whether it was let into the pipeline, and has to be taken out of it. */
  begun = false;
  stopped = false;
  reason: unknown;
  #interrupt: Interrupt | undefined;

  readonly host: RunHost;
  readonly operation: PipelineOperation;
  readonly options: CallOptions | undefined;
  /** The provider's code. */
  readonly body: (call: Call) => Promise<unknown>;
  readonly page: PagePlace | undefined;
  readonly startedAt: number;
  readonly deadline: number;
  /** Gives the caller the result. Set with the promise that the caller gets. */
  resolve: ((result: unknown) => void) | undefined;
  /** Gives the caller the error. */
  reject: ((error: unknown) => void) | undefined;

  constructor(
    host: RunHost,
    operation: PipelineOperation,
    options: CallOptions | undefined,
    body: (call: Call) => Promise<unknown>,
    page: PagePlace | undefined,
    startedAt: number,
    deadline: number,
  ) {
    this.host = host;
    this.operation = operation;
    this.options = options;
    this.body = body;
    this.page = page;
    this.startedAt = startedAt;
    this.deadline = deadline;
  }

  get rateLimitKey(): string | undefined {
    return this.options?.rateLimitKey;
  }

  answered(result: unknown, now: number): void {
    this.host.answered(this, result, now);
  }

  failed(error: unknown): void {
    this.host.failed(this, error);
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
      const cancelTimer = clock.schedule(this.deadline - clock.now(), () => this.host.expired(this));
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
  async waitFor(
    reason: WaitReason,
    start: (done: () => void, fail: (error: unknown) => void) => Cancel,
  ): Promise<void> {
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
