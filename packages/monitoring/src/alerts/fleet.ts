/** What the processes of a fleet tell each other: their votes, under a key each that ends when they do. */

import { changeJson, type Lock, type StateStore, tryLock } from '@im/core';
import { mostAlerts } from './advance.ts';
import type { Vote } from './observe.ts';

/** A process among others. */
export class Fleet {
  readonly #state: StateStore;
  readonly #process: string;
  readonly #intervalMs: number;
  readonly #now: () => number;
  #lock: Lock | undefined;

  /** @param process names it, unlike any other that lives at the same time */
  constructor(state: StateStore, process: string, intervalMs: number, now: () => number) {
    this.#state = state;
    this.#process = process;
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** How long a silent process counts as living: long enough for a restart. */
  get #livesMs(): number {
    return 3 * this.#intervalMs;
  }

  /** Tells the others what this process sees. */
  async publish(votes: readonly Vote[]): Promise<void> {
    const ttlMs = this.#livesMs;
    await this.#state.set(`votes/${this.#process}`, JSON.stringify(votes.slice(0, mostAlerts)), { ttlMs });
    await changeJson<Readonly<Record<string, number>>>(this.#state, 'processes', (before = {}) => ({
      ...Object.fromEntries(Object.entries(before).filter(([, seen]) => seen > this.#now() - ttlMs)),
      [this.#process]: this.#now(),
    }));
  }

  /** What all living processes see, this one included. */
  async votes(): Promise<readonly Vote[]> {
    const stored = await this.#state.get('processes');
    const names = Object.keys(stored === undefined ? {} : (JSON.parse(stored.value) as object));
    const all = await Promise.all(names.map((name) => this.#state.get(`votes/${name}`)));
    return all.flatMap((one) => (one === undefined ? [] : (JSON.parse(one.value) as Vote[])));
  }

  /**
   * Whether this process is the one that evaluates. It saves the others the work; that nothing is told twice does not rest on it,
   * but on the compare-and-set of the record.
   */
  async leads(): Promise<boolean> {
    if (await this.#lock?.held()) return true;
    this.#lock = await tryLock(this.#state, 'leader', 2 * this.#intervalMs);
    return this.#lock !== undefined;
  }

  /** Lets another one lead at once. */
  async resign(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }
}
