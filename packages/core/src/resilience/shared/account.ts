/**
 * This process's account with one ledger: what it has spent since it wrote there last, and how it writes.
 *
 * A request reads the ledger and replaces it, if nobody else has meanwhile; a process that is alone knows what stands
 * there and need not read. Whatever is not sure to be written stays to be written: at worst it counts twice.
 *
 * A start is dated when its call has surely begun, a moment after its permit was taken: the system may stop a process in
 * between, for as long as it likes. Until then it is part of the lease.
 */
import type { Cancel } from '../../clock.ts';
import type { Fleet } from './fleet.ts';
import {
  addStarts,
  type Lease,
  type Ledger,
  memberMs,
  mergeStarts,
  present,
  readLedger,
  type Starts,
  writeLedger,
} from './ledger.ts';
import type { Sight } from './local-part.ts';

/** What a process decides when it sees the ledger, without its own lease, at `now`. */
export type Decide<Decision> = (ledger: Ledger, now: number) => Decision;

/** A decision says at least what is written. */
export interface Written {
  /** Absent: the process leaves. */
  readonly lease: Lease | undefined;
  readonly evenly: number;
}

/** How often a request is made anew because others wrote meanwhile. */
const mostTries = 10;

/** See the head of this file. */
export class Account {
  readonly #key: string;
  readonly #fleet: Fleet;
  readonly #windowMs: number;
  readonly #onDated: (from: number, now: number) => void;
  readonly #ttlMs: number;
  #spent: [at: number, count: number][] = [];
  /** Starts that are not dated yet, and when the last permit was taken. */
  #begun = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  #cancelDating: Cancel | undefined;
  #sight: (Sight & { readonly version: string }) | undefined;

  /** @param onDated told that what was begun at `from` or later is dated `now` */
  constructor(
    key: string,
    fleet: Fleet,
    windowMs: number,
    onDated: (from: number, now: number) => void = () => {},
  ) {
    this.#onDated = onDated;
    this.#key = key;
    this.#fleet = fleet;
    this.#windowMs = windowMs;
    this.#ttlMs = 2 * windowMs + memberMs;
  }

  /** Starts that the ledger does not show yet, at `now`. */
  spent(now: number): Starts[] {
    return this.#begun === 0 ? this.#spent : [...this.#spent, [now, this.#begun]];
  }

  /** Whether there are any. */
  get owes(): boolean {
    return this.#spent.length > 0 || this.#begun > 0;
  }

  /** Starts that are not dated yet. */
  get begun(): number {
    return this.#begun;
  }

  /** The ledger as it was written last, without the lease of this process. */
  get sight(): Sight | undefined {
    return this.#sight;
  }

  spend(now: number): void {
    if (now > this.#begunAt) this.date(now);
    this.#begun += 1;
    this.#begunAt = now;
    this.#cancelDating ??= this.#fleet.clock.schedule(
      0,
      () => {
        this.#cancelDating = undefined;
        this.date(this.#fleet.clock.now());
      },
      { background: true },
    );
  }

  /** Dates the starts of which the calls have begun by now. */
  date(now: number): void {
    if (this.#begun === 0) return;
    addStarts(this.#spent, now, this.#begun, this.#windowMs);
    this.#begun = 0;
    this.#onDated(this.#begunAt, now);
  }

  /**
   * Writes what was spent and what `decide` says, which is asked anew each time that others were faster.
   *
   * @param isLate whether nobody waits for it any more: then nothing changes here
   * @returns the decision that was written; `undefined` when others were always faster, or it came too late
   * @throws what the store throws
   */
  async settle<Decision extends Written>(
    decide: Decide<Decision>,
    isLate: () => boolean,
  ): Promise<Decision | undefined> {
    const { store, clock, id } = this.#fleet;
    const isAlone = this.#sight?.ledger.leases.size === 0;
    let known: { readonly ledger: Ledger; readonly version: string | undefined } | undefined;
    for (let tries = 0; tries < mostTries; tries += 1) {
      known = tries === 0 && isAlone ? this.#sight : undefined;
      known ??= await this.#read();
      if (isLate()) return undefined;
      const now = clock.now();
      const reported = this.#spent;
      this.#spent = [];
      const settled = present(known.ledger, id, reported, now, this.#windowMs);
      const begun = this.#begun;
      const decision = decide(settled, now);
      const leases = new Map(settled.leases);
      const { lease } = decision;
      if (lease !== undefined) leases.set(id, { ...lease, permits: lease.permits + begun });
      let version: string | undefined;
      try {
        const text = writeLedger({ ...settled, leases, evenly: decision.evenly });
        version = await store.compareAndSet(this.#key, known.version, text, { ttlMs: this.#ttlMs });
      } finally {
        if (version === undefined || isLate())
          this.#spent = mergeStarts([...reported, ...this.#spent], clock.now(), this.#windowMs);
      }
      if (isLate()) return undefined;
      if (version !== undefined) {
        this.#sight = { ledger: settled, version, at: now };
        return decision;
      }
    }
    return undefined;
  }

  async #read() {
    const entry = await this.#fleet.store.get(this.#key);
    return { ledger: readLedger(entry?.value), version: entry?.version };
  }
}
