import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createIntegration, extractTraceContext, injectTraceContext, withTraceContext } from '@im/core';
import type { HttpSettings } from '@im/http';
import { describeVectors } from '@im/testing/vitest';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineShop, startShop } from './__tests__/shop.ts';
import { startTelemetry, type Telemetry } from './index.ts';

/** Records every span; what is gathered goes nowhere. */
const silent = {
  serviceName: 'test',
  endpoint: 'http://127.0.0.1:9',
  exportTimeoutMs: 20,
  metrics: false,
  logs: false,
} as const;

const traceId = '12345678901234567890123456789012';
const received = {
  traceparent: `00-${traceId}-1234567890123456-01`,
  tracestate: 'a=1,b=2',
  baggage: 'user=7',
};

/** What the shop was sent by a call that is made in `body`. */
async function sentBy(
  settings: Partial<HttpSettings>,
  body: (call: () => Promise<unknown>) => Promise<unknown>,
) {
  await using shop = await startShop();
  await using client = createIntegration(defineShop(settings), {
    options: { apiKey: 'k', baseUrl: shop.url },
  });
  await body(() => client.getItem('1'));
  return shop.exchanges[0]?.requestHeaders ?? {};
}

const traceHeaders = ({ traceparent, tracestate, baggage }: IncomingHttpHeaders) => ({
  traceparent,
  tracestate,
  baggage,
});

