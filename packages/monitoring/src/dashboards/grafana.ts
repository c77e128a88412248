/** Dashboards for Grafana, as the JSON that it imports. */
import type { Registry } from '@im/core';
import { budgets, integration, overview } from './boards.ts';
import { datasource, layout, type Panel, type RowSpec } from './layout.ts';
import { names } from './promql.ts';

/** A dashboard. */
export interface Dashboard {
  /** The same each time, so that a new version takes the place of the old one. */
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly [more: string]: unknown;
}

/**
 * The dashboards: all integrations, one closely, and the error budgets. The last one shows what the rules of `prometheusRules` record.
 *
 * @see {@link https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ | Grafana: JSON model}
 */
export function grafanaDashboards(registry: Pick<Registry, 'list'>): readonly Dashboard[] {
  return [
    dashboard(registry, 'im-overview', 'Integrations', overview),
    dashboard(registry, 'im-integration', 'Integration', integration),
    dashboard(registry, 'im-budgets', 'Error budgets of integrations', budgets),
  ];
}

function dashboard(
  registry: Pick<Registry, 'list'>,
  uid: string,
  title: string,
  rows: readonly RowSpec[],
): Dashboard {
  const categories = [...new Set(registry.list().map(({ category }) => category))].sort();
  return {
    uid,
    title,
    tags: ['im', ...categories],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '30s',
    timezone: 'browser',
    time: { from: 'now-6h', to: 'now' },
    graphTooltip: 1,
    links: [
      {
        type: 'dashboards',
        title: 'Integrations',
        tags: ['im'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    annotations: { list: [] },
    templating: { list: [source, ...names.map(variable)] },
    panels: layout(rows),
  };
}

const source = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', hide: 0 };

const variable = (name: string) => ({
  name,
  label: name,
  type: 'query',
  datasource,
  query: { query: `label_values(im_integration_in_flight, ${name})`, refId: name },
  definition: `label_values(im_integration_in_flight, ${name})`,
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
});
