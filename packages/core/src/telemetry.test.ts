import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  type ContextManager,
  context,
  createNoopMeter,
  type Histogram,
  metrics,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type SpanStatus,
  trace,
} from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answered, cut, outcome, read, setUp, upstream } from './__tests__/pipeline.ts';

/** What an SDK would have been told. */
interface RecordedSpan {
  readonly name: string;
  readonly parent: RecordedSpan | undefined;
  readonly attributes: Attributes;
  status?: SpanStatus;
  ended: boolean;
}

/** The least that an SDK is: it keeps spans and measurements, and follows the context over awaits. */
function registerSdk() {
  const spans: RecordedSpan[] = [];
  const measured: {
    readonly name: string;
    readonly value: number;
    readonly labels: Attributes | undefined;
  }[] = [];
  const recorded = new WeakMap<object, RecordedSpan>();

  const startSpan = (name: string, options: SpanOptions = {}, parent: Context = context.active()): Span => {
    const active = trace.getSpan(parent);
    const attributes: Attributes = { ...options.attributes };
    const kept: RecordedSpan = { name, parent: active && recorded.get(active), attributes, ended: false };
    spans.push(kept);
    const span: Span = {
      spanContext: () => ({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }),
      setAttribute: (key, value) => {
        Object.assign(attributes, { [key]: value });
        return span;
      },
      setAttributes: (all) => {
        Object.assign(attributes, all);
        return span;
      },
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: (status) => {
        Object.assign(kept, { status });
        return span;
      },
      updateName: () => span,
      end: () => void Object.assign(kept, { ended: true }),
      isRecording: () => true,
      recordException: () => {},
    };
    recorded.set(span, kept);
    return span;
  };
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan,
      startActiveSpan: () => {
        throw new Error('not used');
      },
    }),
  });

  const createHistogram = (name: string): Histogram => ({
    record: (value, labels) => void measured.push({ name, value, labels }),
  });
  metrics.setGlobalMeterProvider({
    getMeter: () => Object.assign(Object.create(createNoopMeter()), { createHistogram }),
  });

  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, body, self, ...args) => storage.run(active, () => body.call(self as never, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  return {
    spans,
    measured,
    nameOfActive: () => {
      const span = trace.getActiveSpan();
      return span && recorded.get(span);
    },
  };
}

const unregister = () => {
  trace.disable();
  metrics.disable();
  context.disable();
};

describe('telemetry', () => {
  let sdk: ReturnType<typeof registerSdk>;
  beforeEach(() => {
    sdk = registerSdk();
  });
  afterEach(unregister);

  it('records a span for the call and one below it for each attempt, active while the provider runs', async () => {
    const { pipeline, clock } = setUp({ options: { retry: { jitter: 'none', initialMs: 100 } } });
    const active: (RecordedSpan | undefined)[] = [];
    const { body } = upstream(clock, answered(503));
    const call = outcome(
      pipeline.run(read, undefined, async () => {
        active.push(sdk.nameOfActive());
        await null;
        expect(sdk.nameOfActive()).toBe(active.at(-1));
        return body();
      }),
    );
    await clock.advance(1_000);
    expect(call.value).toBe('ok');
    const [whole, first, second] = sdk.spans;
    expect(sdk.spans).toHaveLength(3);
    expect(active).toEqual([first, second]);
    expect([whole?.parent, first?.parent, second?.parent]).toEqual([undefined, whole, whole]);
    expect(sdk.spans.every(({ ended, name }) => ended && name === 'acme.do')).toBe(true);
    expect(whole?.attributes).toEqual({
      'im.provider': 'acme',
      'im.integration': 'acme_main',
      'im.operation': 'do',
      'im.effect': 'read',
      'im.tenant': 'one',
      'im.outcome': 'ok',
      'im.attempts': 2,
    });
    expect(first?.attributes).toMatchObject({
      'im.attempt': 1,
      'im.outcome': 'unavailable',
      'error.type': 'unavailable',
      'http.response.status_code': 503,
    });
    expect(first?.status?.message).toBe('unavailable');
  });

  it('measures durations in seconds, with bounded labels that name no tenant', async () => {
    const { pipeline, clock } = setUp({ options: { retry: { jitter: 'none', initialMs: 2_000 } } });
    const { body } = upstream(clock, cut());
    outcome(pipeline.run(read, undefined, body));
    await clock.advance(5_000);
    const labels = {
      'im.provider': 'acme',
      'im.integration': 'acme_main',
      'im.operation': 'do',
      'im.effect': 'read',
    };
    expect(sdk.measured).toEqual([
      { name: 'im.attempt.duration', value: 0, labels: { ...labels, 'im.outcome': 'unavailable' } },
      { name: 'im.attempt.duration', value: 0, labels: { ...labels, 'im.outcome': 'ok' } },
      { name: 'im.operation.duration', value: 2, labels: { ...labels, 'im.outcome': 'ok' } },
    ]);
  });

  it('ends the spans of a call that was aborted or refused, too', async () => {
    const { pipeline, clock } = setUp();
    const controller = new AbortController();
    outcome(pipeline.run(read, { signal: controller.signal }, () => new Promise(() => {})));
    controller.abort(new Error('the user went away'));
    await clock.advance(0);
    pipeline.isolate();
    outcome(pipeline.run(read, undefined, async () => 1));
    await clock.advance(0);
    expect(sdk.spans.map(({ ended, attributes }) => [ended, attributes['im.outcome']])).toEqual([
      [true, 'cancelled'],
      [true, 'cancelled'],
      [true, 'unavailable'],
    ]);
  });

  it('tells nobody what a vendor said', async () => {
    const { pipeline } = setUp({ options: { retry: false } });
    const secret = 'sk_live_hunter2';
    const failing = () =>
      Promise.reject(answered(400, {}, { says: secret, reason: secret, requestId: secret }));
    await pipeline.run(read, { rateLimitKey: secret }, failing).catch(() => {});
    expect(
      JSON.stringify([
        sdk.spans.map(({ attributes, status, name }) => [attributes, status, name]),
        sdk.measured,
      ]),
    ).not.toContain(secret);
  });

  it('starts with the SDK and ends with it, whenever that is', async () => {
    const { pipeline } = setUp();
    unregister();
    await pipeline.run(read, undefined, async () => 1);
    expect(sdk.spans).toHaveLength(0);
    sdk = registerSdk();
    await pipeline.run(read, undefined, async () => 1);
    expect(sdk.spans).toHaveLength(2);
    expect(sdk.measured).toHaveLength(2);
  });
});