describe('trace context', () => {
  let telemetry: Telemetry;
  beforeAll(async () => {
    telemetry = await startTelemetry(silent);
  });
  afterAll(() => telemetry.shutdown());

  it.each(['undici', 'got'] as const)(
    'goes to the vendor by the %s lane, as a child of the attempt',
    async (lane) => {
      const sent = await sentBy({ lane }, (call) => withTraceContext(received, call));
      expect(sent.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
      expect(sent.traceparent).not.toContain('1234567890123456-01');
      expect([sent.tracestate, sent.baggage]).toEqual(['a=1,b=2', 'user=7']);
    },
  );

  it('counts for none where it came twice, whichever of them holds', async () => {
    for (const headers of [
      { traceparent: [received.traceparent, received.traceparent] },
      { traceparent: received.traceparent, TraceParent: received.traceparent },
    ]) {
      const sent = await sentBy({}, (call) => withTraceContext(headers, call));
      expect(sent.traceparent).toMatch(/^00-/);
      expect(sent.traceparent).not.toContain(traceId);
    }
  });

  it('begins a trace where there is none', async () => {
    const sent = await sentBy({}, (call) => call());
    expect(sent.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect([sent.tracestate, sent.baggage]).toEqual([undefined, undefined]);
  });

  it('stays at home where the vendor signs, or the provider does not want it', async () => {
    const nothing = { traceparent: undefined, tracestate: undefined, baggage: undefined };
    const inTrace = (call: () => Promise<unknown>) => withTraceContext(received, call);
    expect(traceHeaders(await sentBy({ traceContext: false }, inTrace))).toEqual(nothing);
    const sign = ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => ({
      'x-signed': Object.keys(headers).join(' '),
    });
    const signed = await sentBy({ sign }, inTrace);
    expect(traceHeaders(signed)).toEqual(nothing);
    const wanted = await sentBy({ sign, traceContext: true }, inTrace);
    expect(wanted.traceparent).toContain(traceId);
    expect(wanted['x-signed'], 'it is part of what is signed').toContain('traceparent');
  });

  it('does not go along to another origin', async () => {
    await using elsewhere = await startShop();
    await using shop = await startShop(`${elsewhere.url}/items/1`);
    const definition = defineShop({ alsoOnPurpose: [elsewhere.url] });
    await using client = createIntegration(definition, { options: { apiKey: 'k', baseUrl: shop.url } });
    await withTraceContext(received, () => client.getMoved());
    expect(shop.exchanges[0]?.requestHeaders.traceparent).toContain(traceId);
    expect(traceHeaders(elsewhere.exchanges[0]?.requestHeaders ?? { traceparent: 'none' })).toEqual({});
  });

  it('goes over a queue: the consumer is a child of the producer', async () => {
    const message: { headers: Record<string, string> } = { headers: {} };
    const producer = trace.getTracer('app').startActiveSpan('send', (span) => {
      injectTraceContext(message.headers);
      span.end();
      return span.spanContext();
    });
    expect(Object.keys(message.headers)).toEqual(['traceparent']);
    await withTraceContext(message.headers, async () => {
      await null;
      expect(trace.getActiveSpan()?.spanContext()).toEqual({
        traceId: producer.traceId,
        spanId: producer.spanId,
        traceFlags: 1,
        isRemote: true,
      });
      trace.getTracer('app').startActiveSpan('receive', (span) => {
        expect(span.spanContext().traceId).toBe(producer.traceId);
        span.end();
      });
    });
  });

  it('goes with webhooks, whose receiver goes on in it or begins a trace of its own', async () => {
    const headers: Record<string, string> = { 'webhook-id': 'msg_1' };
    const sender = trace.getTracer('theirs').startActiveSpan('send', (span) => {
      injectTraceContext(headers);
      span.end();
      return span.spanContext();
    });
    const tracer = trace.getTracer('ours');
    const { joined, own } = await withTraceContext(new Headers(headers), async () => ({
      joined: tracer.startSpan('handle').spanContext(),
      own: tracer.startSpan('handle', { root: true }).spanContext(),
    }));
    expect(joined.traceId).toBe(sender.traceId);
    expect(own.traceId).not.toBe(sender.traceId);
    expect(trace.getSpanContext(extractTraceContext(headers))).toMatchObject({
      traceId: sender.traceId,
      spanId: sender.spanId,
    });
  });

  it('carries baggage as the specification writes it, and drops what is malformed or beyond the limits', () => {
    const read = (baggage: string) =>
      withTraceContext({ baggage }, () => propagation.getActiveBaggage()?.getAllEntries() ?? []);
    const written = (baggage: string) =>
      withTraceContext({ baggage }, () => {
        const headers: Record<string, string> = {};
        injectTraceContext(headers);
        return headers.baggage;
      });
    expect(read('key = a%20b ; p=1;q , other=2').map(([key, { value }]) => [key, value])).toEqual([
      ['key', 'a b'],
      ['other', '2'],
    ]);
    expect(written('a=%C3%A9;p=1;q,b=2')).toBe('a=%C3%A9;p=1;q,b=2');
    expect(read('=1,novalue,%zz=1,good=1').map(([key]) => key)).toEqual(['good']);
    expect(read(Array.from({ length: 200 }, (_, index) => `k${index}=1`).join(','))).toHaveLength(64);
    expect(read(`a=${'x'.repeat(9_000)}`)).toEqual([]);
    const large = { value: 'é'.repeat(2_000) };
    const headers: Record<string, string> = {};
    const baggage = propagation.createBaggage({ large, small: { value: '1' } });
    context.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => injectTraceContext(headers));
    expect(headers).toEqual({ baggage: 'small=1' });
  });
});

it('only the wanted headers are written and read', async () => {
  await using _telemetry = await startTelemetry({ ...silent, propagate: ['baggage'] });
  const sent = await sentBy({}, (call) => withTraceContext(received, call));
  expect(traceHeaders(sent)).toEqual({ baggage: 'user=7' });
});

interface Check {
  readonly check: 'equal' | 'not-equal' | 'assert_bit_set';
  readonly args: readonly [string, string];
}
interface Case {
  readonly test: string;
  readonly steps: readonly {
    readonly headers: readonly [string, string][];
    readonly checks: readonly Check[];
  }[];
}

describeVectors('the cases of the W3C', 'trace-context', (folder) => {
  const cases = JSON.parse(readFileSync(join(folder, 'traceparent.json'), 'utf8')) as readonly Case[];

  it.each(cases.map((one) => [one.test, one] as const))('%s', async (_, { steps }) => {
    await using _telemetry = await startTelemetry(silent);
    await using shop = await startShop();
    await using client = createIntegration(defineShop(), { options: { apiKey: 'k', baseUrl: shop.url } });
    const server = createServer(async (request, response) => {
      await withTraceContext(request.headers, () => client.getItem('1'));
      response.end('done');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      expect(steps.length).toBeGreaterThan(0);
      for (const { headers, checks } of steps) {
        await sendRaw((server.address() as AddressInfo).port, headers);
        const out = shop.exchanges.at(-1)?.requestHeaders.traceparent ?? '';
        for (const check of checks) evaluate(out, check);
      }
      expect(shop.exchanges).toHaveLength(steps.length);
    } finally {
      server.close();
    }
  });
});

/** Headers exactly as the case writes them: spaces, case and repetition. */
async function sendRaw(port: number, headers: readonly (readonly [string, string])[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`GET / HTTP/1.1\r\nhost: test\r\nconnection: close\r\n${lines}\r\n`);
  expect(await text(socket)).toContain('done');
}

function evaluate(traceparent: string, { check, args: [what, expected] }: Check): void {
  const match = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent);
  expect(match, traceparent).not.toBeNull();
  const facts: Readonly<Record<string, string | undefined>> = {
    'traceparent.trace_id.hex()': match?.[1],
    'traceparent.parent_id.hex()': match?.[2],
    'traceparent.trace_flags': match?.[3],
  };
  expect(Object.keys(facts)).toContain(what);
  const actual = facts[what];
  if (check === 'assert_bit_set') expect(Number.parseInt(String(actual), 16) & Number(expected)).not.toBe(0);
  else if (check === 'equal') expect(actual).toBe(expected.replaceAll("'", ''));
  else expect(actual).not.toBe(expected.replaceAll("'", ''));
}
