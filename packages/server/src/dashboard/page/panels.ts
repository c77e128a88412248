/** The lower part of the page: what runs out, who was promised what, what went wrong, what happened. */
import { stepMs } from '../data/history.ts';
import { type Incident, keyOf } from '../data/incidents.ts';
import type { SeenEvent } from '../data/seen.ts';
import type { ServiceLevel } from '../data/service-levels.ts';
import type { Board, Entry } from './board.ts';
import { gauge } from './charts.ts';
import { counted, duration, moment, number, percent } from './format.ts';
import { type Html, html } from './html.ts';
import { idOf, type Parts } from './parts.ts';
import { type PageQuery, shownKinds, urlOf } from './query.ts';
import { badge, type Tone } from './signs.ts';

/** Rows in a panel. */
const most = { outlook: 5, levels: 5, incidents: 4, events: 50 };

const dayMs = 86_400_000;

/** A link to one integration in detail. */
const linkTo = (
  { name, tenant }: { readonly name: string; readonly tenant: string },
  query: PageQuery,
): Html =>
  html`<a href="${urlOf(query, { integration: name, tenant, page: undefined })}">${name}</a> <span class="tenant">${tenant}</span>`;

const stamp = (at: number, now: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${moment(at, now)}</time>`;

function panel(id: string, title: string, body: Html, parts: Parts): Html {
  return parts.live(
    id,
    html`<section id="${id}" class="card" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`,
  );
}

const empty = (says: string): Html => html`<p class="empty">${says}</p>`;

/** Tokens, certificates, keys and quotas that run out, the next one first. */
export function outlook({ entries, at }: Board, query: PageQuery, parts: Parts): Html {
  const rows = entries
    .flatMap(expiries)
    .sort((one, other) => one.at - other.at)
    .slice(0, most.outlook);
  const body = rows.map(({ entry, kind, what, at: end }) => {
    const left = end - at;
    const tone: Tone = left < dayMs ? 'poor' : left < 7 * dayMs ? 'fair' : 'good';
    const when = left <= 0 ? 'now' : `in ${duration(left)}`;
    return html`<li><span class="when">${badge(tone, when)}${stamp(end, at)}</span><span>${linkTo(entry.status, query)}<span class="under">${kind}: ${what}</span></span></li>`;
  });
  return panel(
    'outlook',
    'Running out',
    rows.length === 0
      ? empty('No token, certificate, key or quota is known to run out.')
      : html`<ul class="rows">${body}</ul>`,
    parts,
  );
}

interface Expiry {
  readonly entry: Entry;
  readonly kind: string;
  readonly what: string;
  readonly at: number;
}

/** What the provider foretold, and what the use of its quota leads to within a day. */
function expiries(entry: Entry): readonly Expiry[] {
  const { status, quota } = entry;
  const told = status.forecasts.map(({ kind, what, at }) => ({ entry, kind, what, at }));
  const usedUpAt = quota?.usedUpAt;
  const isTold = status.forecasts.some(({ kind }) => kind === 'quota');
  if (quota === undefined || usedUpAt === undefined || isTold || usedUpAt > quota.takenAt + dayMs)
    return told;
  const what = `${number(status.quotaRemaining ?? 0)} left; used up at the present rate`;
  return [...told, { entry, kind: 'quota', what, at: usedUpAt }];
}

/** Tenants with their promise and what is left of its error budget. */
export function levels(board: Board, query: PageQuery, parts: Parts): Html {
  const rows = board.levels.slice(0, most.levels).map((level) => levelRow(level, query));
  const rest = board.levels.length - rows.length;
  return panel(
    'levels',
    'Tenants',
    rows.length === 0
      ? empty('There is no tenant yet.')
      : html`<table class="small levels"><caption class="unseen">Tenants and their service levels since the hub started</caption><thead><tr><th scope="col">Tenant</th><th scope="col" class="number">Succeeded</th><th scope="col">Error budget left</th></tr></thead><tbody>${rows}</tbody></table>${rest > 0 && html`<p class="more">and ${counted(rest, 'tenant')} with more of it left</p>`}`,
    parts,
  );
}

function levelRow(
  { tenant, integrations, troubled, calls, success, target, budgetLeft }: ServiceLevel,
  query: PageQuery,
): Html {
  const tone: Tone = (budgetLeft ?? 1) <= 0 ? 'poor' : (budgetLeft ?? 1) < 0.25 ? 'fair' : 'good';
  const budget =
    budgetLeft === undefined
      ? html`<span class="soft">nothing promised</span>`
      : html`${gauge(budgetLeft, tone)}${badge(tone, budgetLeft < 0 ? 'overspent' : percent(budgetLeft))}`;
  const size = `${counted(integrations, 'integration')}${troubled > 0 ? `, ${number(troubled)} not well` : ''}`;
  const promised = target === undefined ? `of ${number(calls)}` : `goal ${share(target)}`;
  return html`<tr><th scope="row"><a href="${urlOf(query, { tenant, page: undefined })}">${tenant}</a><span class="under">${size}</span></th><td class="number">${calls === 0 ? '–' : share(success)}<span class="under">${promised}</span></td><td class="budget">${budget}</td></tr>`;
}

/** With the digits that a promise is made in: `99.95 %`. */
const share = (value: number) =>
  `${(Math.floor(value * 100_000) / 1_000).toFixed(value > 0.99 && value < 1 ? 2 : 1)} %`;

/** What was not well, on a line of time: what lasts first, then the newest. */
export function incidents({ incidents: all, at }: Board, query: PageQuery, parts: Parts): Html {
  const lasting = all.filter(({ to }) => to === undefined);
  const rows = [...lasting, ...all.filter(({ to }) => to !== undefined)].slice(0, most.incidents);
  const from = Math.min(at - 60 * stepMs, ...rows.map((one) => one.from));
  const body = rows.map((incident) => incidentRow(incident, from, at, query));
  return panel(
    'incidents',
    'Incidents',
    rows.length === 0
      ? empty('Nothing was degraded or unhealthy since the hub started.')
      : html`<p class="axis"><span>${moment(from, at)}</span><span>now</span></p><ol class="incidents">${body}</ol>`,
    parts,
  );
}

function incidentRow(incident: Incident, from: number, now: number, query: PageQuery): Html {
  const { worst, says, to } = incident;
  const tone: Tone = worst === 'unhealthy' ? 'poor' : 'fair';
  const place = (at: number) => Math.round(((at - from) / Math.max(1, now - from)) * 1_000);
  const x = place(incident.from);
  const length = `${duration((to ?? now) - incident.from)}${incident.times > 1 ? `, ${number(incident.times)} times` : ''}`;
  const id = idOf('incident', `${incident.from} ${keyOf(incident)}`);
  return html`<li id="${id}"><span>${badge(tone, worst)} ${linkTo(incident, query)}</span><span class="under">${stamp(incident.from, now)} · ${to === undefined ? `for ${length}, not over` : `lasted ${length}`} · ${says}</span><svg class="span" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true"><path class="base" d="M0 4H1000"/><rect class="${tone}" x="${x}" width="${Math.max(6, place(to ?? now) - x)}" height="8" rx="2"/></svg></li>`;
}

