import { describeProgram } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { loud } from '../alerts/__tests__/hub.ts';
import { defaultAlertRules } from '../alerts/default-rules.ts';
import type { AlertRuleInput } from '../alerts/rules.ts';
import { durationMetric } from '../metrics/durations.ts';
import { createMetrics } from '../metrics/exposition.ts';
import { integrationMetrics } from '../metrics/series.ts';
import { addService, createWorld } from '../slo/__tests__/world.ts';
import { objectivesFor } from '../slo/objectives.ts';
import { promtool, type Scraped, startPrometheus } from './__tests__/programs.ts';
import { checkDashboard } from './check-dashboard.ts';
import { grafanaDashboards } from './grafana.ts';
import { prometheusRules, rulesFile } from './prometheus-rules.ts';

const how = 'apt-get install prometheus';
const objectives = [
  { availability: 0.99 },
  { tenant: 'slow', latency: { thresholdMs: 1_000, target: 0.9 } },
  {
    tenant: 'odd "quotes" {{x}}',
    badCodes: ['internal' as const],
    latency: { thresholdMs: 250, target: 0.9 },
  },
];

/** Three tenants, one integration each, and what is generated for them. */
function openWorld(rules: readonly AlertRuleInput[] = defaultAlertRules) {
  const world = createWorld();
  for (const tenant of ['acme', 'slow', 'odd "quotes" {{x}}'])
    addService(world, tenant, 'api', { expiresAt: world.clock.now() + 3_600_000 });
  const objective = objectivesFor(world.registry, objectives);
  return {
    world,
    generated: prometheusRules({ registry: world.registry, rules, objective }),
    registry: world.registry,
  };
}

/** Queries as Prometheus gets them from Grafana when everything is chosen. */
const concrete = (expr: string) =>
  expr.replaceAll('$__rate_interval', '5m').replace(/"\$(?:tenant|integration|provider)"/g, '".*"');

const queriesOf = (registry: ReturnType<typeof openWorld>['registry']) =>
  grafanaDashboards(registry).flatMap(({ panels }) =>
    panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr: concrete(expr) }))),
  );

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

describeProgram('promtool', 'promtool', how, () => {
  it('takes the rules, those with every kind of match and hysteresis too', async () => {
    const odd: AlertRuleInput = {
      ...loud,
      signal: 'failed_share',
      over: '1h',
      value: 0.5,
      clear: 0.25,
      match: { tenant: ['a"b\\c', 'x.y*'], provider: 'service' },
      summary: '{integration} of {tenant}: "fails"',
    };
    const { world, generated } = openWorld([...defaultAlertRules, odd]);
    await using _world = world;
    const { ok, says } = await promtool(['check', 'rules', 'im.rules.json'], {
      'im.rules.json': rulesFile(generated),
    });
    expect(says).toContain('SUCCESS');
    expect(ok).toBe(true);
  });

  it('parses every query of every dashboard', async () => {
    const { world, registry } = openWorld();
    await using _world = world;
    const rules = queriesOf(registry).map(({ expr }, index) => ({ record: `query:${index}`, expr }));
    const file = JSON.stringify({ groups: [{ name: 'queries', rules }] });
    const { ok, says } = await promtool(['check', 'rules', 'queries.json'], { 'queries.json': file });
    expect(says).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(ok).toBe(true);
  });

  it('proves alerts on made-up series: down, a burning budget, and calls that stopped', async () => {
    const { world, generated } = openWorld();
    await using _world = world;
    const names = 'tenant="acme",integration="api",provider="service"';
    const labels = { tenant: 'acme', integration: 'api', provider: 'service' };
    const down = {
      exp_labels: { severity: 'critical', ...labels },
      exp_annotations: {
        summary: 'api of acme is down',
        action: defaultAlertRules[0]?.action,
      },
    };
    const burning = (on: boolean) => (on ? [{ exp_labels: { severity: 'critical', ...labels } }] : []);
    const stopped = { exp_labels: { severity: 'warning', ...labels } };
    const test = {
      rule_files: ['im.rules.json'],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [
            {
              series: `im_integration_status{${names},status="unhealthy",instance="1"}`,
              values: '0 0 1x10 0x10',
            },
            { series: `im_integration_status{${names},status="unhealthy",instance="2"}`, values: '0x30' },
          ],
          alert_rule_test: [
            { eval_time: '3m', alertname: 'IntegrationDown', exp_alerts: [] },
            { eval_time: '5m', alertname: 'IntegrationDown', exp_alerts: [down] },
            { eval_time: '13m', alertname: 'IntegrationDown', exp_alerts: [down] },
            { eval_time: '15m', alertname: 'IntegrationDown', exp_alerts: [] },
          ],
        },
        {
          interval: '1m',
          input_series: [
            { series: `im_integration_calls_total{${names},operation="ask"}`, values: '0+100x120' },
            // 20 % against 1 % for an hour, then none.
            {
              series: `im_integration_failures_total{${names},code="unavailable"}`,
              values: '0+20x60 1200x60',
            },
            // The caller's own fault counts for nothing.
            { series: `im_integration_failures_total{${names},code="not_found"}`, values: '0+80x120' },
          ],
          promql_expr_test: [
            {
              expr: 'round(integration:im_availability_burn:rate1h{tenant="acme"}, 0.1)',
              eval_time: '60m',
              exp_samples: [
                {
                  labels: `{${names},variant="deadline_exceeded|internal|resource_exhausted|unavailable|unknown"}`,
                  value: 20,
                },
              ],
            },
          ],
          alert_rule_test: [
            {
              eval_time: '60m',
              alertname: 'ErrorBudgetBurning',
              exp_alerts: burning(true).map((one) => ({
                ...one,
                exp_annotations: annotationsOf('ErrorBudgetBurning'),
              })),
            },
            { eval_time: '100m', alertname: 'ErrorBudgetBurning', exp_alerts: [] },
          ],
        },
      ],
    };
    const slow = {
      rule_files: ['im.rules.json'],
      // Below five minutes, for which Prometheus looks back for what fired before.
      evaluation_interval: '4m',
      tests: [
        {
          interval: '10m',
          input_series: [
            { series: `im_integration_calls_total{${names},operation="ask"}`, values: '0+5x160 800x30' },
          ],
          alert_rule_test: [
            { eval_time: '26h', alertname: 'CallsStopped', exp_alerts: [] },
            {
              eval_time: '28h',
              alertname: 'CallsStopped',
              exp_alerts: [{ ...stopped, exp_annotations: annotationsOf('CallsStopped') }],
            },
            {
              eval_time: '31h',
              alertname: 'CallsStopped',
              exp_alerts: [{ ...stopped, exp_annotations: annotationsOf('CallsStopped') }],
            },
          ],
        },
      ],
    };
    const { ok, says } = await promtool(['test', 'rules', 'im.test.json', 'slow.test.json'], {
      'im.rules.json': rulesFile(generated),
      'im.test.json': JSON.stringify(test),
      'slow.test.json': JSON.stringify(slow),
    });
    expect(says).not.toContain('FAILED');
    expect(ok).toBe(true);
  });
});

