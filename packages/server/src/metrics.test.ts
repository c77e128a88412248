import { describe, expect, it } from 'vitest';
import { sample, sampleStats } from './__fixtures__/registry.ts';
import { judgeHub } from './health.ts';
import { createMetrics } from './metrics.ts';

const scrape = async (list: ReturnType<typeof sample>[], accept = 'text/plain', maxIntegrations = 100) =>
  (await createMetrics({ maxIntegrations })(list, judgeHub(list, false, 0), accept)).text;

const of = 'tenant="acme",integration="spotify_main",provider="spotify"';

describe('the metrics', () => {
  it('count calls, failures by code, retries and waits as the registry does', async () => {
    const text = await scrape([
      sample({ stats: sampleStats(10, 3), breaker: 'open', inFlight: 2, quotaRemaining: 7 }),
    ]);
    for (const line of [
      `im_integration_calls_total{${of},operation="getTrack"} 10`,
      `im_integration_failures_total{${of},code="unavailable"} 3`,
      `im_integration_retries_total{${of}} 2`,
      `im_integration_waits_total{${of}} 1`,
      `im_integration_waited_seconds_total{${of}} 1.5`,
      `im_integration_breaker_state{${of},state="open"} 1`,
      `im_integration_breaker_state{${of},state="closed"} 0`,
      `im_integration_in_flight{${of}} 2`,
      `im_integration_quota_remaining{${of}} 7`,
      `im_integration_status{${of},status="healthy"} 1`,
      'im_integrations{status="healthy"} 1',
      'im_hub_ready 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('give the latency histogram from the buckets, in seconds, cumulative, with sum and count', async () => {
    const text = await scrape([sample({ stats: sampleStats(10) })]);
    const name = 'im_integration_call_duration_seconds';
    for (const line of [
      `${name}_bucket{${of},operation="getTrack",le="0.005"} 0`,
      `${name}_bucket{${of},operation="getTrack",le="0.01"} 10`,
      `${name}_bucket{${of},operation="getTrack",le="10"} 10`,
      `${name}_bucket{${of},operation="getTrack",le="+Inf"} 10`,
      `${name}_sum{${of},operation="getTrack"} 0.08`,
      `${name}_count{${of},operation="getTrack"} 10`,
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('are OpenMetrics when the scraper asks for it, else Prometheus text', async () => {
    const openmetrics = 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5';
    expect(await scrape([sample()], openmetrics)).toMatch(/# EOF\n$/);
    expect(await scrape([sample()], 'text/plain')).not.toContain('# EOF');
  });

  it('sum up what is beyond the bound, so that the number of series is bounded', async () => {
    const list = Array.from({ length: 300 }, (_, index) =>
      sample({ name: `n${index}`, stats: sampleStats(1) }),
    );
    const text = await scrape(list, 'text/plain', 10);
    expect(new Set([...text.matchAll(/integration="([^"]+)"/g)].map(([, name]) => name)).size).toBe(11);
    expect(text).toContain('im_integrations_without_labels 290');
    const rest = 'tenant="_other",integration="_other",provider="spotify",operation="getTrack"';
    expect(text).toContain(`im_integration_calls_total{${rest}} 290`);
    expect(text).toContain(`im_integration_call_duration_seconds_count{${rest}} 290`);
  });

  it('keep the labels of an integration while it is registered, whoever is registered before it', async () => {
    const metrics = createMetrics({ maxIntegrations: 1 });
    const first = sample({ name: 'first' });
    const health = judgeHub([], false, 0);
    await metrics([first], health, undefined);
    const later = await metrics([sample({ name: 'another' }), first], health, undefined);
    expect(later.text).toContain('integration="first"');
    expect(later.text).not.toContain('integration="another"');
  });
});
