/** Figures for people. */
import type { Cost } from '../../costs.ts';

/** `1,204`. */
export const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** `1 tenant`, `2 tenants`. */
export const counted = (count: number, what: string) => `${number(count)} ${what}${count === 1 ? '' : 's'}`;

/** `€12.30`; more digits where it is less than a cent. */
export function money({ amount, currency }: Cost): string {
  const digits = amount > 0 && amount < 0.01 ? { maximumSignificantDigits: 2 } : {};
  return amount.toLocaleString('en-US', { style: 'currency', currency, ...digits });
}

/** `3 %`, `0.4 %`; never `0 %` of something, nor `100 %` of not quite all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return '< 0.1 %';
  if (share < 1 && share > 0.999) return '> 99.9 %';
  const digits = (share > 0 && share < 0.1) || (share > 0.9 && share < 1) ? 1 : 0;
  return `${(share * 100).toFixed(digits)} %`;
}

/** `12.4/s`, `340/s`; per minute or hour where it is less than one in ten seconds. */
export function rate(perSecond: number): string {
  if (perSecond >= 0.1) return `${perSecond >= 100 ? number(perSecond) : perSecond.toFixed(1)}/s`;
  return perSecond * 60 >= 1 || perSecond === 0
    ? `${(perSecond * 60).toFixed(0)}/min`
    : `${(perSecond * 3_600).toFixed(0)}/h`;
}

/** In UTC: the time of day, with the day where it is another one than `now`'s. */
export function moment(at: number, now: number): string {
  const text = new Date(at).toISOString();
  if (text.slice(0, 10) === new Date(now).toISOString().slice(0, 10)) return text.slice(11, 19);
  return `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

/** A duration for people: `340 ms`, `2.5 s`, `3 min`, `5 h`, `12 days`. */
export function duration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return '> 10 s';
  if (ms < 1_000) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  if (ms < 100_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 172_800_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} days`;
}
