/** The page: rendered here and nowhere else, kept fresh by its stream, complete without script. */
import { createHash } from 'node:crypto';
import { pagePolicy } from '../../security.ts';
import { pageScript } from '../client/script.ts';
import { actions } from './actions.ts';
import type { Board } from './board.ts';
import { detail } from './detail.ts';
import { filters, pager } from './filters.ts';
import { moment } from './format.ts';
import { type Html, html, verbatim } from './html.ts';
import { families, hero } from './overview.ts';
import { incidents, levels, log, outlook } from './panels.ts';
import { Parts } from './parts.ts';
import { type PageQuery, rowsOnPage, select } from './query.ts';
import { icon } from './signs.ts';
import { pageStyle } from './style.ts';
import { countOf, tableHead, tableRows } from './table.ts';

/** Headers of the page; its policy allows exactly the style and the script that stand in it. */
export const pageHeaders: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy': pagePolicy(pageStyle, pageScript),
};

/** Tells one version of the page from another: an open page of an old hub must not be fed by a new one. */
export const asset = createHash('sha256')
  .update(pageStyle)
  .update(pageScript)
  .digest('base64url')
  .slice(0, 12);

/** The changing part of the page, and its parts. */
export interface Rendered {
  readonly main: string;
  readonly parts: Parts;
  /** Changes when parts alone do not make the one out of the other. */
  readonly shape: string;
}

/** Puts the changing part together. */
export function renderMain(board: Board, query: PageQuery): Rendered {
  const parts = new Parts();
  parts.live('title', titleOf(board));
  parts.live('icon', html`<link rel="icon" id="icon" href="${icon(board.health.status)}">`);
  const { integration, tenant = 'default' } = query;
  const view = integration === undefined ? 'all' : `${tenant}/${integration}`;
  const [shape, body] = content(board, query, parts);
  return { main: html`<main id="main" tabindex="-1" data-view="${view}">${body}</main>`.text, parts, shape };
}

function content(board: Board, query: PageQuery, parts: Parts): readonly [shape: string, body: Html] {
  const { integration, tenant = 'default' } = query;
  if (integration === undefined) {
    if (board.entries.length === 0) return ['empty', empty(board, query, parts)];
    return ['overview', overview(board, query, parts)];
  }
  const entry = board.entries.find(({ status }) => status.name === integration && status.tenant === tenant);
  if (entry === undefined) return ['missing', missing(integration, tenant)];
  return ['detail', detail(entry, board, query, parts)];
}

const titleOf = ({ health, title }: Board): Html =>
  html`<title id="title">${health.status} · ${title}</title>`;

function empty(board: Board, query: PageQuery, parts: Parts): Html {
  return html`${hero(board, query, parts)}<section class="card" aria-labelledby="integrations"><h2 id="integrations" tabindex="-1">Integrations</h2><p class="empty">Nothing is registered yet. <code>registry.register(…)</code> adds an integration, and it appears here.</p></section>
${log(board.events, board, query, parts)}`;
}

function overview(board: Board, query: PageQuery, parts: Parts): Html {
  return html`${hero(board, query, parts)}
<div class="three">${incidents(board, query, parts)}${outlook(board, query, parts)}${levels(board, query, parts)}</div>
${families(board, query, parts)}
${table(board, query, parts)}
${log(board.events, board, query, parts)}`;
}

function table(board: Board, query: PageQuery, parts: Parts): Html {
  const wanted = select(board.entries, query);
  const shown = wanted.slice((query.page - 1) * rowsOnPage, query.page * rowsOnPage);
  const rows = parts.rows(tableRows(shown, board, query));
  const count = countOf(shown.length, wanted.length, board.entries.length);
  const none =
    wanted.length === 0 ? 'Nothing matches these filters.' : 'There is nothing on this page of the table.';
  return html`<section class="card" aria-labelledby="integrations"><div class="title"><h2 id="integrations" tabindex="-1">Integrations</h2>
${parts.live('count', html`<p id="count" class="soft" role="status">${count}</p>`)}</div>
${filters(board, query, parts)}
<table class="integrations"><caption class="unseen">Integrations and how they are</caption>${tableHead(query, board.may('integration:operate'))}<tbody id="rows">${rows}</tbody></table>
${parts.live('none', html`<p id="none" class="empty"${shown.length > 0 && html` hidden`}>${shown.length === 0 && none}</p>`)}
${pager(wanted.length, query, parts)}</section>`;
}

const missing = (name: string, tenant: string): Html =>
  html`<section class="hero" aria-labelledby="detail-title"><p class="back"><a href="/"><span aria-hidden="true">←</span> All integrations</a></p>
<h2 id="detail-title" tabindex="-1">${name} <span class="tenant">${tenant}</span></h2><p class="empty">Nothing of this name is registered for the tenant.</p></section>`;

/** The whole document. */
export function renderPage(board: Board, query: PageQuery): string {
  const { main } = renderMain(board, query);
  return `<!doctype html>\n${
    html`<html lang="en" data-asset="${asset}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${titleOf(board)}
<link rel="icon" id="icon" href="${icon(board.health.status)}">
<style>${verbatim(pageStyle)}</style>
<script>${verbatim(pageScript)}</script>
</head>
<body>
<a class="skip" href="#integrations">Skip to the integrations</a>
<header class="top"><h1>${board.title}</h1>
<p id="live" role="status">As of ${moment(board.at, board.at)} UTC</p>
<label id="theme"><span class="unseen">Theme</span><select><option value="">System</option><option value="light">Light</option><option value="dark">Dark</option></select></label>
</header>
${verbatim(main)}
<footer><p>All times are UTC.</p><nav aria-label="For programs"><a href="/integrations/status">Status</a><a href="/integrations/health">Health</a><a href="/integrations/metrics">Metrics</a><a href="/docs">API</a></nav></footer>
${board.may('integration:operate') && dialog}
<p id="told" class="told" role="status"></p>
</body>
</html>`.text
  }\n`;
}

const dialog = html`<dialog id="act" aria-labelledby="act-title"><form method="dialog"><h2 id="act-title">What shall be done?</h2><p id="act-about" class="soft"></p>
<fieldset><legend class="unseen">Action</legend>${Object.entries(actions).map(([action, { title, says }]) => html`<label><input type="radio" name="action" value="${action}"><span><b>${title}</b><span class="under">${says}</span></span></label>`)}</fieldset>
<div class="buttons"><button value="" formnovalidate>Cancel</button><button id="act-confirm" class="strong" value="do">Do it</button></div></form></dialog>`;
