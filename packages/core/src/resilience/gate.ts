/**
 * What stands between a call and the vendor, in this order: circuit breaker, server hints, rate limit, bulkhead.
 *
 * A call that meets no obstacle passes synchronously. One that waits looks at everything again afterwards: while it
 * waited for a place the circuit may have opened, or the server may have said to stay away.
 */
import type { Clock } from '../clock.ts';
import type { IntegrationError } from '../errors.ts';
import { Bulkhead } from './bulkhead.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { Hint } from './hints.ts';
import type { ResilienceOptions } from './options.ts';
import { type Parked, Parking } from './parking.ts';
import { type Limiter, RateLimit } from './rate-limit.ts';
import { type Refusal, refusals, refuse } from './refusals.ts';
import type { Run } from './run.ts';
import { Fleet } from './shared/fleet.ts';
import { NoticeBoard } from './shared/notices.ts';
import { SharedLimit } from './shared/shared-limit.ts';
import type { CallNames, PipelineEnvironment, PipelineObserver, PipelineSnapshot } from './types.ts';

/** See the head of this file. */
export class Gate {
  readonly breaker: CircuitBreaker;
  readonly parking = new Parking();
  readonly rateLimit: Limiter | undefined;
  readonly bulkhead: Bulkhead;
  readonly #names: CallNames;
  readonly #clock: Clock;
  readonly #observer: PipelineObserver | undefined;
  readonly #maxWaitMs: number;
  readonly #maxHintMs: number;
  /** What the processes of a fleet tell each other; absent: this one keeps everything to itself. */
  readonly #notices: NoticeBoard | undefined;
  /** What the vendor said last of its limit. */
  #announced: { readonly remaining: number; readonly until: number } | undefined;

  constructor(options: ResilienceOptions, environment: PipelineEnvironment) {
    const { names, clock, observer } = environment;
    const { rateLimit, shared } = options;
    this.#names = names;
    this.#clock = clock;
    this.#observer = observer;
    this.#maxHintMs = options.hints.maxMs;
    this.breaker = new CircuitBreaker(options.breaker, (from, to) => {
      observer?.breaker?.(from, to);
      this.#notices?.tellBreaker(from, to, this.breaker.openUntil);
    });
    const fleet = shared ? new Fleet(environment) : undefined;
    this.#notices = fleet && this.#noticeBoard(fleet);
    if (rateLimit !== false)
      this.rateLimit = fleet ? new SharedLimit(rateLimit, fleet) : new RateLimit(rateLimit, clock);
    this.#maxWaitMs = rateLimit === false ? 0 : rateLimit.maxWaitMs;
    this.bulkhead = new Bulkhead(options.bulkhead);
  }

  /** Gives back what was leased of a shared limit. */
  async close(): Promise<void> {
    if (this.rateLimit instanceof SharedLimit) await this.rateLimit.close();
  }

