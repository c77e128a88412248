import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../__tests__/clock.ts';
import { answered, headers, operation, outcome, read, setUp, upstream } from '../__tests__/pipeline.ts';
import { describeVectors } from '../__tests__/vectors.ts';
import { parseHttpDate, readHint } from './hints.ts';

const now = Date.parse('1999-12-31T23:57:59Z');
const hint = (values: Readonly<Record<string, string>>) => readHint(headers(values), now);

describe('readHint', () => {
  it('reads Retry-After in seconds and as a date (RFC 9110 §10.2.3)', () => {
    expect(hint({ 'retry-after': '120' }).retryAfterMs).toBe(120_000);
    expect(hint({ 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }).retryAfterMs).toBe(120_000);
  });

  it('measures a date by the clock of the server that sent it', () => {
    const skewed = { 'retry-after': 'Fri, 31 Dec 1999 22:00:30 GMT', date: 'Fri, 31 Dec 1999 22:00:00 GMT' };
    expect(hint(skewed).retryAfterMs).toBe(30_000);
    expect(hint({ 'retry-after': 'Fri, 31 Dec 1999 22:00:30 GMT' }).retryAfterMs).toBe(0);
  });

  it('prefers milliseconds, which are more exact', () => {
    expect(hint({ 'retry-after-ms': '1500', 'retry-after': '2' }).retryAfterMs).toBe(1_500);
    expect(hint({ 'x-ms-retry-after-ms': '250.5' }).retryAfterMs).toBe(250.5);
  });

  it.each([
    ['the current draft', { ratelimit: '"default";r=0;t=30' }],
    ['drafts 3 to 7', { ratelimit: 'limit=10, remaining=0, reset=30' }],
    [
      'the tightest of several policies',
      { ratelimit: '"day";r=50;t=3600, "burst";r=0;t=30, "minute";r=0;t=20' },
    ],
    ['drafts 0 to 6', { 'ratelimit-limit': '10', 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }],
    ['seconds', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' }],
    ['another spelling', { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '30' }],
    [
      'an instant in seconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1_000 + 30) },
    ],
    [
      'an instant in milliseconds',
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1000000030000',
        date: 'Sun, 09 Sep 2001 01:46:40 GMT',
      },
    ],
    ['seconds with a fraction', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '30.0' }],
  ])('reads what is left: %s', (_, values) => {
    expect(hint(values)).toMatchObject({ remaining: 0, resetMs: 30_000 });
  });

  it('takes anything malformed for absent', () => {
    for (const value of [
      '-1',
      '1.5',
      '',
      'soon',
      '120, 120',
      '0x10',
      '1e99',
      'NaN',
      'Infinity',
      '١٢',
      '٣',
      ' ',
    ]) {
      expect([value, hint({ 'retry-after': value }).retryAfterMs]).toEqual([value, undefined]);
      expect([value, hint({ 'ratelimit-remaining': value }).remaining]).toEqual([value, undefined]);
      expect([
        value,
        hint({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': value === '1.5' ? '' : value }).resetMs,
      ]).toEqual([value, undefined]);
    }
    expect(hint({ ratelimit: '"default";r=-1;t=30' }).remaining).toBeUndefined();
    expect(hint({ ratelimit: '"default";r=0;t=30,' })).toEqual({ retryAfterMs: undefined });
  });

  it('never throws and never gives a negative or indefinite time, whatever the headers say', () => {
    const names = [
      'retry-after',
      'retry-after-ms',
      'date',
      'ratelimit',
      'ratelimit-reset',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
    ];
    const values = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom('"a";r=0;t=9', 'remaining=0'),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), values), (all) => {
        for (const value of Object.values(hint(all))) expect(value === undefined || value >= 0).toBe(true);
      }),
    );
  });
});

