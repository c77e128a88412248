import { type Logger, memoryState, type StateStore, silentLogger } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { askFrom } from '../__fixtures__/ask-from.ts';
import { createHubAccess } from '../access/access.ts';

describe('limits of requests', () => {
  const rule = { requests: 3, windowMs: 60_000 };

  it('hold for an address, and tell how they stand', async () => {
    const clock = createVirtualClock(1_700_000_000_000 - (1_700_000_000_000 % 60_000));
    const ask = askFrom({ rateLimit: { address: rule, caller: { ...rule, requests: 2 } }, clock });
    const first = await ask('192.0.2.1');
    expect([first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
      '"caller";q=2;w=60',
      '"caller";r=1;t=60',
    ]);
    await clock.advance(20_000);
    expect((await ask('192.0.2.1')).status).toBe(200);
    const refused = await ask('192.0.2.1');
    expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('ratelimit')]).toEqual([
      429,
      '40',
      '"caller";r=0;t=40',
    ]);
    expect((await ask('192.0.2.1')).headers.get('ratelimit')).toBe('"address";r=0;t=40');
    expect((await ask('192.0.2.2')).status).toBe(200);
    expect((await ask('192.0.2.1', {}, '/livez')).status).toBe(200);
    await clock.advance(40_000);
    expect((await ask('192.0.2.1')).status).toBe(200);
  });

  it('hold for a caller, wherever it comes from, and are shared by hubs with one state', async () => {
    const clock = createVirtualClock();
    const state = memoryState(clock);
    const access = createHubAccess({ state, clock });
    const options = { state, clock, access, rateLimit: { caller: rule } };
    const [one, other] = [askFrom(options), askFrom(options)];
    const [a, b] = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const { key } = await access.createKey({ name, roles: ['viewer'] });
        return { authorization: `Bearer ${key.reveal()}` };
      }),
    );
    const statuses = [];
    for (const ask of [one, other, one, other]) statuses.push((await ask('192.0.2.1', a)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect((await other('192.0.2.1', b)).status).toBe(200);
  });

  it('hold in each hub alone while the state cannot be reached, and say so once', async () => {
    const lines: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (line) => lines.push(line),
      info: (line) => lines.push(line),
    };
    const clock = createVirtualClock();
    const whole = memoryState(clock);
    let isDown = true;
    const state: StateStore = {
      ...whole,
      increment: (...given) => (isDown ? Promise.reject(new Error('down')) : whole.increment(...given)),
    };
    const ask = askFrom({ state, clock, logger, rateLimit: { address: rule } });
    const statuses = [];
    for (let round = 0; round < 4; round += 1) statuses.push((await ask('192.0.2.1')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(lines).toEqual(['the state store does not answer; this hub limits requests by itself']);
    isDown = false;
    await ask('192.0.2.1');
    expect(lines).toHaveLength(2);
  });
});
