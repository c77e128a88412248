import { describe, expect, it } from 'vitest';
import { defaultAlertRules } from '../alerts/default-rules.ts';
import { durationMetric } from '../metrics/durations.ts';
import { integrationMetrics } from '../metrics/series.ts';
import { openWorld, queriesOf } from './__tests__/generated.ts';
import { checkDashboard } from './check-dashboard.ts';
import { grafanaDashboards } from './grafana.ts';

describe('what is generated', () => {
  it('names metrics that the exposition has, and series that its own rules record', async () => {
    const { world, generated, registry } = openWorld();
    await using _world = world;
    const exposed = new Set([
      ...integrationMetrics.map(({ name }) => name),
      ...['bucket', 'count', 'sum'].map((suffix) => `${durationMetric.name}_${suffix}`),
      'im_integrations_without_labels',
    ]);
    const rules = generated.groups.flatMap((group) => group.rules);
    const recorded = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
    const texts = [...rules.map(({ expr }) => expr), ...queriesOf(registry).map(({ expr }) => expr)];
    const named = texts.flatMap((text) => text.match(/\b(?:integration:)?im_[\w:]+/g) ?? []);
    expect(named.length).toBeGreaterThan(50);
    expect([...new Set(named)].filter((name) => !exposed.has(name) && !recorded.has(name))).toEqual([]);
  });

  it('leaves out what is no metric, and says so', async () => {
    const { world, generated } = openWorld();
    await using _world = world;
    expect(generated.left).toEqual([
      { rule: 'UnmappedDeclines', signal: 'unmapped_declines' },
      { rule: 'PaymentContradiction', signal: 'payment_alerts' },
    ]);
    const alerts = generated.groups.flatMap(({ rules }) =>
      rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : [])),
    );
    expect(alerts).toHaveLength(defaultAlertRules.length - 2);
  });
});

describe('dashboards for Grafana', () => {
  it('stand on the grid, each panel with its number and its queries', async () => {
    const { world, registry } = openWorld();
    await using _world = world;
    const dashboards = grafanaDashboards(registry);
    for (const dashboard of dashboards) expect(checkDashboard(dashboard)).toEqual([]);
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(3);
    expect(JSON.parse(JSON.stringify(dashboards))).toEqual(dashboards);
  });

  it('are judged by a check that finds faults', async () => {
    const { world, registry } = openWorld();
    await using _world = world;
    const [dashboard] = grafanaDashboards(registry);
    if (dashboard === undefined) throw new Error('there is none');
    const panel = (title: string, more: object) => ({
      id: 1,
      title,
      type: 'stat',
      gridPos: { x: 0, y: 0, w: 4, h: 4 },
      targets: [],
      ...more,
    });
    const query = (refId: string, expr: string) => ({ refId, expr });
    const panels = [
      panel('A', {}),
      panel('B', {
        gridPos: { x: 3, y: 3, w: 4, h: 4 },
        targets: [query('A', ' '), query('A', 'up{x="$y"}')],
      }),
      panel('C', { id: 2, gridPos: { x: 22, y: 9, w: 4, h: 4 } }),
    ];
    expect(checkDashboard({ ...dashboard, panels })).toEqual([
      "B: the number 1 is another panel's",
      'B: stands on A',
      'B: two queries have the same letter',
      'B: has a query without text',
      'B: nobody declares $y',
      'C: stands outside of the grid',
    ]);
  });
});