describe('parseHttpDate', () => {
  it('reads the obsolete forms that recipients must accept (RFC 9110 §5.6.7)', () => {
    const expected = Date.parse('1994-11-06T08:49:37Z');
    expect(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', now)).toBe(expected);
    expect(parseHttpDate('Sun Nov  6 08:49:37 1994', now)).toBe(expected);
    expect(parseHttpDate('Tuesday, 06-Nov-40 08:49:37 GMT', now)).toBe(Date.parse('1940-11-06T08:49:37Z'));
  });

  it('refuses days and times that do not exist', () => {
    for (const text of [
      'Wed, 31 Feb 2024 00:00:00 GMT',
      'Wed, 01 Jan 2025 24:00:00 GMT',
      'Wed, 01 Jan 2025 00:60:00 GMT',
    ]) {
      expect(parseHttpDate(text, now)).toBeUndefined();
    }
  });
});

describe('hints in the pipeline', () => {
  it('are never undercut, and hold for every call of the integration', async () => {
    const { pipeline, clock } = setUp();
    const { body, times } = upstream(clock, answered(429, { 'retry-after': '7' }));
    const start = clock.now();
    const calls = [outcome(pipeline.run(read, undefined, body))];
    await clock.advance(10);
    for (let index = 0; index < 20; index += 1) calls.push(outcome(pipeline.run(read, undefined, body)));
    expect(pipeline.snapshot().parkedUntil).toBe(start + 7_000);
    await clock.advance(6_989);
    expect(times).toEqual([0]);
    await clock.advance(1);
    expect(times).toHaveLength(22);
    expect(calls.every(({ value }) => value === 'ok')).toBe(true);
  });

  it('are not undercut by a shorter hint that comes later', async () => {
    const { pipeline, clock } = setUp({ options: { retry: false } });
    const { body, times } = upstream(
      clock,
      answered(429, { 'retry-after': '9' }),
      answered(429, { 'retry-after': '2' }),
    );
    outcome(pipeline.run(read, undefined, body));
    outcome(pipeline.run(read, undefined, body));
    await clock.advance(0);
    outcome(pipeline.run(read, undefined, body));
    await clock.advance(8_999);
    expect(times).toEqual([0, 0]);
    await clock.advance(1);
    expect(times).toEqual([0, 0, 9_000]);
  });

  it('park a limit by its key, and a service as a whole', async () => {
    const { pipeline, clock } = setUp({ options: { retry: false } });
    const limited = upstream(clock, answered(429, { 'retry-after': '5' }));
    const other = upstream(clock);
    outcome(pipeline.run(read, { rateLimitKey: 'a' }, limited.body));
    await clock.advance(0);
    outcome(pipeline.run(read, { rateLimitKey: 'a' }, limited.body));
    outcome(pipeline.run(read, { rateLimitKey: 'b' }, other.body));
    await clock.advance(100);
    expect([limited.times.length, other.times.length]).toEqual([1, 1]);
    await clock.advance(5_000);
    expect(limited.times).toHaveLength(2);
    outcome(
      pipeline.run(read, { rateLimitKey: 'a' }, upstream(clock, answered(503, { 'retry-after': '5' })).body),
    );
    await clock.advance(0);
    outcome(pipeline.run(read, { rateLimitKey: 'b' }, other.body));
    await clock.advance(4_999);
    expect(other.times).toHaveLength(1);
    await clock.advance(1);
    expect(other.times).toHaveLength(2);
  });

  it('beyond the time of the call fail it at once, with the instant from which it may come again', async () => {
    const { pipeline, clock } = setUp({ options: { timeoutMs: 10_000 } });
    const start = clock.now();
    const { body } = upstream(clock, answered(429, { 'retry-after': '60' }));
    const first = outcome(pipeline.run(read, undefined, body));
    await clock.advance(0);
    const expected = { code: 'resource_exhausted', notBefore: start + 60_000, retryAfterMs: 60_000 };
    expect(first.error).toMatchObject({ ...expected, attempts: 1, status: 429 });
    const second = outcome(pipeline.run(read, undefined, body));
    await clock.advance(0);
    expect(second.error).toMatchObject({ ...expected, attempts: 0, effect: 'none' });
    expect(body).toHaveBeenCalledTimes(1);
  });

  it.each(['-5', 'NaN', '1e99', '999999999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT', '31536000'])(
    'that are hostile (%s) hang nothing and are believed for a day at most',
    async (value) => {
      const { pipeline, clock } = setUp({ options: { timeoutMs: 10_000 } });
      const { body } = upstream(
        clock,
        ...Array.from({ length: 3 }, () => answered(503, { 'retry-after': value })),
      );
      const call = outcome(pipeline.run(read, undefined, body));
      await clock.advance(10_000);
      expect(call.settled).toBe(true);
      expect(pipeline.snapshot().parkedUntil ?? 0).toBeLessThanOrEqual(clock.now() + 86_400_000);
      await clock.advance(86_400_000);
      await expect(pipeline.run(read, undefined, async () => 1)).resolves.toBe(1);
    },
  );

  it('in a body count as much as in a header', async () => {
    const { pipeline, clock } = setUp();
    const { body, times } = upstream(clock, answered(429, {}, { retryAfterMs: 3_000 }));
    outcome(pipeline.run(read, undefined, body));
    await clock.advance(5_000);
    expect(times).toEqual([0, 3_000]);
  });

  it('announced by a success are obeyed, too', async () => {
    const { pipeline, clock } = setUp();
    const calls: number[] = [];
    const start = clock.now();
    const observing = (remaining: number) =>
      outcome(
        pipeline.run(read, undefined, async (call) => {
          calls.push(clock.now() - start);
          call.observe(headers({ ratelimit: `"default";r=${remaining};t=4` }));
        }),
      );
    observing(3);
    await clock.advance(0);
    expect(pipeline.snapshot()).toMatchObject({ quotaRemaining: 3, parkedUntil: undefined });
    observing(0);
    await clock.advance(0);
    expect(pipeline.snapshot()).toMatchObject({ quotaRemaining: 0, parkedUntil: start + 4_000 });
    observing(9);
    await clock.advance(3_999);
    expect(calls).toEqual([0, 0]);
    await clock.advance(1);
    expect(calls).toEqual([0, 0, 4_000]);
  });

  it('do not make an unsafe operation go twice', async () => {
    const { pipeline, clock } = setUp();
    const { body } = upstream(clock, answered(503, { 'retry-after': '1' }));
    const call = outcome(pipeline.run(operation('unsafe'), undefined, body));
    await clock.advance(30_000);
    expect(body).toHaveBeenCalledTimes(1);
    expect(call.error).toMatchObject({ retryAfterMs: 1_000 });
  });
});

describeVectors('retry vectors', 'retry', (folder) => {
  const load = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

  it('reads every Retry-After as RFC 9110 has it', () => {
    const { now: at, cases } = load('retry-after.json') as {
      now: string;
      cases: { value: string; seconds?: number; ignore?: boolean; clamp?: boolean }[];
    };
    for (const { value, seconds, clamp } of cases) {
      const { retryAfterMs } = readHint(headers({ 'retry-after': value }), Date.parse(at));
      if (clamp) expect(retryAfterMs).toBeGreaterThan(1e15);
      else
        expect([value, retryAfterMs]).toEqual([value, seconds === undefined ? undefined : seconds * 1_000]);
    }
  });

  it('waits no longer than the maximum where a value has to be clamped', async () => {
    const { cases } = load('retry-after.json') as { cases: { value: string; clamp?: boolean }[] };
    for (const { value } of cases.filter(({ clamp }) => clamp)) {
      const { pipeline, clock } = setUp({ options: { hints: { maxMs: 5_000 } }, clock: createTestClock() });
      const { body, times } = upstream(clock, answered(503, { 'retry-after': value }));
      outcome(pipeline.run(read, undefined, body));
      await clock.advance(20_000);
      expect(times).toEqual([0, 5_000]);
    }
  });

  it('accepts and refuses HTTP dates as listed', () => {
    const { accept, refuse } = load('http-date.json') as { accept: Record<string, string>; refuse: string[] };
    for (const [text, instant] of Object.entries(accept))
      expect([text, parseHttpDate(text, now)]).toEqual([text, Date.parse(instant)]);
    for (const text of refuse) expect([text, parseHttpDate(text, now)]).toEqual([text, undefined]);
  });
});
