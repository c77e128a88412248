/**
 * One shared limit, as one process sees it.
 *
 * | | what a call needs | |
 * |---|---|---|
 * | *shared* | a permit of this process's lease | it is spent in memory; before the lease is used up, or over, the next one is asked for |
 * | *away*: the store did not answer | room in the {@link LocalPart} | the store is asked again and again |
 * | *returning*: the store answers again | both | until the others have reported to the ledger, too |
 *
 * Every request to the store says what was spent since the last one, gives back what is over, and leases what is needed.
 */
import type { RateLimitOptions } from '../bucket.ts';
import type { Waiter } from '../rate-limit.ts';
import { SlidingCount } from '../sliding-count.ts';
import { Account, type Written } from './account.ts';
import { Alarm } from './alarm.ts';
import type { Fleet } from './fleet.ts';
import { type Grant, grant, horizonMs, stepMs } from './lease-size.ts';
import { type Ledger, nextRelease } from './ledger.ts';
import { LocalPart } from './local-part.ts';

/** What a request to the store comes to. */
interface Decision extends Written {
  /** As it was found, without the lease of this process. */
  readonly ledger: Ledger;
  readonly now: number;
  readonly given: Grant;
}

/** See the head of this file. */
export class SharedBucket {
  readonly queue = new Set<Waiter>();
  readonly #options: RateLimitOptions;
  readonly #fleet: Fleet;
  readonly #account: Account;
  readonly #alarm: Alarm;
  readonly #horizonMs: number;
  readonly #stepMs: number;
  readonly #recent: SlidingCount;
  #permits = 0;
  #until = Number.NEGATIVE_INFINITY;
  /** The last lease: how many permits, and when. With as few left as `reorder` the next one is asked for. */
  #leased = 0;
  #leasedAt = Number.NEGATIVE_INFINITY;
  #reorder = 0;
  #left: number;
  #local: LocalPart | undefined;
  #away = false;
  #asking = false;
  #closed = false;
  /** Not before then is the store asked again, and not before then is anything free as far as it is known. */
  #mayAskAt = Number.NEGATIVE_INFINITY;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(key: string, options: RateLimitOptions, fleet: Fleet) {
    this.#options = options;
    this.#fleet = fleet;
    this.#account = new Account(key, fleet, options.windowMs, (from, now) =>
      this.#local?.bucket.postpone(from, now),
    );
    this.#alarm = new Alarm(fleet.clock, () => this.#onAlarm());
    this.#horizonMs = horizonMs(options);
    this.#stepMs = stepMs(options);
    this.#recent = new SlidingCount(this.#horizonMs);
    this.#left = options.limit;
  }

  take(now: number): boolean {
    if (!this.#mayTake(now)) return false;
    if (this.#local !== undefined && !this.#local.bucket.take(now)) return false;
    if (!this.#away) this.#permits -= 1;
    this.#account.spend(now);
    this.#recent.add(now);
    if (this.#permits <= this.#reorder && this.#reorder > 0 && !this.#away) this.#ask(now);
    if (!this.#alarm.isSet && !this.#asking) this.#arm(now);
    return true;
  }

  /** Whether there is a permit to spend, or none is needed. */
  #mayTake(now: number): boolean {
    return this.#away || (this.#permits > 0 && now < this.#until);
  }

  remaining(now: number): number {
    const own = this.#local?.bucket.remaining(now) ?? Number.POSITIVE_INFINITY;
    return this.#away ? own : Math.min(own, this.#permits + this.#left);
  }

  /** When a call could start behind those that wait, as far as it is known. */
  turn(now: number): number {
    const waiting = this.queue.size;
    const own = this.#local?.bucket.readyAt(waiting, now) ?? now;
    if (this.#away || this.#nextAt <= now) return own;
    const windows = Math.floor(waiting / this.#options.limit);
    return Math.max(own, this.#nextAt + windows * this.#options.windowMs);
  }

  wait(waiter: Waiter, now: number): void {
    this.queue.add(waiter);
    if (!this.#mayTake(now)) this.#ask(now);
    this.#arm(now);
  }

  isIdle(now: number): boolean {
    const isBusy = this.#asking || this.queue.size > 0 || this.#account.owes;
    const isHolding = this.#permits > 0 && now < this.#until;
    return !isBusy && !isHolding && (this.#local?.bucket.isEmpty(now) ?? true);
  }

  /** Gives back what is left, and asks no more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#alarm.stop();
    this.#account.date(this.#fleet.clock.now());
    if (this.#account.sight === undefined || this.#away) return;
    // What cannot be given back lapses with the lease.
    await this.#fleet.ask(() => this.#settle()).catch(() => undefined);
  }

  #ask(now: number): void {
    if (this.#asking || this.#closed || now < this.#mayAskAt) return;
    this.#asking = true;
    this.#alarm.stop();
    // An answer that comes after it was given up must change nothing here: the ledger counts what it says until it lapses.
    let late = false;
    this.#fleet
      .ask(() => this.#settle(() => late))
      .catch(() => {
        late = true;
        this.#lost(this.#fleet.clock.now());
      })
      .finally(() => {
        this.#asking = false;
        this.#serve();
      });
    if (this.#away) this.#arm(now);
  }

  /** One request to the store: says what was spent, gives back what is over, leases what is needed. */
  async #settle(isLate = () => false): Promise<void> {
    const decision = await this.#account.settle((ledger, now) => this.#decide(ledger, now), isLate);
    const { clock, random } = this.#fleet;
    if (decision !== undefined) this.#granted(decision);
    else if (!isLate()) this.#mayAskAt = clock.now() + this.#stepMs * random();
  }

  #decide(ledger: Ledger, now: number): Decision {
    const holding = this.#closed || now >= this.#until ? 0 : this.#permits;
    // Permits spent while the answer is on its way are of the lease that is asked for.
    this.#permits = holding;
    const most = this.#local?.bucket.remaining(now) ?? Number.POSITIVE_INFINITY;
    const waiting = this.#closed ? 0 : this.queue.size;
    const recent = this.#closed ? 0 : this.#recent.total(now);
    const isQuick = holding <= this.#reorder && now < this.#leasedAt + this.#stepMs;
    const usedUp = isQuick && !this.#closed ? this.#leased : 0;
    const demand = { holding, begun: this.#account.begun, waiting, recent, usedUp, most };
    const given = grant(ledger, this.#options, demand, now);
    const lease = { permits: holding + given.permits, until: now + this.#horizonMs, seen: now };
    return { ledger, now, given, lease: this.#closed ? undefined : lease, evenly: given.evenly };
  }

  #granted({ ledger, now, given, lease }: Decision): void {
    this.#away = false;
    if (lease !== undefined) {
      this.#permits += given.permits;
      this.#until = lease.until;
      this.#leased = lease.permits;
      this.#leasedAt = now;
      this.#reorder = Math.floor(lease.permits / 4);
    }
    this.#left = given.left;
    if (this.#local?.back(ledger, now)) this.#local = undefined;
    const next =
      given.left === 0 ? nextRelease(ledger, now, this.#options.windowMs) : Math.max(now, given.notBefore);
    this.#nextAt = given.isShort && given.permits === 0 ? next : now;
    // Where permits are scarce, so are requests; what others give back earlier is found by asking now and then. Not all
    // come at the same instant, since only one of them can write.
    const later = now + this.#stepMs;
    const at = next > later && next < later + this.#stepMs / 2 ? next : later;
    this.#mayAskAt = given.isShort ? at + (this.#fleet.random() * this.#stepMs) / 2 : now;
  }

  #lost(now: number): void {
    this.#local ??= new LocalPart(this.#options, this.#account.sight, this.#account.spent(now), now);
    this.#local.lost();
    this.#away = true;
    this.#permits = 0;
    this.#mayAskAt = now + this.#stepMs;
  }

  #serve(): void {
    const now = this.#fleet.clock.now();
    for (const waiter of this.queue) {
      if (!this.take(now)) break;
      this.queue.delete(waiter);
      waiter.done();
    }
    if (this.queue.size > 0) this.#refuseLate(now);
    if (this.queue.size > 0 && !this.#mayTake(now)) this.#ask(now);
    this.#arm(now);
  }

  #refuseLate(now: number): void {
    const waiting = [...this.queue];
    this.queue.clear();
    for (const waiter of waiting) {
      const turn = this.turn(now);
      if (turn > waiter.latest) waiter.refuse(turn);
      else this.queue.add(waiter);
    }
  }

  /** Sets the one timer to what is due next. */
  #arm(now: number): void {
    if (!this.#closed) this.#alarm.set(this.#nextDue(now), now, this.queue.size === 0);
  }

  #onAlarm(): void {
    const now = this.#fleet.clock.now();
    if (this.#away || now >= this.#until) this.#ask(now);
    this.#serve();
  }

  #nextDue(now: number): number {
    const never = Number.POSITIVE_INFINITY;
    const nextAsk = this.#asking ? never : Math.max(now, this.#mayAskAt);
    if (this.queue.size > 0) {
      const turn = this.#mayTake(now) ? (this.#local?.bucket.readyAt(0, now) ?? now) : never;
      return this.#away || turn === never ? Math.min(turn, nextAsk) : turn;
    }
    // What was spent is told, and what is left given back, when the lease is over; a store that is away is asked again.
    const isOwing = this.#account.owes || this.#permits > 0;
    return isOwing ? Math.max(this.#away ? now : this.#until, nextAsk) : never;
  }
}
