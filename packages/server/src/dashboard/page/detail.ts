/** One integration in detail. */
import type { IntegrationStatus, OperationStats } from '@im/core';
import { quantileMs, sinceStart, total, windowsOf } from '../data/history.ts';
import { type Action, actions, actionsFor } from './actions.ts';
import type { Board, Entry } from './board.ts';
import { histogram, trend } from './charts.ts';
import { duration, moment, money, number, percent, rate } from './format.ts';
import { type Html, html } from './html.ts';
import { log, outlook } from './panels.ts';
import type { Parts } from './parts.ts';
import { type PageQuery, urlOf } from './query.ts';
import { failedShare, statusBadge } from './signs.ts';
import { limits, minute, perSecond } from './table.ts';

/** Everything of one. */
export function detail(entry: Entry, board: Board, query: PageQuery, parts: Parts): Html {
  const own = ({ name, tenant }: { readonly name: string; readonly tenant: string }) =>
    name === entry.status.name && tenant === entry.status.tenant;
  return html`${head(entry, board, query, parts)}
${parts.live('course', course(entry))}
<div class="pair">${parts.live('operations', operations(entry.status, board.effects(entry.status)))}${parts.live('failures', failures(entry.status))}</div>
<div class="pair">${outlook({ ...board, entries: [entry] }, query, parts)}${log(board.events.filter(own), board, query, parts)}</div>`;
}

function head(
  { status: one, note, history, costs }: Entry,
  board: Board,
  query: PageQuery,
  parts: Parts,
): Html {
  const windows = windowsOf([history]);
  const lately = total(windows);
  const { stats, lastCheck } = one;
  const ms = (value: number | undefined) => (value === undefined ? '–' : duration(value));
  const check =
    lastCheck === undefined
      ? 'none yet'
      : `${lastCheck.ok ? 'passed' : 'failed'} in ${duration(lastCheck.durationMs)}, ${moment(lastCheck.at, board.at)}`;
  const tiles: readonly (readonly [string, Html | string])[] = [
    ['Calls', `${rate(perSecond(windows.slice(-minute)))}`],
    ['Failed, 5 min', failedShare(lately)],
    ['Median', ms(quantileMs(lately, 0.5))],
    ['p95', ms(quantileMs(lately, 0.95))],
    ['Calls in all', number(stats.calls)],
    ['Retries', number(stats.retries)],
    ['Waited', stats.waits === 0 ? '–' : `${duration(stats.waitedMs)}, ${number(stats.waits)} ×`],
    ['Limits', limits(one, board.at)],
    ['Last check', check],
    ...(costs.length === 0 ? [] : [['Spend, estimate', costs.map(money).join(' + ')] as const]),
  ];
  return html`<section class="hero" aria-labelledby="detail-title">
<p class="back"><a href="${urlOf(query, { integration: undefined, tenant: undefined })}"><span aria-hidden="true">←</span> All integrations</a></p>
${parts.live(
  'detail',
  html`<div id="detail"><div class="title"><h2 id="detail-title" tabindex="-1">${one.name} <span class="tenant">${one.tenant}</span></h2>${statusBadge(one.status)}<span class="soft">since ${moment(one.since, board.at)}</span></div>
<p class="soft">${one.title} · ${one.category}${one.required ? ' · required' : ''}${note && ` · ${note}`}</p>
${one.reasons.map(({ says, since, code }) => html`<p class="reason"><b>${moment(since, board.at)}</b> ${says}${code && html` <span class="soft">(${code})</span>`}</p>`)}
${board.may('integration:operate') && html`<div class="buttons">${actionsFor(one).map((action) => button(one, action))}</div>`}
<dl class="tiles">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`,
)}</section>`;
}

const button = (one: IntegrationStatus, action: Action): Html =>
  html`<button type="button" data-act="${action}" data-name="${one.name}" data-tenant="${one.tenant}" data-can="${action}" aria-haspopup="dialog">${actions[action].title}</button>`;

function course({ history }: Entry): Html {
  const windows = windowsOf([history]);
  const most = Math.max(0, ...windows.map((one) => quantileMs(one, 0.95) ?? 0).filter(Number.isFinite));
  return html`<section id="course" class="card" aria-labelledby="course-title"><h2 id="course-title">Latency and failures</h2>
${history === undefined ? html`<p class="empty">It has not been called yet.</p>` : html`<div class="plot"><p class="axis"><span>p95 up to ${duration(most)} <span class="key line"></span></span><span>share of failed calls <span class="key failed"></span></span></p>${trend(windows, 'large')}<p class="axis"><span>5 min ago</span><span>now</span></p></div>`}</section>`;
}

function operations({ stats }: IntegrationStatus, effects: ReadonlyMap<string, string>): Html {
  const rows = Object.entries(stats.operations).sort(([, one], [, other]) => other.calls - one.calls);
  const body =
    rows.length === 0
      ? html`<p class="empty">No operation has been called yet.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="operations-title"><table class="small"><caption class="unseen">Operations that were called, the busiest first</caption><thead><tr><th scope="col">Operation</th><th scope="col">Effect</th><th scope="col" class="number">Calls</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Median</th><th scope="col" class="number">p95</th><th scope="col">Latency</th></tr></thead><tbody>${rows.map(([name, one]) => operationRow(name, one, effects.get(name)))}</tbody></table></div>`;
  return html`<section id="operations" class="card" aria-labelledby="operations-title"><h2 id="operations-title">Operations</h2>${body}</section>`;
}

function operationRow(name: string, one: OperationStats, effect: string | undefined): Html {
  const window = sinceStart({ [name]: one });
  const ms = (share: number) => duration(quantileMs(window, share) ?? 0);
  return html`<tr><th scope="row">${name}</th><td>${effect ?? '–'}</td><td class="number">${number(one.calls)}</td><td class="number">${failedShare(one)}</td><td class="number">${ms(0.5)}</td><td class="number">${ms(0.95)}</td><td>${histogram({ buckets: window.buckets, calls: one.calls })}</td></tr>`;
}

function failures({ stats }: IntegrationStatus): Html {
  const rows = Object.entries(stats.failuresByCode).sort(([, one], [, other]) => other - one);
  const body =
    rows.length === 0
      ? html`<p class="empty">No call has failed.</p>`
      : html`<table class="small"><caption class="unseen">Failed calls by code</caption><thead><tr><th scope="col">Code</th><th scope="col" class="number">Calls</th><th scope="col" class="number">Share</th></tr></thead><tbody>${rows.map(([code, count]) => html`<tr><th scope="row"><code>${code}</code></th><td class="number">${number(count)}</td><td class="number">${percent(count / stats.calls)}</td></tr>`)}</tbody></table>`;
  return html`<section id="failures" class="card" aria-labelledby="failures-title"><h2 id="failures-title">Failures by code</h2>${body}</section>`;
}
