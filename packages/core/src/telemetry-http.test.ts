import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { describeAnswer, describeRequest } from './telemetry-http.ts';

afterEach(() => context.disable());

/** What the active span is told while `body` runs. */
function toldBy(body: () => void): Attributes {
  const storage = new AsyncLocalStorage<Context>();
  const manager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: <Args extends unknown[], Body extends (...args: Args) => ReturnType<Body>>(
      active: Context,
      run: Body,
      _self?: unknown,
      ...args: Args
    ) => storage.run(active, () => run(...args)),
    bind: <Target>(_: Context, target: Target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  const told: Attributes = {};
  const span = Object.assign(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {
    setAttribute: (name: string, value: number) => Object.assign(told, { [name]: value }),
    setAttributes: (all: Attributes) => Object.assign(told, all),
  });
  context.with(trace.setSpan(ROOT_CONTEXT, span), body);
  return told;
}

it.each([
  ['https://api.example.com/v1/users/7?key=secret', 'api.example.com', 443],
  ['http://user:password@127.0.0.1:8080/#fragment', '127.0.0.1', 8080],
  ['http://[::1]/', '[::1]', 80],
])(
  'a request to %s is told by method, host and port alone, and its answer by the status',
  (url, host, port) => {
    const told = toldBy(() => {
      describeRequest('POST', new URL(url));
      describeAnswer(201);
    });
    expect(told).toEqual({
      'http.request.method': 'POST',
      'server.address': host,
      'server.port': port,
      'http.response.status_code': 201,
    });
  },
);

it('nobody is told without an SDK', () => {
  expect(() => {
    describeRequest('GET', new URL('https://example.com'));
    describeAnswer(200);
  }).not.toThrow();
});
