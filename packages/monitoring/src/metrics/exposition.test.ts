import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describeProgram } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { parseOpenMetrics } from './__tests__/openmetrics.ts';
import { sample } from './__tests__/sample.ts';
import { createMetrics, type Exemplar, metricsFormat } from './index.ts';

const busy = sample(
  {
    breaker: 'open',
    quotaRemaining: 7,
    parkedUntil: 1_700_000_000_500,
    forecasts: [{ kind: 'token', at: 1_800_000_000_000, what: 'the token expires' }],
  },
  { calls: 10, failures: 3 },
);
/** Names that need an escape in labels. */
const odd = sample({ name: 'a "b"\\\nc{}#', tenant: 'é,=' }, { calls: 1 });
const exemplar: Exemplar = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  seconds: 0.008,
  at: 1_700_000_000_123,
};
const exemplars = { of: () => [exemplar, exemplar, exemplar] };

const labelsOf = 'tenant="acme",integration="shop_main",provider="shop"';

describe('the metrics', () => {
  it('tell what the registry counts', async () => {
    const { text: said } = await createMetrics()([busy]);
    for (const line of [
      `im_integration_calls_total{${labelsOf},operation="getItem"} 10`,
      `im_integration_failures_total{${labelsOf},code="unavailable"} 3`,
      `im_integration_breaker_state{${labelsOf},state="open"} 1`,
      `im_integration_breaker_state{${labelsOf},state="closed"} 0`,
      `im_integration_quota_remaining{${labelsOf}} 7`,
      `im_integration_parked_until_seconds{${labelsOf}} 1700000000.5`,
      `im_integration_expires_seconds{${labelsOf},kind="token"} 1800000000`,
      `im_integration_call_duration_seconds_bucket{${labelsOf},operation="getItem",le="0.005"} 0`,
      `im_integration_call_duration_seconds_bucket{${labelsOf},operation="getItem",le="0.01"} 10`,
      `im_integration_call_duration_seconds_sum{${labelsOf},operation="getItem"} 0.08`,
    ])
      expect(said.split('\n')).toContain(line);
  });

  it('are OpenMetrics to a strict reader, whatever the names are, and names come out as they went in', async () => {
    const { text: said } = await createMetrics({ exemplars })([busy, odd], 'openmetrics');
    const families = parseOpenMetrics(said);
    expect(families.length).toBeGreaterThan(13);
    const calls = families.find(({ name }) => name === 'im_integration_calls');
    expect(calls?.type).toBe('counter');
    expect(
      calls?.samples.map(({ labels, value }) => [labels.get('tenant'), labels.get('integration'), value]),
    ).toEqual([
      ['acme', 'shop_main', 10],
      [odd.tenant, odd.name, 1],
    ]);
  });

  it('lead from a bucket to a trace, in OpenMetrics, where the bucket has a call', async () => {
    const metrics = createMetrics({ exemplars });
    const families = parseOpenMetrics((await metrics([busy], 'openmetrics')).text);
    const shown = families.flatMap(({ samples }) => samples.filter(({ exemplar: has }) => has !== undefined));
    expect(shown).toEqual([
      {
        name: 'im_integration_call_duration_seconds_bucket',
        labels: new Map(
          [...'tenant=acme integration=shop_main provider=shop operation=getItem le=0.01'.split(' ')].map(
            (one) => one.split('=') as [string, string],
          ),
        ),
        value: 10,
        timestamp: undefined,
        exemplar: {
          labels: new Map([
            ['trace_id', exemplar.traceId],
            ['span_id', exemplar.spanId],
          ]),
          value: 0.008,
          timestamp: 1_700_000_000.123,
        },
      },
    ]);
    expect((await metrics([busy], 'prometheus')).text).not.toContain('trace_id');
  });

  it('are bounded, however many tenants there are: what is beyond is summed up, and nothing is lost', async () => {
    const list = Array.from({ length: 5_000 }, (_, index) =>
      sample({ tenant: `tenant_${index}` }, { calls: 1 }),
    );
    const metrics = createMetrics({ maxIntegrations: 100, exemplars });
    const { text: said } = await metrics(list, 'openmetrics');
    const families = parseOpenMetrics(said);
    const calls = families.find(({ name }) => name === 'im_integration_calls')?.samples ?? [];
    expect(calls).toHaveLength(101);
    expect(calls.reduce((sum, { value }) => sum + value, 0)).toBe(5_000);
    const rest = families.flatMap(({ samples }) =>
      samples.filter(({ labels }) => labels.get('tenant') === '_other'),
    );
    expect(
      rest.some(({ exemplar: has }) => has !== undefined),
      'a sum leads to nobody',
    ).toBe(false);
    const half = await metrics(list.slice(0, 2_500), 'openmetrics');
    expect(parseOpenMetrics(half.text).flatMap(({ samples }) => samples).length).toBe(
      families.flatMap(({ samples }) => samples).length,
    );
  });

  it('give the labels of an integration that is gone to the next one', async () => {
    const metrics = createMetrics({ maxIntegrations: 1 });
    const [one, two] = [sample({ name: 'one' }), sample({ name: 'two' })];
    expect((await metrics([one, two])).text).not.toContain('"two"');
    expect((await metrics([two, one])).text, 'whoever comes first in the list').not.toContain('"two"');
    expect((await metrics([two])).text).toContain('"two"');
  });

  it('take in metrics of the application', async () => {
    const { Gauge } = await import('prom-client');
    const also = (registry: import('prom-client').Registry) =>
      new Gauge({ name: 'shop_open', help: 'Whether the shop is open.', registers: [registry] }).set(1);
    expect((await createMetrics()([], 'prometheus', also)).text).toContain('shop_open 1');
  });

  it('are OpenMetrics when the scraper asks for it', () => {
    expect(metricsFormat('application/openmetrics-text;version=1.0.0,text/plain;q=0.5')).toBe('openmetrics');
    expect([metricsFormat('text/plain'), metricsFormat(undefined), metricsFormat(null)]).toEqual(
      Array(3).fill('prometheus'),
    );
  });
});

describeProgram('promtool', 'promtool', 'apt-get install prometheus', () => {
  it('finds no fault in them', async () => {
    const { text: said } = await createMetrics()([busy, odd]);
    const promtool = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    promtool.stdin.end(said);
    const [output, errors, [code]] = await Promise.all([
      text(promtool.stdout),
      text(promtool.stderr),
      once(promtool, 'exit') as Promise<[number]>,
    ]);
    expect(`${output}${errors}`).toBe('');
    expect(code).toBe(0);
  });
});
