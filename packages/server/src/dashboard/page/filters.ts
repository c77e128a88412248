/** What narrows the table down: a form that works without script, and the pages below the table. */
import { statuses } from '@im/core';
import type { Board } from './board.ts';
import { number } from './format.ts';
import { type Html, html } from './html.ts';
import type { Parts } from './parts.ts';
import { groupings, orders, type PageQuery, rowsOnPage, urlOf } from './query.ts';

/** Most choices in one list. */
const mostChoices = 1_000;

type Choice = readonly [value: string, word: string];

/** The form. Its fields are the query of the page. */
export function filters({ entries }: Board, query: PageQuery, parts: Parts): Html {
  const distinct = (pick: (one: (typeof entries)[number]['status']) => string): readonly Choice[] =>
    [...new Set(entries.map(({ status }) => pick(status)))].sort().map((value) => [value, value]);
  const occurring = new Set(entries.map(({ status }) => status.status));
  const fields = [
    select(
      'tenant',
      'Tenant',
      distinct(({ tenant }) => tenant),
      query.tenant,
      'all',
    ),
    select(
      'family',
      'Family',
      distinct(({ category }) => category),
      query.family,
      'all',
    ),
    select(
      'provider',
      'Provider',
      distinct(({ provider }) => provider),
      query.provider,
      'all',
    ),
    select(
      'status',
      'Status',
      statuses.filter((one) => occurring.has(one)).map((one) => [one, one]),
      query.status,
      'all',
    ),
    select(
      'group',
      'Group by',
      groupings.map((one) => [one, one]),
      query.group,
      'nothing',
    ),
    select('sort', 'Sort by', Object.entries(orders), query.sort),
  ];
  const isFiltered = [query.q, query.tenant, query.family, query.provider, query.status].some(
    (one) => one !== undefined,
  );
  return html`<form id="filters" class="filters" method="get" action="/" role="search" aria-label="Integrations">
<label class="find">Find<input type="search" name="q" value="${query.q}" autocomplete="off" spellcheck="false"></label>
${fields.map((field) => parts.live(field.id, field.html))}
${query.events && html`<input type="hidden" name="events" value="${query.events}">`}
${parts.live('clear', html`<span id="clear">${isFiltered && html`<a href="${urlOf(query, { q: undefined, tenant: undefined, family: undefined, provider: undefined, status: undefined })}">Clear</a>`}</span>`)}
<noscript><button>Apply</button></noscript></form>`;
}

function select(
  name: string,
  title: string,
  choices: readonly Choice[],
  chosen: string | undefined,
  none?: string,
) {
  // A chosen value that occurs no more can still be seen, and taken back.
  const known = chosen === undefined || choices.some(([value]) => value === chosen);
  const all = known ? choices : [...choices, [chosen, chosen] as const];
  const options = all
    .slice(0, mostChoices)
    .map(([value, word]) =>
      value === chosen
        ? html`<option value="${value}" selected>${word}</option>`
        : html`<option value="${value}">${word}</option>`,
    );
  const id = `filter-${name}`;
  const first = none === undefined ? undefined : html`<option value="">${none}</option>`;
  return {
    id,
    html: html`<label id="${id}"${all.length < 2 && chosen === undefined && html` hidden`}>${title}<select name="${name}">${first}${options}</select></label>`,
  };
}

/** Links to the pages of the table; nothing when there is one. */
export function pager(wanted: number, query: PageQuery, parts: Parts): Html {
  const last = Math.max(1, Math.ceil(wanted / rowsOnPage));
  const link = (page: number, word: string, rel: string) =>
    html`<a href="${urlOf(query, { page })}" rel="${rel}">${word}</a>`;
  const links = html`${query.page > 1 ? link(query.page - 1, 'Previous', 'prev') : html`<span class="soft">Previous</span>`} <span>Page ${number(query.page)} of ${number(last)}</span> ${query.page < last ? link(query.page + 1, 'Next', 'next') : html`<span class="soft">Next</span>`}`;
  return parts.live(
    'pager',
    html`<nav id="pager" class="pager" aria-label="Pages of the table"${last === 1 && html` hidden`}>${last > 1 && links}</nav>`,
  );
}
