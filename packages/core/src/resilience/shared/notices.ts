/**
 * What the processes of a fleet tell each other of one integration: one value in the store, read about twice a second
 * while calls are made, and written when there is news.
 *
 * | news | what the others do |
 * |---|---|
 * | the vendor asked one to stay away | hold the same bucket back until the same instant |
 * | a breaker has opened | let one call pass as a probe before any other: it closes or opens theirs |
 * | a breaker has closed after a probe | let theirs probe at once instead of waiting out its time |
 *
 * Opening and closing by hand is not told. News that cannot be written is lost; everybody then finds out by himself.
 */

import type { Parked } from '../parking.ts';
import type { BreakerState } from '../types.ts';
import type { Fleet } from './fleet.ts';

/** What a process does about news of others. */
export interface NoticeBoardReader {
  park(key: string | undefined, parked: Parked): void;
  /** Another breaker has opened, until `until`. */
  opened(until: number): void;
  closed(): void;
}

/** News of a breaker; `id` tells it from every other. */
interface BreakerNotice {
  readonly id: string;
  readonly by: string;
  readonly to: 'open' | 'closed';
  readonly until: number;
}

/** `key` is null where all keys are meant. */
type ParkedNotice = readonly [key: string | null, until: number, code: Parked['code']];

interface Notices {
  readonly breaker?: BreakerNotice | undefined;
  readonly parked: readonly ParkedNotice[];
}

const place = 'notices';
/** Milliseconds between two looks. */
const lookMs = 500;
/** Most keys whose hints are told; of more, the longest. */
const mostParked = 256;
/** How often writing is tried anew because others wrote meanwhile. */
const mostTries = 10;
/** Milliseconds for which news is kept, at least. */
const leastTtlMs = 60_000;

/** See the head of this file. */
export class NoticeBoard {
  readonly #fleet: Fleet;
  readonly #reader: NoticeBoardReader;
  #nextLook = Number.NEGATIVE_INFINITY;
  /** The news of a breaker that was obeyed, or written by us. */
  #known: string | undefined;
  #count = 0;

  constructor(fleet: Fleet, reader: NoticeBoardReader) {
    this.#fleet = fleet;
    this.#reader = reader;
  }

  /** Looks for news, in the background, when it is time. */
  glance(now: number): void {
    if (now < this.#nextLook) return;
    this.#nextLook = now + lookMs;
    // Whether the store is away is told by the fleet.
    this.#fleet.ask(() => this.#look()).catch(() => undefined);
  }

  tellParked(key: string | undefined, { until, code }: Parked): void {
    const news: ParkedNotice = [key ?? null, until, code];
    this.#write(({ breaker, parked }) => {
      const others = parked.filter(([other]) => other !== news[0]);
      const known = parked.find(([other]) => other === news[0]);
      const longer = known !== undefined && known[1] > until ? known : news;
      const all = [...others, longer].sort(([, one], [, other]) => other - one);
      return { breaker, parked: all.slice(0, mostParked) };
    });
  }

  /** Tells what became of our own breaker. `openUntil`: from when it probes. */
  tellBreaker(from: BreakerState, to: BreakerState, openUntil: number): void {
    if (to !== 'open' && !(from === 'half-open' && to === 'closed')) return;
    this.#count += 1;
    const id = `${this.#fleet.id}.${this.#count}`;
    this.#known = id;
    const breaker: BreakerNotice = { id, by: this.#fleet.id, to, until: openUntil };
    this.#write(({ parked }) => ({ breaker, parked }));
  }

  async #look(): Promise<void> {
    const entry = await this.#fleet.store.get(place);
    const now = this.#fleet.clock.now();
    const { breaker, parked } = readNotices(entry?.value);
    for (const [key, until, code] of parked)
      if (until > now) this.#reader.park(key ?? undefined, { until, code });
    if (breaker === undefined || breaker.id === this.#known || breaker.by === this.#fleet.id) return;
    this.#known = breaker.id;
    if (breaker.to === 'closed') this.#reader.closed();
    else if (breaker.until > now) this.#reader.opened(breaker.until);
  }

  #write(change: (notices: Notices) => Notices): void {
    const { store, clock } = this.#fleet;
    const work = async () => {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const entry = await store.get(place);
        const now = clock.now();
        const { breaker, parked } = change(readNotices(entry?.value));
        const present = parked.filter(([, until]) => until > now);
        const longest = Math.max(now, ...present.map(([, until]) => until), breaker?.until ?? now);
        const ttlMs = Math.max(leastTtlMs, longest - now);
        const text = JSON.stringify({ breaker, parked: present } satisfies Notices);
        if ((await store.compareAndSet(place, entry?.version, text, { ttlMs })) !== undefined) return;
      }
    };
    this.#fleet.ask(work).catch(() => undefined);
  }
}

/** Reads what another process wrote; anything else counts as no news. */
function readNotices(text: string | undefined): Notices {
  if (text === undefined) return { parked: [] };
  try {
    const { breaker, parked } = JSON.parse(text);
    return { breaker, parked: Array.isArray(parked) ? parked : [] };
  } catch {
    return { parked: [] };
  }
}
