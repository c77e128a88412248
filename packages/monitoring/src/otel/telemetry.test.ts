import { createRegistry, errorCode, type Logger, silentLogger } from '@im/core';
import { context, logs, metrics, propagation, SpanKind, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { describeCollector, plain, type SentSpan, spansOf, startCollector } from './__tests__/collector.ts';
import { defineShop, startShop } from './__tests__/shop.ts';
import { createPropagator, startTelemetry, type TelemetryOptions } from './index.ts';

const quiet = { metrics: false, logs: false } as const;
/** Where nobody listens. */
const nowhere = 'http://127.0.0.1:9';

describe('startTelemetry', () => {
  it('tells every fault of its options at once', async () => {
    const options = {
      serviceName: '',
      endpoint: 'ftp://x',
      exportTimeoutMs: 0,
      traces: { ratio: 2 },
      propagat: [],
    } as unknown as TelemetryOptions;
    const error = await startTelemetry(options).catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('invalid_argument');
    for (const path of ['serviceName', 'endpoint', 'exportTimeoutMs', 'traces', 'propagat'])
      expect(String(error)).toContain(path);
  });

  it('leaves nothing behind, and can be started again', async () => {
    for (let round = 0; round < 2; round += 1) {
      const telemetry = await startTelemetry({ ...quiet, serviceName: 'test', endpoint: nowhere });
      expect(trace.getTracer('test').startSpan('one').isRecording()).toBe(true);
      await context.with(context.active().setValue(Symbol.for('x'), 1), async () => {
        await null;
        expect(context.active().getValue(Symbol.for('x'))).toBe(1);
      });
      await Promise.all([telemetry.shutdown(), telemetry.shutdown()]);
      expect(trace.getTracer('test').startSpan('two').isRecording()).toBe(false);
      expect(propagation.fields()).toEqual([]);
    }
  });

  it('registers all or nothing: another SDK stays as it is', async () => {
    const other = await startTelemetry({
      serviceName: 'other',
      endpoint: nowhere,
      traces: false,
      metrics: false,
    });
    const propagators = propagation.fields();
    const error = await startTelemetry({ ...quiet, serviceName: 'test' }).catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('failed_precondition');
    expect(trace.getTracer('test').startSpan('one').isRecording()).toBe(false);
    expect(propagation.fields()).toEqual(propagators);
    await other.shutdown();

    const propagator = createPropagator([]);
    propagation.setGlobalPropagator(propagator);
    await expect(startTelemetry({ ...quiet, serviceName: 'test' })).rejects.toThrow('another propagator');
    const key = Symbol.for('key');
    const seen = context.with(context.active().setValue(key, 1), () => context.active().getValue(key));
    expect(seen, 'the context manager was taken out again').toBeUndefined();
    propagation.disable();
  });
});

describeCollector('a collector', () => {
  it('gets the spans of a call and of each attempt, below the span of the application', async () => {
    await using collector = await startCollector();
    await using shop = await startShop();
    await using telemetry = await startTelemetry({
      ...quiet,
      serviceName: 'checkout',
      serviceVersion: '1.2.3',
      attributes: { 'deployment.environment.name': 'test' },
      endpoint: collector.url,
    });
    await using registry = createRegistry({ random: () => 0 });
    registry.register(defineShop(), {
      tenant: 'acme',
      name: 'shop_main',
      options: { apiKey: 'key-of-acme', baseUrl: shop.url },
      resilience: { retry: { initialMs: 1, jitter: 'none' } },
    });
    const client = registry.tenant('acme').get(defineShop(), 'shop_main');
    shop.inject({ fault: { kind: 'status', status: 503 } });

    await trace.getTracer('app').startActiveSpan('order', async (span) => {
      await client.getItem('1');
      await client.getItem('none').catch(() => {});
      span.end();
    });
    await telemetry.flush();

    const spans = collector.spans();
    const below = (parent: SentSpan | undefined) =>
      spans.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
    const order = spans.find(({ name }) => name === 'order');
    const [found, missing] = below(order);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect([found?.name, found?.kind]).toEqual(['shop.getItem', SpanKind.INTERNAL + 1]);
    expect(plain(found?.attributes ?? [])).toEqual({
      'im.provider': 'shop',
      'im.integration': 'shop_main',
      'im.operation': 'getItem',
      'im.effect': 'read',
      'im.tenant': 'acme',
      'im.outcome': 'ok',
      'im.attempts': 2,
    });
    const { hostname, port } = new URL(shop.url);
    const request = { 'http.request.method': 'GET', 'server.address': hostname, 'server.port': Number(port) };
    expect(below(found).map(({ kind, attributes }) => [kind, plain(attributes)])).toMatchObject([
      [
        SpanKind.CLIENT + 1,
        { ...request, 'im.attempt': 1, 'error.type': 'unavailable', 'http.response.status_code': 503 },
      ],
      [
        SpanKind.CLIENT + 1,
        { ...request, 'im.attempt': 2, 'im.outcome': 'ok', 'http.response.status_code': 200 },
      ],
    ]);
    expect(missing?.status).toEqual({ code: 2, message: 'not_found' });
    expect(plain(below(missing)[0]?.attributes ?? [])).toMatchObject({ 'http.response.status_code': 404 });
    expect(collector.resources()[0]).toMatchObject({
      'service.name': 'checkout',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
      'telemetry.sdk.language': 'nodejs',
    });
  });

  it('gets durations in seconds, and log records, at the latest by the shutdown', async () => {
    await using collector = await startCollector();
    await using shop = await startShop();
    const telemetry = await startTelemetry({
      serviceName: 'checkout',
      traces: false,
      endpoint: collector.url,
    });
    await using registry = createRegistry();
    registry.register(defineShop(), { options: { apiKey: 'k', baseUrl: shop.url } });
    await registry.tenant('default').get(defineShop()).getItem('1');
    logs.getLogger('app').emit({ body: 'ordered', severityNumber: 9, attributes: { items: 2 } });
    await telemetry.shutdown();

    const histogram = collector.metrics().find(({ name }) => name === 'im.operation.duration');
    expect(histogram?.unit).toBe('s');
    expect(histogram?.histogram?.dataPoints).toHaveLength(1);
    const [point] = histogram?.histogram?.dataPoints ?? [];
    expect(Number(point?.count)).toBe(1);
    expect(point?.sum).toBeLessThan(5);
    expect(plain(point?.attributes ?? [])).toEqual({
      'im.provider': 'shop',
      'im.integration': 'shop',
      'im.operation': 'getItem',
      'im.effect': 'read',
      'im.outcome': 'ok',
    });
    expect(collector.logs().map(({ body }) => body.stringValue)).toEqual(['ordered']);
  });

  it('records the wanted part of the traces, and goes with a sender that has decided', async () => {
    await using collector = await startCollector();
    await using telemetry = await startTelemetry({
      ...quiet,
      serviceName: 'test',
      endpoint: collector.url,
      traces: { ratio: 0 },
    });
    const tracer = trace.getTracer('test');
    tracer.startSpan('own').end();
    const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1, isRemote: true };
    tracer.startSpan('theirs', {}, trace.setSpanContext(context.active(), remote)).end();
    await telemetry.flush();
    expect(collector.spans().map(({ name }) => name)).toEqual(['theirs']);
  });

  it('gets spans in batches, and of a queue that is full those that came first', async () => {
    await using collector = await startCollector();
    await using telemetry = await startTelemetry({
      ...quiet,
      serviceName: 'test',
      endpoint: collector.url,
      traces: { maxBatch: 2, maxQueue: 5, intervalMs: 60_000 },
    });
    // Within one turn of the event loop, in which no more than the first batch can leave.
    for (let index = 0; index < 10; index += 1) trace.getTracer('test').startSpan(`span ${index}`).end();
    await telemetry.flush();
    const sizes = collector.batches.map((batch) => spansOf([batch]).length);
    expect(Math.max(...sizes)).toBe(2);
    expect(collector.spans().map(({ name }) => name)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((index) => `span ${index}`),
    );
  });

  it('gets a bounded number of series: what is beyond is summed up', async () => {
    await using collector = await startCollector();
    const telemetry = await startTelemetry({
      serviceName: 'test',
      endpoint: collector.url,
      traces: false,
      logs: false,
      metrics: { maxSeries: 10 },
    });
    const histogram = metrics.getMeter('test').createHistogram('orders');
    for (let index = 0; index < 1_000; index += 1) histogram.record(1, { tenant: `t${index}` });
    await telemetry.shutdown();
    const points = collector.metrics().find(({ name }) => name === 'orders')?.histogram?.dataPoints ?? [];
    expect(points).toHaveLength(10);
    expect(points.reduce((sum, { count }) => sum + Number(count), 0)).toBe(1_000);
  });

  it('that does not answer is told to the logger, and keeps no shutdown waiting', async () => {
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, error: (message) => void lines.push(message) };
    const telemetry = await startTelemetry({
      ...quiet,
      serviceName: 'test',
      endpoint: nowhere,
      exportTimeoutMs: 50,
      logger,
    });
    trace.getTracer('test').startSpan('one').end();
    expect(errorCode(await telemetry.flush().catch((error: unknown) => error))).toBe('unavailable');
    trace.getTracer('test').startSpan('two').end();
    await telemetry.shutdown();
    expect(lines).toContain('telemetry was lost');
  });
});
