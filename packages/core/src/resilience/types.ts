/** The seam between the pipeline and the rest of core: what goes in, what is told, what can be read. */
import type { Clock } from '../clock.ts';
import type { Logger } from '../context.ts';
import type { ErrorTable } from '../errors.ts';
import type { Call, CallOptions, Effect } from '../operation.ts';
import type { StateStore } from '../state.ts';
import type { ResilienceInput, ResilienceOptions } from './options.ts';

export type { ResilienceInput, ResilienceOptions };

/** Names of the call, for errors, spans and metrics. */
export interface CallNames {
  readonly provider: string;
  /** Name of the registration. */
  readonly integration: string;
  readonly tenant: string;
}

/** One operation as the pipeline knows it. */
export interface PipelineOperation {
  readonly name: string;
  readonly effect: Effect;
}

/** State of a circuit breaker; `isolated` is open by hand. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'isolated';

/** Why a call waited. */
export type WaitReason = 'backoff' | 'hint' | 'rate-limit' | 'bulkhead';

/**
 * What the pipeline tells while it works. Every member is called synchronously and must not throw; all are optional,
 * so that a silent pipeline pays nothing.
 */
export interface PipelineObserver {
  /** A whole call ended, with the error if it failed. `attempts` is 0 when it was refused before sending. */
  callEnd?(operation: PipelineOperation, durationMs: number, attempts: number, error: unknown): void;
  attemptEnd?(operation: PipelineOperation, attempt: number, durationMs: number, error: unknown): void;
  retry?(operation: PipelineOperation, nextAttempt: number, delayMs: number, error: unknown): void;
  /** A wait has ended or was interrupted. */
  wait?(operation: PipelineOperation, reason: WaitReason, waitedMs: number): void;
  breaker?(from: BreakerState, to: BreakerState): void;
  /** The vendor said not to come back before this instant. */
  parked?(notBefore: number): void;
  /** With `shared`: the state that a fleet shares is away, and limits are kept by this process alone; or it is back. */
  sharing?(isShared: boolean, says: string): void;
}

/** What a pipeline needs from outside. */
export interface PipelineEnvironment {
  readonly names: CallNames;
  readonly errors: ErrorTable;
  readonly clock: Clock;
  readonly random: () => number;
  /** For idempotency keys under a `reference` and for what is `shared`; already scoped to the integration. */
  readonly state: StateStore;
  /** Told when the shared state goes away and comes back. Default: nobody is. */
  readonly logger?: Logger | undefined;
  readonly observer?: PipelineObserver | undefined;
}

/** What a pipeline shows of itself, for status pages and forecasts. */
export interface PipelineSnapshot {
  readonly breaker: BreakerState;
  /** Calls inside, waiting ones included. */
  readonly inFlight: number;
  /** Calls waiting in the bulkhead's or the rate limit's queue. */
  readonly queued: number;
  /** What is left of the limit in the present window, where one is set or the vendor announces one. */
  readonly quotaRemaining: number | undefined;
  /** Instant until which calls are held back, when the vendor said so; milliseconds since 1970. */
  readonly parkedUntil: number | undefined;
}

/** Everything that happens between the caller and the provider's code, for one integration of one tenant. */
export interface Pipeline {
  /**
   * Runs one call: `attempt` is called once or more, as the operation's effect and the policies allow.
   *
   * @throws {@link IntegrationError} by the provider's table; the caller's abort reason, untouched
   */
  run<Result>(
    operation: PipelineOperation,
    options: CallOptions | undefined,
    attempt: (call: Call) => Promise<Result>,
    /** For pages: what the call carries beside. */
    page?: { readonly cursor: string | undefined; readonly pageSize: number | undefined },
    /** Arguments of the call, fingerprinted for `reference`. */
    args?: readonly unknown[],
  ): Promise<Result>;
  /** Opens the circuit by hand until {@link Pipeline.reset}. */
  isolate(): void;
  /** Closes the circuit and forgets what it counted. */
  reset(): void;
  snapshot(): PipelineSnapshot;
  /** Milliseconds after a call for which its rate limit still counts it; 0 without a limit. */
  readonly memoryMs: number;
  /** Refuses new calls with `unavailable`; resolves when those inside have ended. After `graceMs` they are aborted. */
  drain(graceMs: number): Promise<void>;
}