/** What happened, newest first. */
export function log(events: readonly SeenEvent[], board: Board, query: PageQuery, parts: Parts): Html {
  const rows = events
    .filter(({ kind }) => query.events === undefined || kind === query.events)
    .slice(0, most.events);
  const choices = [undefined, ...shownKinds].map(
    (kind) =>
      html`<a href="${urlOf(query, { events: kind, page: query.page })}"${kind === query.events && html` aria-current="true"`}>${kind ?? 'all'}</a>`,
  );
  const body =
    rows.length === 0
      ? empty(
          query.events === undefined
            ? 'Nothing has happened yet.'
            : `No event of the kind ${query.events} is remembered.`,
        )
      : html`<ol class="events" tabindex="0" role="list" aria-label="Events, newest first">${logRows(rows, board, query)}</ol>`;
  return panel(
    'log',
    'Events',
    html`<nav class="chips" aria-label="Kinds of events">${choices}</nav>${body}`,
    parts,
  );
}

/** Each has an id of its own, so that a new one pushes the others down and none of them turns into another. */
function logRows(events: readonly SeenEvent[], { at: now }: Board, query: PageQuery): readonly Html[] {
  const seen = new Map<string, number>();
  return events.map((event) => {
    const { at, kind, says } = event;
    const name = `${at} ${kind} ${keyOf(event)}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    const id = idOf('event', `${name} ${before}`);
    return html`<li id="${id}">${stamp(at, now)}<span class="kind">${kind}</span><span>${linkTo(event, query)}</span><span class="says">${says}</span></li>`;
  });
}