function annotationsOf(name: string): Readonly<Record<string, string>> {
  const rule = defaultAlertRules.find((one) => one.name === name);
  const filled = (text = '') => text.replace('{integration}', 'api').replace('{tenant}', 'acme');
  return { summary: filled(rule?.summary), action: filled(rule?.action) };
}

describeProgram('a real Prometheus', ['prometheus', 'promtool'], how, () => {
  it('answers every query of every dashboard over what the hub exposes', async () => {
    const { world, generated, registry } = openWorld();
    await using _world = world;
    const render = createMetrics();
    const scrapes: Scraped[] = [];
    for (let minute = 0; minute < 6; minute += 1) {
      for (const tenant of registry.tenants()) {
        await world.ask(tenant, 'api', 3, undefined, 20);
        await world.ask(tenant, 'api', 1, 'internal');
      }
      scrapes.push({ at: world.clock.now(), text: (await render(registry.list(), 'openmetrics')).text });
      await world.clock.advance(60_000);
    }
    await using prometheus = await startPrometheus(scrapes);
    const empty: string[] = [];
    for (const { title, expr } of queriesOf(registry))
      if (!expr.includes('integration:') && (await prometheus.count(expr)) === 0) empty.push(title);
    // Nobody has a quota here.
    expect(empty).toEqual(['Quota left']);
    const rules = generated.groups.flatMap((group) => group.rules);
    const alert = (name: string) => rules.find((rule) => 'alert' in rule && rule.alert === name)?.expr ?? '';
    expect(await prometheus.count(alert('CredentialExpiring'))).toBe(3);
    expect(await prometheus.count(alert('IntegrationDown'))).toBe(0);
    // One in four failed where one in a hundred may; over a bound that OpenMetrics writes as 1.0, nobody is slow.
    const burn = rules.filter(
      (rule) => 'record' in rule && rule.record === 'integration:im_latency_burn:rate5m',
    );
    const share =
      (burn.find(({ labels }) => labels?.variant === '1000')?.expr ?? '').split(' / on (tenant')[0] ?? '';
    expect(await prometheus.count(`${share} == 0`)).toBe(3);
  });
});
