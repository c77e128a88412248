/** Small charts, as SVG that needs no script and no style of its own. */
import { latencyBoundsMs } from '@im/core';
import { quantileMs, stepMs, total, type Window } from '../data/history.ts';
import { duration, number, percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { Tone } from './signs.ts';

/** Height of a chart in its own units. */
const height = 30;

/** Units a step. */
const stepWidth = 2;

const lastMinutes = (windows: readonly Window[]) => duration(windows.length * stepMs);

/** A line of p95 over time above a bar for each step in which calls failed. */
export function trend(windows: readonly Window[], kind = 'spark'): Html {
  const p95 = windows.map((one) => finite(quantileMs(one, 0.95)));
  const most = Math.max(1, ...p95.map((ms) => ms ?? 0));
  const failed = windows.map(({ calls, failures }) => (calls === 0 ? 0 : failures / calls));
  const all = total(windows);
  const says =
    all.calls === 0
      ? `No calls in the last ${lastMinutes(windows)}`
      : `Last ${lastMinutes(windows)}: p95 ${duration(quantileMs(all, 0.95) ?? 0)}, ${number(all.failures)} of ${number(all.calls)} calls failed`;
  const width = windows.length * stepWidth;
  const bars = failed.map((share, index) => {
    if (share === 0) return undefined;
    const size = round(4 + share * (height - 4));
    return html`<rect class="failed" x="${index * stepWidth}" y="${height - size}" width="${stepWidth - 0.4}" height="${size}"/>`;
  });
  return html`<svg class="${kind}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${says}"><path class="base" d="M0 ${height - 0.5}H${width}"/>${bars}<path class="line" d="${linePath(p95, most)}"/></svg>`;
}

/** A line of calls over time. */
export function callsTrend(windows: readonly Window[]): Html {
  const most = Math.max(1, ...windows.map(({ calls }) => calls));
  const width = windows.length * stepWidth;
  // Before the first call there was nothing to count, mostly because the hub was not there.
  const begin = windows.findIndex(({ calls }) => calls > 0);
  const points = windows.map(({ calls }, index) => (begin < 0 || index < begin ? undefined : calls));
  return html`<svg class="spark wide" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><path class="base" d="M0 ${height - 0.5}H${width}"/><path class="line" d="${linePath(points, most)}"/></svg>`;
}

/** Pieces of line; a gap where there is no value. */
function linePath(values: readonly (number | undefined)[], most: number): string {
  let pen = false;
  return values
    .map((value, index) => {
      if (value === undefined) {
        pen = false;
        return '';
      }
      const y = round(height - 2 - (value / most) * (height - 4));
      const x = index * stepWidth + stepWidth / 2;
      // A single point is a short dash, so that it can be seen.
      const piece = pen ? `L${x} ${y}` : `M${x - 0.6} ${y}H${x}`;
      pen = true;
      return piece;
    })
    .join('');
}

/** Shares of a whole side by side. */
export function shares(parts: readonly (readonly [Tone, number])[]): Html {
  const sum = parts.reduce((all, [, count]) => all + count, 0);
  let x = 0;
  const rects = parts.map(([tone, count]) => {
    const width = sum === 0 ? 0 : (count / sum) * 1_000;
    const rect =
      width === 0
        ? undefined
        : html`<rect class="${tone}" x="${round(x)}" width="${round(Math.max(2, width - 3))}" height="10"/>`;
    x += width;
    return rect;
  });
  return html`<svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}

/** How much is left of something. */
export function gauge(share: number, tone: Tone): Html {
  const width = round(Math.min(1, Math.max(0, share)) * 100);
  return html`<svg class="gauge" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="8" rx="2"/><rect class="${tone}" width="${width}" height="8" rx="2"/></svg>`;
}

/** The latency histogram, one bar a bucket, fast calls on the left. */
export function histogram({ buckets, calls }: Pick<Window, 'buckets' | 'calls'>): Html {
  const most = Math.max(1, ...buckets);
  const bars = buckets.map((count, index) => {
    const size = Math.max(count === 0 ? 0 : 2, round((count / most) * 22));
    return html`<rect x="${index * 7}" y="${24 - size}" width="5" height="${size}" rx="1"/>`;
  });
  const busiest = buckets.indexOf(most);
  const bound = latencyBoundsMs[busiest];
  const says = `${percent(calls === 0 ? 0 : most / calls)} of the calls took ${bound === undefined ? 'over 10 s' : `up to ${duration(bound)}`}`;
  return html`<svg class="histogram" viewBox="0 0 84 24" role="img" aria-label="${says}">${bars}</svg>`;
}

const finite = (ms: number | undefined) => (ms === Number.POSITIVE_INFINITY ? latencyBoundsMs.at(-1) : ms);
const round = (value: number) => Math.round(value * 10) / 10;
