import type { Status, StatusReason } from '../status.ts';
import { checkTransition, judge, type LiveReason, reasonStatus } from './status-machine.ts';

/** Told when a status is entered. */
export type OnStatus = (from: Status, to: Status, why: string | undefined) => void;

const live: ReadonlySet<Status> = new Set<Status>(['healthy', 'degraded', 'unhealthy']);

/** The status of one integration and the reasons for it. While it is live, the reasons alone decide. */
export class Condition {
  #status: Status;
  #since: number;
  #byHand: StatusReason | undefined;
  readonly #reasons = new Map<string, LiveReason>();
  readonly #now: () => number;
  readonly #onStatus: OnStatus;

  constructor(status: Status, since: number, now: () => number, onStatus: OnStatus) {
    this.#status = status;
    this.#since = since;
    this.#now = now;
    this.#onStatus = onStatus;
  }

  get status(): Status {
    return this.#status;
  }

  get since(): number {
    return this.#since;
  }

  get isLive(): boolean {
    return live.has(this.#status);
  }

  reasons(): readonly StatusReason[] {
    return this.isLive ? [...this.#reasons.values()] : this.#byHand === undefined ? [] : [this.#byHand];
  }

  /** Begins in another state than `registered`, without telling anybody. */
  begin(status: 'disabled', byHand: string): void {
    this.#status = status;
    this.#byHand = { kind: 'by_hand', says: byHand, since: this.#since };
  }

  /** Enters a state that is not decided by reasons. What was known of an instance is forgotten where none is left. */
  enter(to: 'registered' | 'starting' | 'draining' | 'disabled' | 'stopped', byHand?: string): void {
    if (to !== 'starting' && to !== 'draining') this.#reasons.clear();
    this.#byHand = byHand === undefined ? undefined : { kind: 'by_hand', says: byHand, since: this.#now() };
    this.#move(to, byHand);
  }

  /** Goes live, in the state that the reasons lead to. */
  settle(): void {
    const to = judge(this.#reasons.values());
    const why = [...this.#reasons.values()].find(({ kind }) => reasonStatus[kind] === to);
    this.#byHand = undefined;
    this.#move(to, why?.says);
  }

  /** Adds a reason, in place of the one under the same key. A reason that goes on keeps its `since`. */
  set(reason: Omit<LiveReason, 'since'>, key: string = reason.kind): void {
    this.#reasons.set(key, { ...reason, since: this.#reasons.get(key)?.since ?? this.#now() });
    if (this.isLive) this.settle();
  }

  /** Takes reasons away. */
  clear(...keys: readonly string[]): void {
    const cleared = keys.filter((key) => this.#reasons.delete(key));
    if (cleared.length > 0 && this.isLive) this.settle();
  }

  /** Takes reasons away and adds one, in one step. */
  replace(keys: readonly string[], reason: Omit<LiveReason, 'since'> | undefined): void {
    for (const key of keys) this.#reasons.delete(key);
    if (reason !== undefined) this.set(reason);
    else if (this.isLive) this.settle();
  }

  /** Forgets all reasons, without going anywhere yet. */
  forget(): void {
    this.#reasons.clear();
  }

  #move(to: Status, why: string | undefined): void {
    const from = this.#status;
    if (from === to) return;
    checkTransition(from, to);
    this.#status = to;
    this.#since = this.#now();
    this.#onStatus(from, to, why);
  }
}
