/** The states of one integration, what may follow on what, and which reasons lead to which state. */
import { IntegrationError } from '../errors.ts';
import type { Status, StatusReason } from '../status.ts';

/** States in which an integration takes calls. */
export type LiveStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What may follow on each state. A state follows on itself without being entered again. */
export const transitions: Readonly<Record<Status, readonly Status[]>> = {
  registered: ['starting', 'draining', 'disabled', 'stopped'],
  starting: ['healthy', 'degraded', 'unhealthy', 'registered', 'draining', 'disabled', 'stopped'],
  healthy: ['degraded', 'unhealthy', 'draining', 'disabled', 'stopped'],
  degraded: ['healthy', 'unhealthy', 'draining', 'disabled', 'stopped'],
  unhealthy: ['healthy', 'degraded', 'starting', 'draining', 'disabled', 'stopped'],
  draining: ['disabled', 'stopped'],
  disabled: ['starting', 'stopped'],
  stopped: [],
};

/** @throws {@link IntegrationError} `internal` for a transition that the table does not have: a fault of core */
export function checkTransition(from: Status, to: Status): void {
  if (from === to || transitions[from].includes(to)) return;
  throw new IntegrationError(`an integration cannot go from ${from} to ${to}`, { code: 'internal' });
}

/** Kinds of reasons while an integration is live, each with the state it leads to. */
export const reasonStatus = {
  options_invalid: 'unhealthy',
  start_failed: 'unhealthy',
  check_failed: 'unhealthy',
  circuit_open: 'unhealthy',
  isolated: 'unhealthy',
  circuit_half_open: 'degraded',
  error_rate: 'degraded',
  parked: 'degraded',
  expiring: 'degraded',
  state_away: 'degraded',
} as const satisfies Readonly<Record<string, LiveStatus>>;

/** One of {@link reasonStatus}. */
export type ReasonKind = keyof typeof reasonStatus;

/** A reason that counts for the status. */
export interface LiveReason extends StatusReason {
  readonly kind: ReasonKind;
}

/** The worst state that any of `reasons` leads to; healthy without one. */
export function judge(reasons: Iterable<LiveReason>): LiveStatus {
  let worst: LiveStatus = 'healthy';
  for (const { kind } of reasons) {
    if (reasonStatus[kind] === 'unhealthy') return 'unhealthy';
    worst = 'degraded';
  }
  return worst;
}

/** States that every call is refused in. */
export const refusing: ReadonlySet<Status> = new Set(['draining', 'stopped', 'disabled']);
