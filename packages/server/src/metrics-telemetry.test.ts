/** The hub with telemetry: a real provider on its fake, a real receiver of OTLP, and what a scrape shows of it. */
import { createRequire } from 'node:module';
import { createRegistry } from '@im/core';
import { createExemplars } from '@im/monitoring/metrics';
import { startTelemetry } from '@im/monitoring/otel';
import { spotify } from '@im/spotify';
import { sampleIds, startFake } from '@im/spotify/testing';
import { findCanaries } from '@im/testing';
import { type PeerName, peerFolder } from '@im/testing/peers';
import { describePeer } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { judgeHub } from './health.ts';
import { createMetrics } from './metrics.ts';

const mockServer = '@elastic/mockotlpserver' as PeerName;

interface SentSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
}
interface Batch {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

async function startCollector() {
  const folder = String(peerFolder(mockServer));
  const { MockOtlpServer } = createRequire(import.meta.url)(folder) as {
    MockOtlpServer: new (
      options: object,
    ) => { readonly httpUrl: URL; start(): Promise<void>; close(): Promise<void> };
  };
  const batches: Batch[] = [];
  const take = (batch: Batch) => batches.push(batch);
  const listen = { services: ['http'], httpHostname: '127.0.0.1', httpPort: 0, logLevel: 'fatal' };
  const server = new MockOtlpServer({ ...listen, onTrace: take, onMetrics: take });
  await server.start();
  return {
    url: server.httpUrl.href,
    batches,
    spans: () =>
      batches.flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

const valueIn = ({ attributes }: SentSpan, name: string) => {
  const value = attributes.find(({ key }) => key === name)?.value;
  return value?.stringValue ?? value?.intValue;
};

describePeer('telemetry of the hub', mockServer, () => {
  it('leads from a bucket of a scrape to the trace of a call of Spotify, whose requests carry it', async () => {
    await using collector = await startCollector();
    await using fake = await startFake({ record: false });
    const exemplars = createExemplars();
    await using telemetry = await startTelemetry({
      serviceName: 'hub',
      endpoint: collector.url,
      traces: { processors: [exemplars] },
      logs: false,
    });
    await using registry = createRegistry({ health: { checkIntervalMs: 0 } });
    registry.register(spotify, {
      tenant: 'acme',
      name: 'spotify_main',
      options: fake.options('acme'),
      resilience: { retry: { initialMs: 1, jitter: 'none' } },
    });
    const client = registry.tenant('acme').get(spotify, 'spotify_main');
    await client.getTrack(sampleIds.track);
    fake.inject({ fault: { kind: 'status', status: 503 }, path: /^\/v1/ });
    await client.getTrack(sampleIds.track);
    await client.getTrack('nothing').catch(() => undefined);
    await telemetry.flush();

    const spans = collector.spans().filter(({ name }) => name === 'spotify.getTrack');
    const calls = spans.filter((span) => valueIn(span, 'im.attempt') === undefined);
    const attemptsOf = (call: SentSpan | undefined) =>
      spans.filter(({ parentSpanId }) => parentSpanId === call?.spanId);
    expect(calls.map((call) => [valueIn(call, 'im.outcome'), attemptsOf(call).length])).toEqual([
      ['ok', 1],
      ['ok', 2],
      ['not_found', 1],
    ]);
    expect(
      attemptsOf(calls[1]).map((attempt) => [attempt.kind, valueIn(attempt, 'http.response.status_code')]),
    ).toEqual([
      [3, 503],
      [3, 200],
    ]);

    const asked = fake.exchanges.filter(({ target }) => target.startsWith('/v1/tracks/'));
    const sent = asked.map(({ requestHeaders }) => requestHeaders.traceparent);
    const attempts = calls.flatMap(attemptsOf);
    expect(sent).toEqual(attempts.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`));

    const list = registry.list();
    const scrape = createMetrics({ exemplars });
    const { text } = await scrape(list, judgeHub(list, false, 0), 'application/openmetrics-text');
    const shown = [...text.matchAll(/_bucket\{tenant="acme",.*# \{trace_id="(\w+)"/g)].map(([, id]) => id);
    expect(shown.length).toBeGreaterThan(0);
    expect(calls.map(({ traceId }) => traceId)).toEqual(expect.arrayContaining(shown));

    await telemetry.shutdown();
    const secrets = Object.fromEntries(
      Object.entries(fake.account('acme')).filter(
        (entry): entry is [string, string] =>
          /secret|token/i.test(entry[0]) && typeof entry[1] === 'string' && entry[1].length >= 12,
      ),
    );
    expect(Object.keys(secrets)).not.toEqual([]);
    expect(findCanaries([collector.batches, text], secrets)).toEqual([]);
  });
});
