import { z } from 'zod';

/** Milliseconds of each unit, as Prometheus writes durations. */
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const pattern = /^(?:\d+(?:ms|[smhdw]))+$/;

/**
 * A span of time as rules write it, `90s`, `5m`, `1h30m`, in milliseconds. Years are left out: nobody agrees on them.
 *
 * @see {@link https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations | Prometheus: time durations}
 */
export const duration = z
  .string()
  .regex(pattern, 'is no duration such as 30s, 5m or 1h30m')
  .transform((text) => {
    let ms = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g))
      ms += Number(amount) * (units[unit ?? ''] ?? 0);
    return ms;
  });

/** A span in milliseconds as it is written: `5m`, `1h30m`, `0s`. */
export function durationText(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const [unit, size] of Object.entries(units).reverse()) {
    if (rest < size) continue;
    text += `${Math.floor(rest / size)}${unit}`;
    rest %= size;
  }
  return text === '' ? '0s' : text;
}
