import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, context, createContextKey, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractTraceContext, injectTraceContext, withTraceContext } from './telemetry-context.ts';

const letter = createContextKey('letter');

/** The least that carries something: one value under two headers. */
function registerPropagator() {
  const storage = new AsyncLocalStorage<Context>();
  const manager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: <Args extends unknown[], Body extends (...args: Args) => ReturnType<Body>>(
      active: Context,
      body: Body,
      _self?: unknown,
      ...args: Args
    ) => storage.run(active, () => body(...args)),
    bind: <Target>(_: Context, target: Target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  propagation.setGlobalPropagator({
    fields: () => ['traceparent', 'tracestate'],
    inject: (active, carrier, setter) => {
      const value = active.getValue(letter);
      if (typeof value !== 'string') return;
      setter.set(carrier, 'traceparent', value);
      setter.set(carrier, 'tracestate', `${value}=1`);
    },
    extract: (active, carrier, getter) => active.setValue(letter, getter.get(carrier, 'traceparent')),
  });
}

const read = (headers: Parameters<typeof extractTraceContext>[0]) =>
  extractTraceContext(headers).getValue(letter);

describe('trace context', () => {
  it('is not written, and changes nothing, without an SDK', () => {
    const headers = {};
    injectTraceContext(headers);
    expect(headers).toEqual({});
    expect(withTraceContext({ traceparent: 'a' }, () => 'done')).toBe('done');
  });

  describe('with an SDK', () => {
    beforeEach(registerPropagator);
    afterEach(() => {
      context.disable();
      propagation.disable();
    });

    it('goes from the sender to the receiver, over awaits', async () => {
      const message: { headers: Record<string, string> } = { headers: { kind: 'order' } };
      context.with(ROOT_CONTEXT.setValue(letter, 'a'), () => injectTraceContext(message.headers));
      expect(message.headers).toEqual({ kind: 'order', traceparent: 'a', tracestate: 'a=1' });
      const seen = await withTraceContext(message.headers, async () => {
        await null;
        return context.active().getValue(letter);
      });
      expect(seen).toBe('a');
      expect(context.active().getValue(letter)).toBeUndefined();
    });

    it('leaves headers as they are that the caller has set', () => {
      const headers = { traceparent: 'mine' };
      context.with(ROOT_CONTEXT.setValue(letter, 'a'), () => injectTraceContext(headers));
      expect(headers).toEqual({ traceparent: 'mine' });
    });

    it('is read from headers in any case, lists, bytes and Headers', () => {
      expect(read({ TraceParent: 'a' })).toBe('a');
      expect(read({ traceparent: [Buffer.from('a')] })).toBe('a');
      expect(read({ traceparent: ['a', 'b'] })).toEqual(['a', 'b']);
      expect(read({ traceparent: 'a', TRACEPARENT: 'b' })).toEqual(['a', 'b']);
      expect(read(new Headers({ Traceparent: 'a' }))).toBe('a');
      expect(read({ traceparent: null, other: undefined })).toBeUndefined();
      expect(read(new Headers())).toBeUndefined();
    });

    it('begins anew where headers carry none, whatever is active', () => {
      const seen = context.with(ROOT_CONTEXT.setValue(letter, 'a'), () =>
        withTraceContext({}, () => context.active().getValue(letter)),
      );
      expect(seen).toBeUndefined();
    });
  });
});