  #noticeBoard(fleet: Fleet): NoticeBoard {
    return new NoticeBoard(fleet, {
      park: (key, parked) => {
        const now = this.#clock.now();
        const until = Math.min(parked.until, now + this.#maxHintMs);
        if (this.parking.park(key, { ...parked, until }, now)) this.#observer?.parked?.(until);
      },
      opened: () => this.breaker.warn(),
      closed: () => this.breaker.encourage(this.#clock.now()),
    });
  }

  /**
   * Lets `run` through; from then on it holds a place and a permit, to be given back by {@link leave}.
   *
   * @returns `undefined` when it is through, else a promise of it
   * @throws a refusal, or the reason for which the run was stopped
   */
  admit(run: Run, now: number): Promise<void> | undefined {
    this.#notices?.glance(now);
    this.#refuseWhenOpen(run, now);
    const key = run.rateLimitKey;
    if (this.parking.find(key, now) !== undefined) return this.#queue(run, false);
    if (this.rateLimit !== undefined && !this.rateLimit.take(key, now)) return this.#queue(run, false);
    if (!this.bulkhead.enter()) return this.#queue(run, true);
    run.permit = this.breaker.enter();
    return undefined;
  }

  /** Lets another attempt of `run` through, only if there is no obstacle at all. */
  tryAdmit(run: Run, now: number): boolean {
    const key = run.rateLimitKey;
    if (this.breaker.state !== 'closed' || this.parking.find(key, now) !== undefined) return false;
    if (this.rateLimit !== undefined && !this.rateLimit.take(key, now)) return false;
    if (!this.bulkhead.enter()) return false;
    run.permit = this.breaker.enter();
    return true;
  }

  /** Takes note of what an answer to `run` says is left, and parks the bucket when that is nothing. */
  learn(run: Run, { remaining, resetMs = 0 }: Hint, now: number): void {
    if (remaining === undefined) return;
    const until = resetMs > 0 ? now + Math.min(resetMs, this.#maxHintMs) : Number.POSITIVE_INFINITY;
    this.#announced = { remaining, until };
    if (remaining === 0 && resetMs > 0)
      this.#park(run.rateLimitKey, { until, code: 'resource_exhausted' }, now);
  }

  /** Parks what `error` says: a limit by its key, the service as a whole. */
  park(run: Run, { code, retryAfterMs = 0 }: IntegrationError, now: number): void {
    if (retryAfterMs <= 0) return;
    const until = now + Math.min(retryAfterMs, this.#maxHintMs);
    if (code === 'resource_exhausted') this.#park(run.rateLimitKey, { until, code }, now);
    else this.#park(undefined, { until, code: 'unavailable' }, now);
  }

  snapshot(now: number): Omit<PipelineSnapshot, 'inFlight'> {
    const announced = (this.#announced?.until ?? 0) > now ? this.#announced?.remaining : undefined;
    const own = this.rateLimit?.remaining(undefined, now);
    return {
      breaker: this.breaker.state,
      queued: this.bulkhead.queued + (this.rateLimit?.queued ?? 0),
      quotaRemaining: own === undefined ? announced : Math.min(own, announced ?? own),
      parkedUntil: this.parking.until(now),
    };
  }

  #park(key: string | undefined, parked: Parked, now: number): void {
    if (!this.parking.park(key, parked, now)) return;
    this.#observer?.parked?.(parked.until);
    this.#notices?.tellParked(key, parked);
  }

  async #queue(run: Run, hasTurn: boolean): Promise<void> {
    const key = run.rateLimitKey;
    for (let turn = hasTurn; ; ) {
      const now = this.#clock.now();
      this.#refuseWhenOpen(run, now);
      const parked = this.parking.find(key, now);
      if (parked !== undefined) {
        await this.#waitForHint(run, parked, now);
      } else if (!turn && this.rateLimit !== undefined) {
        await this.#waitForTurn(run, this.rateLimit, now);
        turn = true;
      } else if (this.bulkhead.enter() || (await this.#waitForPlace(run))) {
        run.permit = this.breaker.enter();
        return;
      }
    }
  }

  #waitForHint(run: Run, { until, code }: Parked, now: number): Promise<void> {
    if (until >= run.deadline) {
      const refusal = code === 'resource_exhausted' ? refusals.parkedLimit : refusals.parkedService;
      throw this.#refuse(refusal, run, now, until);
    }
    return run.waitFor('hint', (done) => this.#clock.schedule(until - now, done));
  }

  async #waitForTurn(run: Run, rateLimit: Limiter, now: number): Promise<void> {
    if (rateLimit.take(run.rateLimitKey, now)) return;
    const turn = rateLimit.turn(run.rateLimitKey, now);
    const latest = Math.min(run.deadline, now + this.#maxWaitMs);
    if (turn === undefined || turn > latest) throw this.#refuse(refusals.rateLimit, run, now, turn);
    await run.waitFor('rate-limit', (done, fail) => {
      const refuse = (at: number) => fail(this.#refuse(refusals.rateLimit, run, this.#clock.now(), at));
      return rateLimit.wait(run.rateLimitKey, now, { latest, done, refuse });
    });
  }

  /** @returns whether the way is still free; else the place was given back */
  async #waitForPlace(run: Run): Promise<boolean> {
    if (this.bulkhead.isFull) throw this.#refuse(refusals.bulkhead, run, this.#clock.now());
    await run.waitFor('bulkhead', (done) => this.bulkhead.wait(done));
    const now = this.#clock.now();
    const isFree =
      !run.stopped &&
      this.breaker.refusal(now) === undefined &&
      this.parking.find(run.rateLimitKey, now) === undefined;
    if (!isFree) this.bulkhead.leave();
    if (run.stopped) throw run.reason;
    return isFree;
  }

  #refuseWhenOpen(run: Run, now: number): void {
    const notBefore = this.breaker.refusal(now);
    if (notBefore === undefined) return;
    const refusal = this.breaker.state === 'isolated' ? refusals.isolated : refusals.open;
    throw this.#refuse(refusal, run, now, notBefore > now ? notBefore : undefined);
  }

  #refuse(refusal: Refusal, run: Run, now: number, notBefore?: number) {
    return refuse(refusal, this.#names, run.operation.name, now, run.attempts, notBefore);
  }
}
