import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRegistry } from '@im/core';
import { describeProgram } from '@im/testing/vitest';
import { trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { defineShop, startShop } from '../otel/__tests__/shop.ts';
import { startTelemetry } from '../otel/index.ts';
import { parseOpenMetrics } from './__tests__/openmetrics.ts';
import { startPrometheus } from './__tests__/prometheus.ts';
import { createExemplars, createMetrics, durationMetric, metricsFormat } from './index.ts';

/** A span of a call as core ends it. */
function spanOf(
  tenant: string,
  ms: number,
  { traceFlags = 1, attempt = false, traceId = 'a'.repeat(32) } = {},
) {
  return {
    spanContext: () => ({ traceId, spanId: 'b'.repeat(16), traceFlags }),
    attributes: {
      'im.tenant': tenant,
      'im.integration': 'shop_main',
      'im.operation': 'getItem',
      ...(attempt && { 'im.attempt': 1 }),
    },
    duration: [Math.floor(ms / 1_000), (ms % 1_000) * 1e6],
    endTime: [1_700_000_000, 0],
  } as unknown as ReadableSpan;
}
const acme = { tenant: 'acme', integration: 'shop_main', operation: 'getItem' };

describe('exemplars', () => {
  it('are the last call of each bucket, and of the one beyond the last bound', () => {
    const exemplars = createExemplars();
    for (const [ms, traceId] of [
      [5, 'one'],
      [5.1, 'two'],
      [9, 'three'],
      [60_000, 'four'],
    ] as const)
      exemplars.onEnd(spanOf('acme', ms, { traceId }));
    expect(exemplars.of(acme).map((one) => one?.traceId)).toEqual([
      'one',
      'three',
      ...Array(9).fill(undefined),
      'four',
    ]);
    expect(exemplars.of(acme)[1]).toMatchObject({ seconds: 0.009, at: 1_700_000_000_000 });
  });

  it('are of whole calls that somebody keeps the trace of, each under its own tenant', () => {
    const exemplars = createExemplars();
    exemplars.onEnd(spanOf('acme', 1, { traceFlags: 0 }));
    exemplars.onEnd(spanOf('acme', 1, { attempt: true }));
    exemplars.onEnd({ ...spanOf('acme', 1), attributes: { 'im.tenant': 'acme' } } as unknown as ReadableSpan);
    exemplars.onEnd(spanOf('other', 1));
    expect(exemplars.of(acme)).toEqual([]);
    expect(exemplars.of({ ...acme, tenant: 'other' })).toHaveLength(1);
  });

  it('are bounded: those of what was not called for longest go first', () => {
    const exemplars = createExemplars({ maxSeries: 2 });
    for (const tenant of ['one', 'two', 'one', 'three']) exemplars.onEnd(spanOf(tenant, 1));
    const kept = (tenant: string) => exemplars.of({ ...acme, tenant }).length;
    expect([kept('one'), kept('two'), kept('three')]).toEqual([1, 0, 1]);
  });
});

describeProgram('a real Prometheus', 'prometheus', 'apt-get install prometheus', () => {
  it('scrapes calls of an integration, and finds the trace of one by its exemplar', {
    timeout: 120_000,
  }, async () => {
    await using shop = await startShop();
    const exemplars = createExemplars();
    await using _telemetry = await startTelemetry({
      serviceName: 'hub',
      endpoint: 'http://127.0.0.1:9',
      exportTimeoutMs: 20,
      traces: { processors: [exemplars] },
      metrics: false,
      logs: false,
    });
    await using registry = createRegistry();
    for (const tenant of ['acme', 'other "one"'])
      registry.register(defineShop(), { tenant, options: { apiKey: 'k', baseUrl: shop.url } });
    const traceId = await trace.getTracer('app').startActiveSpan('order', async (span) => {
      await registry.tenant('acme').get(defineShop()).getItem('1');
      span.end();
      return span.spanContext().traceId;
    });

    const metrics = createMetrics({ exemplars });
    const formats = new Set<string>();
    const hub = createServer(async (request, response) => {
      const format = metricsFormat(request.headers.accept);
      const { contentType, text } = await metrics(registry.list(), format);
      formats.add(format);
      response.setHeader('content-type', contentType).end(text);
    });
    await once(hub.listen(0, '127.0.0.1'), 'listening');
    try {
      await using prometheus = await startPrometheus(`127.0.0.1:${(hub.address() as AddressInfo).port}`);
      interface Found {
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>;
          readonly value: readonly [number, string];
        }[];
      }
      const found = await prometheus.ask<Found>(
        'query',
        { query: 'im_integration_calls_total' },
        ({ result }) => result.length > 0,
      );
      expect(found.result.map(({ metric, value }) => [metric.tenant, metric.operation, value[1]])).toEqual([
        ['acme', 'getItem', '1'],
      ]);
      const states = await prometheus.ask<Found>(
        'query',
        { query: 'count by (tenant) (im_integration_status)' },
        ({ result }) => result.length > 0,
      );
      expect(states.result.map(({ metric }) => metric.tenant).sort()).toEqual(['acme', 'other "one"']);
      interface Traced {
        readonly exemplars: readonly {
          readonly labels: Readonly<Record<string, string>>;
          readonly value: string;
        }[];
      }
      const now = Date.now() / 1_000;
      const traced = await prometheus.ask<readonly Traced[]>(
        'query_exemplars',
        { query: `${durationMetric.name}_bucket`, start: String(now - 60), end: String(now + 60) },
        (all) => all.length > 0,
      );
      expect(traced.flatMap((one) => one.exemplars.map(({ labels }) => labels.trace_id))).toEqual([traceId]);
      expect([...formats]).toEqual(['openmetrics']);
      parseOpenMetrics((await metrics(registry.list(), 'openmetrics')).text);
    } finally {
      hub.closeAllConnections();
      hub.close();
    }
  });
});
