import type { Forecast } from '../context.ts';
import type { ErrorCode, IntegrationError } from '../errors.ts';
import type { TrackedOperation } from '../instance/bound-operation.ts';
import type { BreakerState, PipelineObserver, WaitReason } from '../resilience/types.ts';
import type { IntegrationStatus, RegistryEvent } from '../status.ts';
import { Condition } from './condition.ts';
import type { Entry } from './entry.ts';
import { CheckStreak, OutcomeWindow } from './health.ts';
import { StatsCounter } from './stats.ts';
import type { ReasonKind } from './status-machine.ts';

const breakerReasons: Readonly<
  Record<BreakerState, { readonly kind: ReasonKind; readonly says: string } | undefined>
> = {
  closed: undefined,
  open: { kind: 'circuit_open', says: 'too many calls failed: the circuit is open' },
  'half-open': { kind: 'circuit_half_open', says: 'the circuit lets single calls try' },
  isolated: { kind: 'isolated', says: 'the circuit was opened by hand' },
};

/** What is known of the health of one registration: counts, outcomes, checks, forecasts, and the status they make. */
export class Vitals {
  readonly condition: Condition;
  readonly stats = new StatsCounter();
  lastCheck: IntegrationStatus['lastCheck'];
  /** Whether `start` is under way: it alone then says when the state is known. */
  starting = false;
  readonly #entry: Entry;
  readonly #forecasts = new Map<Forecast['kind'], Forecast>();
  #outcomes: OutcomeWindow;
  #streak: CheckStreak;
  #callsAtCheck = 0;
  #parkedUntil = 0;

  constructor(entry: Entry) {
    this.#entry = entry;
    this.#outcomes = new OutcomeWindow(entry.host.health);
    this.#streak = new CheckStreak(entry.host.health);
    const onStatus = (from: string, to: string, why: string | undefined) =>
      this.emit('status', `${from} → ${to}${why === undefined ? '' : `: ${why}`}`, from, to);
    this.condition = new Condition('registered', entry.since, () => this.now(), onStatus);
  }

  now(): number {
    return this.#entry.host.surroundings.clock.now();
  }

