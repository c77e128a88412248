/** Signals that the application tells: levels as they are, events by the minute. Bounded, whatever is told. */
import { IntegrationError, type RegistryEvent } from '@im/core';
import { fingerprint, type Labels } from './match.ts';
import type { ReadCustom } from './observe.ts';
import { type CustomSignal, isIn, knownSignals, type Sample } from './signals.ts';

const minuteMs = 60_000;
/** Most series of one signal. More of them are added up in one without labels. */
const mostSeries = 1_000;
/** How long events are remembered: the longest stretch of a rule. */
const keptMs = 5 * 86_400_000;

interface Told {
  readonly labels: Labels;
  says: string | undefined;
  level: number;
  /** Events by minute. */
  readonly minutes: Map<number, number>;
}

/** What was told to this process. */
export class CustomSignals {
  readonly declared: Readonly<Record<string, CustomSignal>>;
  readonly #now: () => number;
  readonly #signals = new Map<string, Map<string, Told>>();

  constructor(declared: Readonly<Record<string, CustomSignal>>, now: () => number) {
    this.declared = { ...knownSignals, ...declared };
    this.#now = now;
  }

  /** @throws {@link IntegrationError} `invalid_argument` for a signal that is not declared, or of the other kind */
  record(signal: string, labels: Labels, value: number, says?: string | undefined): void {
    const told = this.#told(signal, 'gauge', labels);
    told.level = value;
    told.says = says;
  }

  /** @throws {@link IntegrationError} as {@link CustomSignals.record} */
  count(signal: string, labels: Labels, by: number, says?: string | undefined): void {
    const told = this.#told(signal, 'counter', labels);
    const minute = Math.floor(this.#now() / minuteMs);
    told.minutes.set(minute, (told.minutes.get(minute) ?? 0) + by);
    told.says = says ?? told.says;
    for (const one of told.minutes.keys()) if (one < minute - keptMs / minuteMs) told.minutes.delete(one);
  }

  /** Counts what happens to breakers. */
  hear({ kind, to, tenant, name, provider }: RegistryEvent): void {
    if (kind === 'breaker' && to === 'open')
      this.count('breaker_openings', { tenant, integration: name, provider }, 1);
  }

  /** What rules read. */
  readonly read: ReadCustom = (signal, overMs) => {
    const all = this.#signals.get(signal);
    if (all === undefined) return [];
    const first = Math.floor((this.#now() - (overMs ?? 0)) / minuteMs);
    return [...all.values()].map(({ labels, says, level, minutes }): Sample => {
      if (overMs === undefined) return { labels, value: level, says };
      let value = 0;
      for (const [minute, events] of minutes) if (minute > first) value += events;
      return { labels, value, says };
    });
  };

  #told(signal: string, kind: CustomSignal['kind'], labels: Labels): Told {
    if (!isIn(this.declared, signal) || this.declared[signal]?.kind !== kind)
      throw new IntegrationError(`${JSON.stringify(signal)} is no ${kind}`, {
        code: 'invalid_argument',
        remedy: `declare it in \`signals\`; known are ${Object.keys(this.declared).join(', ')}`,
      });
    const all = this.#signals.get(signal) ?? new Map<string, Told>();
    this.#signals.set(signal, all);
    const isFull = all.size >= mostSeries && !all.has(fingerprint(labels));
    const own = isFull ? {} : labels;
    const key = fingerprint(own);
    const told = all.get(key) ?? { labels: own, says: undefined, level: 0, minutes: new Map() };
    all.set(key, told);
    return told;
  }
}
