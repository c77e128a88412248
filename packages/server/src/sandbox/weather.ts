/**
 * The weather of the sandbox, as data: what goes wrong at the vendors, and when.
 *
 * Drizzle falls on every vendor, by the number of its requests: a hiccup that retries get over. A spell strikes one
 * vendor after the other, by the clock: from `firstMs` on, every `everyMs` the next vendor has it for `lastsMs`. So
 * one storm and one outage are about at most, each vendor has its turn, and what is on at a time can be told:
 *
 *     vendor    0:00      0:30      1:00      1:30      2:00      2:30   …
 *     first               storm ━━            (storm moves on)
 *     second                                  storm ━━
 *     middle                        outage ━━━━━
 *     next                                                        …
 *
 * Nothing is timed: a fake asks its rules at each request, and the rule of a spell looks at the clock.
 */
import type { Status } from '@im/core';
import type { Fault, FaultRule } from '@im/testing';

/** Bad weather that goes from vendor to vendor. */
export interface Spell {
  readonly kind: string;
  /** What the vendor does meanwhile, for people. */
  readonly says: string;
  /** What becomes of each request. */
  readonly fault: Fault;
  /** Milliseconds from the start of the sandbox to the first vendor's turn. */
  readonly firstMs: number;
  /** Milliseconds from one vendor's turn to the next one's. */
  readonly everyMs: number;
  /** Milliseconds that a turn lasts; less than `everyMs`. */
  readonly lastsMs: number;
  /** Where in the list of vendors it begins, from 0 to 1, so that two spells do not follow each other. */
  readonly beginsAt: number;
  /** Status that the struck integrations get into while they are called. */
  readonly shows: Status;
}

/** A spell that is on. */
export interface ActiveSpell {
  readonly spell: Spell;
  /** Id of the struck provider. */
  readonly provider: string;
  /** Milliseconds until it is over. */
  readonly leftMs: number;
}

/** The spells, unless {@link SandboxOptions.weather} gives others. */
export const sandboxWeather: readonly Spell[] = [
  {
    kind: 'storm',
    says: 'every call is one too many (429, come back in a second)',
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 1 } },
    firstMs: 30_000,
    everyMs: 60_000,
    lastsMs: 20_000,
    beginsAt: 0,
    shows: 'degraded',
  },
  {
    kind: 'outage',
    says: 'the vendor is down (503)',
    fault: { kind: 'status', status: 503 },
    firstMs: 60_000,
    everyMs: 120_000,
    lastsMs: 45_000,
    beginsAt: 0.5,
    shows: 'unhealthy',
  },
];

/** What goes wrong now and then on every fake, for ever. */
export const sandboxDrizzle: readonly FaultRule[] = [
  {
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 1 } },
    after: 20,
    every: 90,
    times: Number.POSITIVE_INFINITY,
  },
  { fault: { kind: 'status', status: 503 }, after: 10, every: 35, times: Number.POSITIVE_INFINITY },
  { fault: { kind: 'cut', when: 'before' }, after: 30, every: 110, times: Number.POSITIVE_INFINITY },
  { fault: { kind: 'latency', delayMs: 400 }, after: 5, every: 25, times: Number.POSITIVE_INFINITY },
  { fault: { kind: 'expired-token' }, after: 60, every: 300, times: Number.POSITIVE_INFINITY },
];

/** The spells that are on, `elapsedMs` after the start, over these providers in turn. */
export function weatherAt(
  spells: readonly Spell[],
  providers: readonly string[],
  elapsedMs: number,
): readonly ActiveSpell[] {
  return spells.flatMap((spell) => {
    const sinceFirst = elapsedMs - spell.firstMs;
    const turn = Math.floor(sinceFirst / spell.everyMs);
    const leftMs = turn * spell.everyMs + spell.lastsMs - sinceFirst;
    const first = Math.floor(spell.beginsAt * providers.length);
    const provider = providers[(first + turn) % providers.length];
    return turn < 0 || leftMs <= 0 || provider === undefined ? [] : [{ spell, provider, leftMs }];
  });
}

/** The rule of a spell for one fake: it strikes each request while `isOn`. */
export function spellRule({ fault }: Spell, isOn: () => boolean): FaultRule {
  return {
    fault,
    get times() {
      return isOn() ? Number.POSITIVE_INFINITY : 0;
    },
  };
}
