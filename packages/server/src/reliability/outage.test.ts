import { isIntegrationError, type ResilienceInput } from '@im/core';
import { spotify } from '@im/spotify';
import { sampleIds } from '@im/spotify/testing';
import { describe, expect, it } from 'vitest';
import { countCalls, failed, keepCalling, openStack, type Stack } from './__tests__/stack.ts';

const tenant = 'tenant_a';

/** Registers Spotify for the sample tenant and gives a call of it. */
function caller(stack: Stack, resilience?: ResilienceInput): () => Promise<unknown> {
  stack.registry.register(spotify, { tenant, options: stack.fake.options(tenant), resilience });
  const client = stack.registry.tenant(tenant).get(spotify);
  return () => client.getTrack(sampleIds.track);
}

const requestsBelow = ({ fake }: Stack, path: string) =>
  fake.exchanges.filter(({ target }) => target.startsWith(path));

describe('an outage of a minute at 50 calls a second', () => {
  const down = { kind: 'status', status: 503 } as const;

  it.each([
    { title: 'the API is down', path: /^\/v1\//, resilience: {} },
    { title: 'the API is down, without a breaker', path: /^\/v1\//, resilience: { breaker: false } },
    { title: 'tokens cannot be had either', path: undefined, resilience: {} },
    {
      title: 'tokens cannot be had either, without a breaker',
      path: undefined,
      resilience: { breaker: false },
    },
    {
      title: 'connections are cut',
      path: /^\/v1\//,
      resilience: { breaker: false },
      fault: { kind: 'cut', when: 'before' },
    },
  ] as const)(
    'makes at most 1.1 requests for a call: $title',
    async ({ path, resilience, ...row }) => {
      await using stack = await openStack();
      const call = caller(stack, resilience);
      stack.fake.inject({ path, fault: 'fault' in row ? row.fault : down, times: Number.POSITIVE_INFINITY });
      const calls = countCalls(stack);
      await keepCalling(stack, { everyMs: 200, times: 300 }, () => {
        for (let count = 0; count < 10; count += 1) calls.make(call);
      });
      await calls.end();

      expect(calls.made).toBe(3_000);
      expect(failed(calls.outcomes)).toHaveLength(3_000);
      expect(failed(calls.outcomes).filter((error) => !isIntegrationError(error))).toEqual([]);
      const requests = requestsBelow(stack, path === undefined ? '/' : '/v1/').length;
      expect(requests).toBeGreaterThan(0);
      expect(requests / calls.made).toBeLessThanOrEqual(1.1);
    },
    30_000,
  );

  it('is over for the callers soon after it is over', async () => {
    await using stack = await openStack();
    const call = caller(stack);
    stack.fake.inject({ path: /^\/v1\//, fault: down, times: Number.POSITIVE_INFINITY });
    const during = countCalls(stack);
    await keepCalling(stack, { everyMs: 200, times: 50 }, () => during.make(call));
    await during.end();
    stack.fake.forget();
    await stack.clock.advance(10_000);
    const after = countCalls(stack);
    await keepCalling(stack, { everyMs: 200, times: 50 }, () => after.make(call));
    await after.end();
    expect(failed(during.outcomes)).toHaveLength(50);
    expect(failed(after.outcomes)).toEqual([]);
  });
});

describe('when the vendor says when to come back', () => {
  /** What each answer with a hint asked for, and every request that came earlier. */
  function undercuts({ fake }: Stack) {
    const hints = fake.exchanges.flatMap(({ at, responseHeaders }) => {
      const value = responseHeaders['retry-after'];
      if (value === undefined) return [];
      const waitMs = /^\d+$/.test(value)
        ? Number(value) * 1_000
        : Date.parse(value) - Date.parse(responseHeaders.date ?? '');
      return [{ from: at, until: at + waitMs }];
    });
    const tooEarly = fake.exchanges.filter(
      ({ at, target }) =>
        target.startsWith('/v1/') && hints.some(({ from, until }) => at > from && at < until),
    );
    return { hints: hints.length, tooEarly: tooEarly.length };
  }

  it.each([
    { title: '429 and seconds', status: 429, retryAfter: { seconds: 3 } },
    { title: '503 and seconds', status: 503, retryAfter: { seconds: 2 } },
    { title: '429 and a date', status: 429, retryAfter: { dateInMs: 2_500 } },
    { title: '503 and a date', status: 503, retryAfter: { dateInMs: 4_000 } },
    {
      title: 'a date by a clock that is 5 minutes ahead',
      status: 503,
      retryAfter: { dateInMs: 3_000 },
      skewMs: 300_000,
    },
    {
      title: 'a date by a clock that is 5 minutes late',
      status: 429,
      retryAfter: { dateInMs: 3_000 },
      skewMs: -300_000,
    },
  ])(
    'no request of any caller comes earlier: $title',
    async ({ status, retryAfter, skewMs = 0 }) => {
      await using stack = await openStack({ skewMs });
      const call = caller(stack, { timeoutMs: 60_000, breaker: false });
      stack.fake.inject({
        path: /^\/v1\//,
        fault: { kind: 'status', status, retryAfter },
        after: 3,
        every: 40,
        times: Number.POSITIVE_INFINITY,
      });
      const calls = countCalls(stack);
      await keepCalling(stack, { everyMs: 170, times: 240 }, () => calls.make(call));
      await calls.end();

      expect(calls.made).toBe(240);
      expect(failed(calls.outcomes)).toEqual([]);
      const { hints, tooEarly } = undercuts(stack);
      expect(hints).toBeGreaterThan(5);
      expect(tooEarly).toBe(0);
    },
    20_000,
  );

  it.each([
    '-1',
    '-99999999999999999999',
    '1e99',
    '9'.repeat(400),
    'soon',
    '',
    ' ',
    '0',
    '1.5',
    '0x10',
    'NaN',
    'Infinity',
    '3, 4',
    String(365 * 86_400),
    'Wed, 21 Oct 2015 07:28:00 GMT',
    'Fri, 31 Dec 9999 23:59:59 GMT',
    'Tue, 99 Foo 2030 99:99:99 GMT',
    '2030-01-01T00:00:00Z',
    `${'a, '.repeat(2_000)}`,
  ])('a hint of %j holds nobody up for longer than a day', async (hint) => {
    await using stack = await openStack();
    const call = caller(stack);
    stack.fake.inject({
      path: /^\/v1\//,
      fault: { kind: 'status', status: 429, headers: { 'retry-after': hint } },
      times: 5,
    });
    const calls = countCalls(stack);
    await keepCalling(stack, { everyMs: 100, times: 20 }, () => calls.make(call));
    await calls.end();
    expect(calls.outcomes).toHaveLength(20);
    // The provider's own limit for a whole call.
    expect(Math.max(...calls.outcomes.map(({ tookMs }) => tookMs))).toBeLessThanOrEqual(10_000);

    stack.fake.forget();
    await stack.clock.advance(86_400_000);
    await expect(stack.until(call())).resolves.toMatchObject({ id: sampleIds.track });
  });
});