  get forecasts(): readonly Forecast[] {
    return [...this.#forecasts.values()];
  }

  emit(kind: RegistryEvent['kind'], says: string, from?: string, to?: string): void {
    const { host, name, tenant, definition } = this.#entry;
    host.events.emit(() => ({
      at: this.now(),
      name,
      tenant: tenant.name,
      provider: definition.id,
      kind,
      says,
      from,
      to,
    }));
  }

  /** Forgets what was known of an instance that is no longer in use; counts stay. */
  reset(): void {
    this.#outcomes = new OutcomeWindow(this.#entry.host.health);
    this.#streak = new CheckStreak(this.#entry.host.health);
    this.#forecasts.clear();
    this.#parkedUntil = 0;
    this.condition.forget();
  }

  /** Goes live after a first outcome, unless `start` is about to. */
  settleUnlessStarting(): void {
    if (this.condition.status === 'starting' && !this.starting) this.condition.settle();
  }

  outcome(code: ErrorCode | undefined): void {
    if (this.#outcomes.add(code)) this.#judgeOutcomes(code);
  }

  #judgeOutcomes(code: ErrorCode | undefined): void {
    if (this.#outcomes.bad) this.condition.set({ kind: 'error_rate', says: this.#outcomes.says, code });
    else this.condition.clear('error_rate');
  }

  /** Takes in the result of a check. @param first the check at start, which decides alone */
  checked(at: number, error: IntegrationError | undefined, first: boolean): void {
    const durationMs = this.now() - at;
    this.lastCheck = { at, durationMs, ok: error === undefined, says: error?.message };
    this.#streak.add(error === undefined, first);
    this.emit('check', error === undefined ? `passed in ${durationMs} ms` : `failed: ${error.message}`);
    const isQuiet = this.stats.calls === this.#callsAtCheck;
    this.#callsAtCheck = this.stats.calls;
    if (this.#streak.convincing && isQuiet && this.#outcomes.clear()) this.condition.clear('error_rate');
    if (!this.#streak.unhealthy) this.condition.clear('check_failed');
    else if (error !== undefined)
      this.condition.set({ kind: 'check_failed', says: error.message, code: error.code });
  }

  forecast(forecast: Forecast): void {
    const { kind, at, what } = forecast;
    const key = `expiring.${kind}`;
    if (at <= this.now()) {
      this.#forecasts.delete(kind);
      this.condition.clear(key);
      return;
    }
    this.#forecasts.set(kind, { kind, at, what });
    this.emit('forecast', `${what}, at ${new Date(at).toISOString()}`);
    this.condition.clear(key);
    const { scheduler, health } = this.#entry.host;
    const warn = () => {
      if (this.#forecasts.get(kind)?.at !== at) return;
      this.condition.set({ kind: 'expiring', says: `${what}, at ${new Date(at).toISOString()}` }, key);
    };
    if (at - health.forecastMs <= this.now()) warn();
    else scheduler.at(at - health.forecastMs, warn);
  }

  breaker(from: BreakerState, to: BreakerState): void {
    this.emit('breaker', `${from} → ${to}`, from, to);
    const reason = breakerReasons[to];
    const old = Object.values(breakerReasons).flatMap((one) =>
      one === undefined || one === reason ? [] : [one.kind],
    );
    this.condition.replace(old, reason);
  }

  parked(until: number): void {
    if (until <= this.#parkedUntil) return;
    this.#parkedUntil = until;
    const says = `the vendor asked to wait until ${new Date(until).toISOString()}`;
    this.emit('parked', says);
    this.condition.set({ kind: 'parked', says });
    this.#entry.host.scheduler.at(until, () => {
      if (this.#parkedUntil === until) this.condition.clear('parked');
    });
  }

  sharing(isShared: boolean, says: string): void {
    this.emit('sharing', says);
    if (isShared) this.condition.clear('state_away');
    else this.condition.set({ kind: 'state_away', says });
  }
}

/** Tells one instance's doings to the {@link Vitals}; only while the instance is the one in use do they move the status. */
export class Observer implements PipelineObserver {
  readonly #vitals: Vitals;
  readonly #onOutcome: () => void;
  #active = false;
  /** Announced while the instance was being made or checked. */
  #early: Forecast[] = [];

  /** @param onOutcome called after each real call of the instance in use */
  constructor(vitals: Vitals, onOutcome: () => void) {
    this.#vitals = vitals;
    this.#onOutcome = onOutcome;
  }

  activate(): void {
    this.#active = true;
    for (const forecast of this.#early) this.#vitals.forecast(forecast);
    this.#early = [];
  }

  deactivate(): void {
    this.#active = false;
    this.#early = [];
  }

  forecast(forecast: Forecast): void {
    if (this.#active) this.#vitals.forecast(forecast);
    else this.#early.push(forecast);
  }

  callEnd(operation: TrackedOperation, durationMs: number, _attempts: number, error: unknown): void {
    if (operation.probe) return;
    const code = this.#vitals.stats.call(operation.name, durationMs, error);
    if (!this.#active) return;
    this.#vitals.outcome(code);
    this.#onOutcome();
  }

  attemptEnd(operation: TrackedOperation): void {
    if (!operation.probe) this.#vitals.stats.attempt();
  }

  retry(operation: TrackedOperation, nextAttempt: number, delayMs: number): void {
    if (!operation.probe) this.#vitals.stats.retry();
    this.#vitals.emit('retry', `${operation.name}: attempt ${nextAttempt} in ${Math.round(delayMs)} ms`);
  }

  wait(operation: TrackedOperation, _reason: WaitReason, waitedMs: number): void {
    if (!operation.probe) this.#vitals.stats.wait(waitedMs);
  }

  breaker(from: BreakerState, to: BreakerState): void {
    if (this.#active) this.#vitals.breaker(from, to);
  }

  parked(notBefore: number): void {
    if (this.#active) this.#vitals.parked(notBefore);
  }

  sharing(isShared: boolean, says: string): void {
    if (this.#active) this.#vitals.sharing(isShared, says);
  }
}
