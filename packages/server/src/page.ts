/** The status page: rendered on the server, kept fresh by one small script, complete without it. */
import type { IntegrationStatus, RegistryEvent } from '@im/core';
import { statuses } from '@im/core';
import { duration, number, percent, time } from './format.ts';
import { type Html, html, verbatim } from './html.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';
import { mark, type Tone, table, toneOf } from './page-table.ts';
import type { Health, StatusQuery } from './schemas.ts';
import { pagePolicy } from './security.ts';
import type { HubView } from './view.ts';

/** Headers of the page; its policy allows exactly the style and the script that stand in it. */
export const pageHeaders: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy': pagePolicy(pageStyle, pageScript),
};

/** Rows on one page. */
const mostRows = 200;

/** Renders the page for the given filters. */
export function renderPage(view: HubView, query: StatusQuery): string {
  const health = view.health();
  const all = view.list();
  const page = view.status({ ...query, limit: Math.min(query.limit, mostRows) });
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${health.status} · ${view.title}</title>
<link rel="icon" href="${icon(health.status)}">
<style>${verbatim(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#integrations">Skip to the integrations</a>
<div class="wrap">
<header class="top">
<h1>${view.title}</h1>
<nav aria-label="Endpoints">
<a href="/integrations/status">status</a><a href="/integrations/health">health</a>
<a href="/integrations/metrics">metrics</a><a href="/openapi.json">openapi.json</a>
</nav>
</header>
<main>
<section class="hero" aria-label="Overall">
<div class="verdict" aria-live="polite" data-part="verdict"><strong class="${toneOf[health.status]}">${health.status}</strong><span>${health.says}</span></div>
<div data-part="figures">${figures(health, all)}</div>
</section>
<h2 id="integrations">Integrations</h2>
${filters(all, query)}
<div class="sheet">${
      page.integrations.length === 0
        ? html`<p class="empty" data-part="none">${all.length === 0 ? 'Nothing is registered yet.' : 'Nothing matches these filters.'}</p>`
        : table(page.integrations, page.at)
    }</div>
${more(page.total, page.integrations.length, page.next, query)}
<h2>Latest events</h2>
<div class="sheet">${events(view.events())}</div>
</main>
<footer><p id="live" role="status">Rendered ${time(page.at)}.</p></footer>
</div>
<script>${verbatim(pageScript)}</script>
</body>
</html>`.text
  }\n`;
}

function figures(health: Health, all: readonly IntegrationStatus[]): Html {
  const sum = (pick: (status: IntegrationStatus) => number) =>
    all.reduce((total, one) => total + pick(one), 0);
  const calls = sum(({ stats }) => stats.calls);
  const failures = sum(({ stats }) => stats.failures);
  const waits = sum(({ stats }) => stats.waits);
  const tenants = new Set(all.map(({ tenant }) => tenant)).size;
  const facts: readonly (readonly [string, string, (string | undefined)?])[] = [
    ['Integrations', number(all.length), `${number(tenants)} ${tenants === 1 ? 'tenant' : 'tenants'}`],
    ['Calls', number(calls), `${number(sum(({ inFlight }) => inFlight))} in flight`],
    ['Failures', number(failures), calls === 0 ? undefined : percent(failures / calls)],
    ['Retries', number(sum(({ stats }) => stats.retries))],
    ['Waits', number(waits), waits === 0 ? undefined : duration(sum(({ stats }) => stats.waitedMs))],
    ['Open circuits', number(sum(({ breaker }) => Number(breaker !== 'closed')))],
  ];
  return html`${segments(health)}
<ul class="legend">${statuses.map((status) =>
    health.byStatus[status] === undefined
      ? undefined
      : html`<li><a href="/?status=${status}">${mark(status)}<b>${number(health.byStatus[status] ?? 0)}</b> ${status}</a></li>`,
  )}</ul>
<dl class="figures">${facts.map(
    ([name, value, small]) => html`<div><dt>${name}</dt><dd>${value} <small>${small}</small></dd></div>`,
  )}</dl>`;
}

/** Share of each status, as one bar. */
function segments(health: Health): Html {
  let x = 0;
  const parts = statuses.map((status) => {
    const width = health.total === 0 ? 0 : ((health.byStatus[status] ?? 0) / health.total) * 1_000;
    const part =
      width === 0
        ? undefined
        : html`<rect class="${toneOf[status]}" x="${x}" y="0" width="${width}" height="10"/>`;
    x += width;
    return part;
  });
  return html`<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

function filters(all: readonly IntegrationStatus[], query: StatusQuery): Html | undefined {
  if (all.length < 2) return undefined;
  const choice = (name: 'tenant' | 'provider' | 'status', values: readonly string[]) => {
    if (values.length < 2 && query[name] === undefined) return undefined;
    const options = [...new Set([...values, ...(query[name] === undefined ? [] : [query[name]])])].slice(
      0,
      1_000,
    );
    return html`<label>${name}<select name="${name}" data-every="${name}"><option value="">all</option>${options.map(
      (value) =>
        value === query[name] ? html`<option selected>${value}</option>` : html`<option>${value}</option>`,
    )}</select></label>`;
  };
  const distinct = (pick: (status: IntegrationStatus) => string) => [...new Set(all.map(pick))].sort();
  return html`<form method="get" action="/">${choice(
    'tenant',
    distinct(({ tenant }) => tenant),
  )}${choice(
    'provider',
    distinct(({ provider }) => provider),
  )}${choice(
    'status',
    distinct(({ status }) => status),
  )}<noscript><button>Filter</button></noscript></form>`;
}

function events(list: readonly RegistryEvent[]): Html {
  if (list.length === 0) return html`<p class="empty" data-part="no-events">Nothing has happened yet.</p>`;
  return html`<ol class="events" data-part="events" tabindex="0" aria-label="Latest events">${list.map(
    ({ at, name, tenant, says }) =>
      html`<li><time datetime="${new Date(at).toISOString()}">${time(at)}</time><span>${name} <small>${tenant}</small></span><span class="says">${says}</span></li>`,
  )}</ol>`;
}

function more(total: number, shown: number, next: string | undefined, query: StatusQuery): Html | undefined {
  if (next === undefined && query.after === undefined) return undefined;
  const link = (after: string | undefined) => {
    const filters = { tenant: query.tenant, provider: query.provider, status: query.status, after };
    const entries = Object.entries(filters).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return `/?${new URLSearchParams(entries)}`;
  };
  return html`<p class="more">${number(shown)} of ${number(total)} shown. ${
    query.after === undefined ? undefined : html`<a href="${link(undefined)}">From the beginning</a> `
  }${next === undefined ? undefined : html`<a href="${link(next)}">Next</a>`}</p>`;
}

const icon = (status: Health['status']) => {
  const colours: Readonly<Record<Tone, string>> = {
    good: '1f9d62',
    fair: 'd99a1c',
    poor: 'd0392f',
    idle: '80888c',
  };
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${colours[toneOf[status]]}'/%3E%3C/svg%3E`;
};
