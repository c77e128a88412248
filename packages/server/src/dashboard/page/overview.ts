/** The upper part of the page: the verdict, the figures, and the families. */
import { type Status, statuses } from '@im/core';
import { type Cost, sumOf } from '../../costs.ts';
import { quantileMs, total, windowsOf } from '../data/history.ts';
import type { Board, Entry } from './board.ts';
import { callsTrend, shares, trend } from './charts.ts';
import { counted, duration, money, number, rate } from './format.ts';
import { type Html, html } from './html.ts';
import type { Parts } from './parts.ts';
import { type PageQuery, urlOf } from './query.ts';
import { failedShare, mark, type Tone, toneOf } from './signs.ts';
import { minute, perSecond } from './table.ts';

/** Whether all is well, in one word and one sentence, and everything in a few figures. */
export function hero(board: Board, query: PageQuery, parts: Parts): Html {
  const { status, says } = board.health;
  const verdict = html`<p class="verdict" id="verdict" aria-live="polite">${mark(toneOf[status])}<strong>${status}</strong> <span>${says}</span></p>`;
  return html`<section class="hero" aria-label="Overall">${parts.live('verdict', verdict)}
${parts.live('figures', figures(board, query))}</section>`;
}

function figures(board: Board, query: PageQuery): Html {
  const { entries, health } = board;
  const windows = windowsOf(entries.map(({ history }) => history));
  const lately = total(windows);
  const p95 = quantileMs(lately, 0.95);
  const sum = (pick: (entry: Entry) => number) => entries.reduce((all, entry) => all + pick(entry), 0);
  const tenants = new Set(entries.map(({ status }) => status.tenant)).size;
  const open = sum(({ status }) => Number(status.breaker !== 'closed'));
  const quotas = entries.filter(({ status }) => status.quotaRemaining !== undefined);
  const tiles: readonly (readonly [string, Html | string, (string | undefined)?])[] = [
    ['Integrations', number(entries.length), counted(tenants, 'tenant')],
    [
      'Calls',
      rate(perSecond(windows.slice(-minute))),
      `${number(sum(({ status }) => status.stats.calls))} in all`,
    ],
    ['Failed', failedShare(lately), `${counted(lately.failures, 'call')} in 5 min`],
    ['p95', p95 === undefined ? '–' : duration(p95), 'of the last 5 min'],
    [
      'Retries',
      number(sum(({ status }) => status.stats.retries)),
      `${counted(
        sum(({ status }) => status.stats.waits),
        'wait',
      )}`,
    ],
    [
      'In flight',
      number(sum(({ status }) => status.inFlight)),
      `${number(sum(({ status }) => status.queued))} queued`,
    ],
    [
      'Circuits',
      open === 0 ? 'closed' : `${number(open)} open`,
      quotas.length === 0 ? undefined : `${counted(quotas.length, 'quota')} known`,
    ],
  ];
  const spent = sumOf(entries.flatMap(({ costs }) => costs));
  const all = spent.length === 0 ? tiles : [...tiles, spend(spent)];
  const rects = statuses.map((status) => [toneOf[status], health.byStatus[status] ?? 0] as const);
  return html`<div id="figures">${shares(rects)}
<ul class="legend">${statuses.map((status) => legend(status, health.byStatus[status], query))}</ul>
<dl class="tiles">${all.map(([name, value, small]) => html`<div><dt>${name}</dt><dd>${value} <small>${small}</small></dd></div>`)}</dl>
<div class="trends"><figure><figcaption>Calls, last 5 min</figcaption>${callsTrend(windows)}</figure><figure><figcaption>p95 <span class="key line"></span> and failures <span class="key failed"></span></figcaption>${trend(windows, 'spark wide')}</figure></div></div>`;
}

const spend = (spent: readonly Cost[]) =>
  ['Spend', spent.map(money).join(' + '), 'estimate, since the start'] as const;

function legend(status: Status, count: number | undefined, query: PageQuery): Html | undefined {
  if (count === undefined) return undefined;
  const chosen = query.status === status;
  const link = urlOf(query, { status: chosen ? undefined : status, integration: undefined });
  return html`<li><a href="${link}"${chosen && html` aria-current="true"`}>${mark(toneOf[status])}<b>${number(count)}</b> ${status}</a></li>`;
}

/** A bar for each family of integrations. */
export function families({ entries }: Board, query: PageQuery, parts: Parts): Html {
  const byFamily = [...Map.groupBy(entries, ({ status }) => status.category)].sort(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return parts.live(
    'families',
    html`<section id="families" class="card" aria-labelledby="families-title"${byFamily.length < 2 && html` hidden`}><h2 id="families-title">Families</h2>
<ul class="families">${byFamily.map(([family, own]) => familyRow(family, own, query))}</ul></section>`,
  );
}

function familyRow(family: string, own: readonly Entry[], query: PageQuery): Html {
  const windows = windowsOf(own.map(({ history }) => history));
  const lately = total(windows);
  const count = (tone: Tone) => own.filter(({ status }) => toneOf[status.status] === tone).length;
  const tones = (['good', 'fair', 'poor', 'idle'] as const).map((tone) => [tone, count(tone)] as const);
  const words = tones
    .flatMap(([tone, many]) => (many === 0 ? [] : [`${number(many)} ${wordOf[tone]}`]))
    .join(', ');
  const chosen = query.family === family;
  return html`<li><a href="${urlOf(query, { family: chosen ? undefined : family })}"${chosen && html` aria-current="true"`}>${family}</a>${shares(tones)}<span class="words">${words}</span><span class="number">${rate(perSecond(windows.slice(-minute)))}${lately.failures > 0 && html` · ${failedShare(lately)} failed`}</span></li>`;
}

const wordOf: Readonly<Record<Tone, string>> = {
  good: 'healthy',
  fair: 'degraded',
  poor: 'unhealthy',
  idle: 'not running',
};
