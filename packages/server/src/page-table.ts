/** The table of integrations, and the signs that say how one is. */
import type { Status } from '@im/core';
import { duration, number, percent, quantile, sumBuckets } from './format.ts';
import { type Html, html } from './html.ts';
import type { Health, IntegrationView } from './schemas.ts';

/** How good news is. */
export type Tone = 'good' | 'fair' | 'poor' | 'idle';

/** Tone of every status of an integration and of the hub. */
export const toneOf: Readonly<Record<Status | Health['status'], Tone>> = {
  healthy: 'good',
  degraded: 'fair',
  unhealthy: 'poor',
  starting: 'idle',
  registered: 'idle',
  draining: 'idle',
  stopped: 'idle',
  disabled: 'idle',
};

const latencyTitle = 'Calls by duration: 5 ms or less on the left, over 10 s on the right';

/** One row an integration. */
export function table(list: readonly IntegrationView[], now: number): Html {
  return html`<table><caption>Integrations and how they are</caption>
<thead><tr><th scope="col">Integration</th><th scope="col">Status</th><th scope="col" class="number">Calls</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Median, p95</th><th scope="col" class="number" title="${latencyTitle}">Latency</th><th scope="col" class="number">Retries</th><th scope="col" class="number">Waited</th><th scope="col">Circuit</th></tr></thead>
<tbody data-part="rows">${list.map((one) => row(one, now))}</tbody></table>`;
}

function row(one: IntegrationView, now: number): Html {
  const { stats } = one;
  const { calls } = stats;
  const buckets = sumBuckets(one);
  return html`<tr data-key="${JSON.stringify([one.tenant, one.name])}" data-state="${one.status}">
<td class="name">${one.name}<span class="tenant"> ${one.tenant}</span><span class="under">${one.title}${one.required ? ' · required' : ''}</span><span class="under">${one.note}</span></td>
<td class="why"><span class="state ${toneOf[one.status]}">${mark(one.status)}${one.status}</span>${one.reasons
    .slice(0, 2)
    .map(({ says }) => html`<span class="reason">${says}</span>`)}${checked(one, now)}</td>
<td class="number" data-label="Calls">${number(stats.calls)}</td>
<td class="number${stats.failures > 0 ? ' poor' : ''}" data-label="Failed">${stats.calls === 0 ? '–' : percent(stats.failures / stats.calls)}</td>
<td class="number wide" data-label="Median, p95">${calls === 0 ? '–' : `${quantile(buckets, 0.5)}, ${quantile(buckets, 0.95)}`}</td>
<td class="number wide" data-label="Latency" title="${latencyTitle}">${spark(buckets)}</td>
<td class="number" data-label="Retries">${number(stats.retries)}</td>
<td class="number" data-label="Waited">${stats.waits === 0 ? '–' : html`<span>${duration(stats.waitedMs)} <span class="under">${number(stats.waits)} ×</span></span>`}</td>
<td class="labelled" data-label="Circuit"><span class="${one.breaker === 'closed' ? 'good' : one.breaker === 'half-open' ? 'fair' : 'poor'}">${one.breaker}</span></td>
</tr>`;
}

function checked({ lastCheck, parkedUntil }: IntegrationView, now: number): Html | undefined {
  const parked =
    parkedUntil !== undefined && parkedUntil > now
      ? html`<span class="under">held back for ${duration(parkedUntil - now)}</span>`
      : undefined;
  if (lastCheck === undefined) return parked;
  return html`${parked}<span class="under">${lastCheck.ok ? 'checked' : 'check failed'} in ${duration(lastCheck.durationMs)}</span>`;
}

/** The latency histogram, one bar a bucket, fast calls on the left. */
function spark(buckets: readonly number[]): Html {
  const most = Math.max(...buckets);
  const bars = buckets.map((count, index) => {
    const height = most === 0 ? 0 : Math.ceil((count / most) * 22);
    return html`<rect x="${index * 7}" y="${24 - Math.max(height, 1)}" width="5" height="${Math.max(height, 1)}" rx="1"/>`;
  });
  return html`<svg class="spark" viewBox="0 0 84 24" role="img" aria-label="${latencyTitle}: ${buckets.join(', ')}">${bars}</svg>`;
}

/** A sign per status that differs in shape too, not in colour alone. */
export function mark(status: Status): Html {
  const tone = toneOf[status];
  const shapes: Readonly<Record<Tone, Html>> = {
    good: html`<circle cx="5" cy="5" r="4.5"/>`,
    fair: html`<path d="M5 0.5 9.8 9.5H0.2Z"/>`,
    poor: html`<rect x="0.8" y="0.8" width="8.4" height="8.4"/>`,
    idle: html`<path fill-rule="evenodd" d="M5 .5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Zm0 2a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z"/>`,
  };
  return html`<svg class="${tone}" viewBox="0 0 10 10" aria-hidden="true">${shapes[tone]}</svg>`;
}
