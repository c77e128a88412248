/** The table of integrations: one row each. */
import type { IntegrationStatus } from '@im/core';
import { quantileMs, stepMs, total, type Window, windowsOf } from '../data/history.ts';
import { keyOf } from '../data/incidents.ts';
import { actionsFor } from './actions.ts';
import type { Board, Entry } from './board.ts';
import { trend } from './charts.ts';
import { counted, duration, moment, number, rate } from './format.ts';
import { type Html, html } from './html.ts';
import { idOf, type Part } from './parts.ts';
import { groupOf, type Order, orders, type PageQuery, urlOf } from './query.ts';
import { badge, failedShare, statusBadge, type Tone } from './signs.ts';

/** Steps in which a rate is measured: one minute. */
export const minute = 60_000 / stepMs;

/** Calls per second over these steps. */
export const perSecond = (windows: readonly Window[]) =>
  total(windows).calls / ((windows.length * stepMs) / 1_000);

const columns: readonly { readonly title: string; readonly order?: Order; readonly number?: true }[] = [
  { title: 'Integration', order: 'name' },
  { title: 'Status', order: 'worst' },
  { title: 'Calls', order: 'calls', number: true },
  { title: 'Failed', order: 'failures', number: true },
  { title: 'p95', order: 'latency', number: true },
  { title: 'Last 5 min' },
  { title: 'Limits' },
];

/** The head of the table; the orders are links. */
export function tableHead(query: PageQuery, canAct: boolean): Html {
  const cells = columns.map(({ title, order, number: isNumber }) => {
    const sorted = order === query.sort;
    const direction = order === 'name' ? 'ascending' : 'descending';
    const label =
      order === undefined
        ? title
        : html`<a href="${urlOf(query, { sort: order })}" title="Sort by ${orders[order]}">${title}${sorted ? html` <span aria-hidden="true">${order === 'name' ? '↑' : '↓'}</span>` : undefined}</a>`;
    return sorted
      ? html`<th scope="col" aria-sort="${direction}"${isNumber && html` class="number"`}>${label}</th>`
      : html`<th scope="col"${isNumber && html` class="number"`}>${label}</th>`;
  });
  return html`<thead><tr>${cells}${canAct ? html`<th scope="col"><span class="unseen">Actions</span></th>` : undefined}</tr></thead>`;
}

/** The rows, with a heading in front of each group. */
export function tableRows(entries: readonly Entry[], board: Board, query: PageQuery): readonly Part[] {
  const { group } = query;
  const span = columns.length + Number(board.may('integration:operate'));
  let last: string | undefined;
  return entries.flatMap((entry) => {
    const own: Part = { id: rowId(entry.status), html: row(entry, board, query) };
    if (group === undefined) return [own];
    const name = groupOf(entry.status, group);
    if (name === last) return [own];
    last = name;
    const id = idOf('group', name);
    const link = urlOf(query, { [group]: name, group: undefined });
    const heading = html`<tr class="group" id="${id}"><th scope="rowgroup" colspan="${span}"><span>${group}</span> <a href="${link}">${name}</a></th></tr>`;
    return [{ id, html: heading }, own];
  });
}

const rowId = (one: IntegrationStatus) => idOf('row', keyOf(one));

function row({ status: one, note, history }: Entry, { at, may }: Board, query: PageQuery): Html {
  const windows = windowsOf([history]);
  const lately = total(windows);
  const { stats } = one;
  const p95 = quantileMs(lately, 0.95);
  const link = urlOf(query, { integration: one.name, tenant: one.tenant, page: undefined });
  return html`<tr id="${rowId(one)}" data-state="${one.status}">
<th scope="row"><a class="name" href="${link}">${one.name}</a> <span class="tenant">${one.tenant}</span><span class="under">${one.title}${one.required && ' · required'}${note && ` · ${note}`}</span></th>
<td class="why">${statusBadge(one.status)}${one.reasons.slice(0, 2).map(({ says }) => html`<span class="reason">${says}</span>`)}</td>
<td class="number" data-label="Calls">${lately.calls === 0 ? '–' : rate(perSecond(windows.slice(-minute)))}${inAll(stats.calls)}</td>
<td class="number" data-label="Failed">${failedShare(lately)}${inAll(stats.failures)}</td>
<td class="number" data-label="p95">${p95 === undefined ? '–' : duration(p95)}</td>
<td class="chart">${trend(windows)}</td>
<td class="limits" data-label="Limits">${limits(one, at)}</td>
${may('integration:operate') ? html`<td class="act">${actButton(one)}</td>` : undefined}
</tr>`;
}

const inAll = (count: number) => count > 0 && html`<span class="under">${number(count)} in all</span>`;

/** The button that opens the dialog; nothing without script. */
function actButton(one: IntegrationStatus): Html {
  return html`<button type="button" class="quiet" data-act="" data-name="${one.name}" data-tenant="${one.tenant}" data-can="${actionsFor(one).join(' ')}" aria-haspopup="dialog" aria-label="Actions on ${one.name} of ${one.tenant}"><span aria-hidden="true">⋯</span></button>`;
}

const breakerTone: Readonly<Record<IntegrationStatus['breaker'], Tone>> = {
  closed: 'good',
  'half-open': 'fair',
  open: 'poor',
  isolated: 'poor',
};

/** Circuit breaker, limiter and quota. */
export function limits(one: IntegrationStatus, now: number): Html {
  const { breaker, inFlight, queued, parkedUntil, quotaRemaining } = one;
  const lines = [
    inFlight > 0 && `${number(inFlight)} in flight`,
    queued > 0 && `${number(queued)} queued`,
    quotaRemaining !== undefined && `${number(quotaRemaining)} left of the quota`,
    parkedUntil !== undefined && parkedUntil > now && `held back until ${moment(parkedUntil, now)}`,
  ].filter((line) => line !== false);
  const circuit =
    breaker === 'closed'
      ? html`<span class="soft">circuit closed</span>`
      : badge(breakerTone[breaker], `circuit ${breaker}`);
  return html`${circuit}${lines.map((line) => html`<span class="under">${line}</span>`)}`;
}

/** `38 integrations`, or how many of them are shown. */
export const countOf = (shown: number, wanted: number, all: number): string =>
  wanted === all && shown === all
    ? counted(all, 'integration')
    : `${number(shown)} of ${number(wanted)} shown${wanted === all ? '' : `, ${number(all)} in all`}`;
