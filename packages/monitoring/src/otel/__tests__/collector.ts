/** A real receiver of OTLP: Elastic's mock of a collector, which decodes what it gets by the published format. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { type PeerName, peerFolder } from '@im/testing/peers';
import { describePeer } from '@im/testing/vitest';

const name = '@elastic/mockotlpserver' as PeerName;

/** `describe` where the collector is installed. */
export const describeCollector = (title: string, suite: () => void): void => describePeer(title, name, suite);

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}
type Attributes = readonly { readonly key: string; readonly value: Value }[];

/** A span as it arrived. */
export interface SentSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: Attributes;
  readonly status: { readonly code?: number; readonly message?: string };
}

/** A log record as it arrived. */
export interface SentLog {
  readonly severityText?: string;
  readonly severityNumber: number;
  readonly body: Value;
  readonly attributes: Attributes;
  readonly traceId?: string;
  readonly spanId?: string;
}

/** A metric as it arrived. */
export interface SentMetric {
  readonly name: string;
  readonly unit: string;
  readonly histogram?: {
    readonly dataPoints: readonly {
      readonly attributes: Attributes;
      readonly count: number;
      readonly sum: number;
    }[];
  };
}

interface Scoped {
  readonly scopeSpans?: readonly { readonly spans: readonly SentSpan[] }[];
  readonly scopeMetrics?: readonly { readonly metrics: readonly SentMetric[] }[];
  readonly scopeLogs?: readonly { readonly logRecords: readonly SentLog[] }[];
  readonly resource: { readonly attributes: Attributes };
}
interface Batch {
  readonly resourceSpans?: readonly Scoped[];
  readonly resourceMetrics?: readonly Scoped[];
  readonly resourceLogs?: readonly Scoped[];
}

interface MockServer {
  readonly httpUrl: URL;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Everything that arrived. */
export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly batches: readonly Batch[];
  /** Headers of each request. */
  readonly requests: readonly { readonly headers: Readonly<Record<string, string>> }[];
  spans(): readonly SentSpan[];
  metrics(): readonly SentMetric[];
  logs(): readonly SentLog[];
  /** Of all batches. */
  resources(): readonly Readonly<Record<string, unknown>>[];
}

/** Starts one on a free port of loopback. */
export async function startCollector(): Promise<Collector> {
  const require = createRequire(`${dirname(String(peerFolder(name)))}/`);
  const { MockOtlpServer } = require(String(peerFolder(name))) as {
    MockOtlpServer: new (options: object) => MockServer;
  };
  const batches: Batch[] = [];
  const requests: { readonly headers: Readonly<Record<string, string>> }[] = [];
  const take = (batch: Batch) => batches.push(batch);
  const server = new MockOtlpServer({
    logLevel: 'fatal',
    services: ['http'],
    httpHostname: '127.0.0.1',
    httpPort: 0,
    onTrace: take,
    onMetrics: take,
    onLogs: take,
    onRequest: (request: (typeof requests)[number]) => requests.push(request),
  });
  await server.start();
  const scoped = () =>
    batches.flatMap(({ resourceSpans = [], resourceMetrics = [], resourceLogs = [] }) => [
      ...resourceSpans,
      ...resourceMetrics,
      ...resourceLogs,
    ]);
  return {
    url: server.httpUrl.href,
    batches,
    requests,
    spans: () => spansOf(batches),
    metrics: () =>
      scoped().flatMap(({ scopeMetrics = [] }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
    logs: () => scoped().flatMap(({ scopeLogs = [] }) => scopeLogs.flatMap(({ logRecords }) => logRecords)),
    resources: () => scoped().map(({ resource }) => plain(resource.attributes)),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** The spans of some batches. */
export function spansOf(batches: readonly Batch[]): readonly SentSpan[] {
  return batches
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ scopeSpans = [] }) => scopeSpans.flatMap(({ spans }) => spans));
}

/** Attributes by name. */
export function plain(attributes: Attributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue),
    ]),
  );
}
