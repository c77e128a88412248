import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../__tests__/clock.ts';
import { createFleet, createNetwork } from '../../__tests__/fleet.ts';
import { answered, cut, headers, outcome } from '../../__tests__/pipeline.ts';
import { VendorError } from '../../errors.ts';

const once = { retry: false } as const;

function setUpTwo(options: Parameters<typeof createFleet>[0]['options'] = {}) {
  const clock = createTestClock();
  const network = createNetwork(clock);
  const fleet = createFleet({ clock, network, size: 2, options: { ...once, ...options } });
  const [one, two] = fleet.processes;
  if (one === undefined || two === undefined) throw new Error('a fleet of two');
  /** Makes a call and gives it time. */
  const make = async (process: typeof one, body?: () => Promise<unknown>, ms = 10) => {
    const made = outcome(process.call(body));
    await clock.advance(ms);
    return made;
  };
  return { clock, network, one, two, make, starts: fleet.starts };
}

const fail = async () => {
  throw cut();
};

describe('what the vendor told one process', () => {
  it('holds the same bucket of the others back, and is never undercut', async () => {
    const { clock, one, two, make, starts } = setUpTwo();
    const told = clock.now() + 2;
    await make(two);
    await make(one, () => Promise.reject(answered(429, { 'retry-after': '20' })));
    await clock.advance(600);
    await make(two);
    const held = outcome(two.call());
    await clock.advance(10);
    expect(held.settled).toBe(false);
    const before = starts.length;
    await clock.advance(20_000);
    expect(held.value).toBe('ok');
    expect(starts.slice(before).every((at) => at >= told + 20_000)).toBe(true);
  });

  it('concerns one key, or the service as a whole', async () => {
    const { clock, one, two } = setUpTwo();
    const run = (
      process: typeof one,
      rateLimitKey: string,
      body: () => Promise<unknown>,
      timeoutMs = 5_000,
    ) => outcome(process.pipeline.run({ name: 'do', effect: 'read' }, { rateLimitKey, timeoutMs }, body));
    const ok = async () => 'ok';
    run(one, 'a', () => Promise.reject(answered(429, { 'retry-after': '20' })));
    await clock.advance(600);
    run(two, 'b', ok);
    await clock.advance(10);
    const ofKey = [run(two, 'a', ok), run(two, 'b', ok)];
    await clock.advance(10);
    expect(ofKey.map(({ error }) => (error as VendorError | undefined) !== undefined)).toEqual([true, false]);
    run(one, 'b', () => Promise.reject(answered(503, { 'retry-after': '20' })));
    await clock.advance(600);
    run(two, 'c', ok);
    await clock.advance(10);
    const ofAll = run(two, 'c', ok);
    await clock.advance(10);
    expect(ofAll.error).toMatchObject({ code: 'unavailable', attempts: 0 });
  });

  it('is believed no longer than `hints.maxMs`', async () => {
    const { clock, one, two, make } = setUpTwo({ hints: { maxMs: 5_000 }, timeoutMs: 30_000 });
    await make(one, () =>
      Promise.reject(
        new VendorError({ status: 429, headers: headers({ 'retry-after': '10000' }), sent: true }),
      ),
    );
    await clock.advance(600);
    await make(two);
    const held = outcome(two.call());
    await clock.advance(6_000);
    expect(held.value).toBe('ok');
  });
});

describe('a breaker that opens', () => {
  it('has the others try with one call instead of finding out with five', async () => {
    const { clock, one, two, make, starts } = setUpTwo();
    await make(two);
    for (let call = 0; call < 5; call += 1) await make(one, fail);
    expect(one.pipeline.snapshot().breaker).toBe('open');
    await clock.advance(600);
    // The call that sees the news passes; those after it are careful.
    await make(two);
    expect(two.pipeline.snapshot().breaker).toBe('half-open');
    const before = starts.length;
    const probe = outcome(two.call(fail));
    const others = [outcome(two.call(fail)), outcome(two.call(fail))];
    await clock.advance(10);
    expect(starts.length - before).toBe(1);
    expect(probe.settled).toBe(true);
    for (const { error } of others) expect(error).toMatchObject({ code: 'unavailable', attempts: 0 });
    expect(two.pipeline.snapshot().breaker).toBe('open');
  });

  it('is told once: a process that finds the vendor well stays closed, and has the others try at once', async () => {
    const { clock, one, two, make } = setUpTwo();
    await make(two);
    for (let call = 0; call < 5; call += 1) await make(one, fail);
    await clock.advance(600);
    await make(two);
    await make(two);
    expect(two.pipeline.snapshot().breaker).toBe('closed');
    await clock.advance(600);
    await make(two);
    expect(two.pipeline.snapshot().breaker).toBe('closed');
    // Refused, but it looks; the next one may probe long before its own time is over.
    expect((await make(one)).error).toMatchObject({ code: 'unavailable', attempts: 0 });
    expect((await make(one)).value).toBe('ok');
    expect(one.pipeline.snapshot().breaker).toBe('closed');
  });

  it('says nothing of what was opened by hand, and without a store each finds out by itself', async () => {
    const { clock, network, one, two, make } = setUpTwo();
    one.pipeline.isolate();
    await clock.advance(600);
    await make(two);
    await make(two);
    expect(two.pipeline.snapshot().breaker).toBe('closed');
    network.leave();
    for (let call = 0; call < 5; call += 1) await make(two, fail);
    expect(two.pipeline.snapshot().breaker).toBe('open');
  });

  it('takes no news from what it cannot read', async () => {
    const { clock, network, one, make } = setUpTwo();
    void network.store.set('notices', 'not ours');
    await clock.advance(10);
    expect((await make(one)).value).toBe('ok');
    for (let call = 0; call < 5; call += 1) await make(one, fail);
    await clock.advance(100);
    const read = network.store.get('notices');
    await clock.advance(10);
    expect(JSON.parse((await read)?.value ?? '').breaker.to).toBe('open');
  });
});
