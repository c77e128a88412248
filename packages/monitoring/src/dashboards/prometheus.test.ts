import { describeProgram } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { loud } from '../alerts/__tests__/hub.ts';
import { defaultAlertRules } from '../alerts/default-rules.ts';
import type { AlertRuleInput } from '../alerts/rules.ts';
import { createMetrics } from '../metrics/exposition.ts';
import { openWorld, queriesOf } from './__tests__/generated.ts';
import { promtool, type Scraped, startPrometheus } from './__tests__/programs.ts';
import { rulesFile } from './prometheus-rules.ts';

const how = 'apt-get install prometheus';

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
