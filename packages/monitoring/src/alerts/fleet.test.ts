import { memoryState, sleep } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { api, createHub, loud, minute, oneRoute, recorder, second } from './__tests__/hub.ts';

describe('restarts and fleets', () => {
  it('tell nothing twice after a restart, and go on where they were', async () => {
    const clock = createVirtualClock();
    const shared = { clock, state: memoryState(clock) };
    const chat = recorder();
    for (let life = 0; life < 4; life += 1) {
      await using hub = createHub({ ...shared, channels: { chat }, routes: oneRoute() });
      hub.engine.record('noise', api, 11);
      await hub.clock.advance(90 * second);
    }
    expect(chat.lines).toEqual(['new 1+0']);
    await using hub = createHub({ ...shared, channels: { chat }, routes: oneRoute() });
    expect(await hub.engine.alerts()).toMatchObject([{ state: 'firing' }]);
    await hub.clock.advance(10 * minute);
    expect(chat.lines).toEqual(['new 1+0', 'resolved 0+1']);
  });

  it('tell once what several processes see, and what only one that does not lead sees', async () => {
    const clock = createVirtualClock();
    const shared = { clock, state: memoryState(clock) };
    const chat = recorder();
    const options = { ...shared, channels: { chat }, routes: oneRoute({ groupBy: ['integration'] }) };
    await using one = createHub({ ...options, process: 'one' });
    await using two = createHub({ ...options, process: 'two' });
    await using three = createHub({ ...options, process: 'three' });
    for (const { engine } of [one, two, three]) engine.record('noise', api, 11);
    three.engine.record('noise', { ...api, integration: 'mail' }, 11);
    await clock.advance(2 * minute);
    expect(chat.sent.flatMap(({ firing }) => firing.map(({ labels }) => labels.integration)).sort()).toEqual([
      'api',
      'mail',
    ]);
    three.engine.record('noise', { ...api, integration: 'mail' }, 0);
    await clock.advance(6 * minute);
    expect(chat.lines.at(-1)).toBe('resolved 0+1');
  });

  it('tell once even where two processes lead at the same time, and none has the lock to itself', async () => {
    const clock = createVirtualClock();
    const memory = memoryState(clock);
    // A lock that everybody gets, and answers that take a moment, so that both read before either writes.
    const state = {
      ...memory,
      get: async (key: string) => {
        if (key.endsWith('lock/leader')) return undefined;
        const found = await memory.get(key);
        if (key.endsWith('book')) await sleep(clock, 100);
        return found;
      },
      compareAndSet: async (...args: Parameters<typeof memory.compareAndSet>) =>
        args[0].endsWith('lock/leader') ? 'mine' : memory.compareAndSet(...args),
    };
    const chat = recorder();
    chat.answer = () => sleep(clock, 5 * second).then(() => ({}));
    const options = { clock, state, channels: { chat }, routes: oneRoute() };
    await using one = createHub(options);
    await using two = createHub(options);
    for (const { engine } of [one, two]) engine.record('noise', api, 11);
    await clock.advance(10 * minute);
    for (const { engine } of [one, two]) engine.record('noise', api, 0);
    await clock.advance(10 * minute);
    expect(chat.lines).toEqual(['new 1+0', 'resolved 0+1']);
  });

  it('add up the events of all processes', async () => {
    const clock = createVirtualClock();
    const shared = { clock, state: memoryState(clock) };
    const chat = recorder();
    const rule = { ...loud, signal: 'bangs', over: '10m', value: 5 };
    const options = { ...shared, channels: { chat }, routes: oneRoute(), rules: [rule] };
    await using one = createHub(options);
    await using two = createHub(options);
    one.engine.count('bangs', api, 3);
    await clock.advance(minute);
    expect(chat.lines).toEqual([]);
    two.engine.count('bangs', api, 3);
    await clock.advance(minute);
    expect(chat.sent[0]?.firing[0]?.value).toBe('6 bangs in 10m (alert when > 5)');
    await clock.advance(15 * minute);
    expect(chat.lines).toEqual(['new 1+0', 'resolved 0+1']);
  });

  it.each([
    { repeatable: false, chatLines: 0, event: 'delivery_unknown', sms: ['escalation 1+0'] },
    { repeatable: true, chatLines: 1, event: 'delivered', sms: [] },
  ])('settle what a killed process was sending (repeatable: $repeatable)', async (one) => {
    const clock = createVirtualClock();
    const state = memoryState(clock);
    const steps = [{ channels: ['chat'] }, { after: '1h', channels: ['sms'] }];
    let isKilled = false;
    const dying = recorder({ repeatable: one.repeatable });
    dying.answer = () => {
      isKilled = true;
      return new Promise(() => {});
    };
    // A process that is killed writes nothing any more.
    const killable = {
      ...state,
      compareAndSet: (...args: Parameters<typeof state.compareAndSet>) =>
        isKilled ? new Promise<undefined>(() => {}) : state.compareAndSet(...args),
    };
    const first = createHub({
      clock,
      state: killable,
      channels: { chat: dying, sms: recorder() },
      routes: oneRoute({ steps }),
    });
    first.engine.record('noise', api, 11);
    await clock.advance(30 * second);
    expect(isKilled).toBe(true);
    const [chat, sms] = [recorder({ repeatable: one.repeatable }), recorder()];
    await using next = createHub({ clock, state, channels: { chat, sms }, routes: oneRoute({ steps }) });
    next.engine.record('noise', api, 11);
    await clock.advance(4 * minute);
    expect([chat.lines, sms.lines]).toEqual([[], []]);
    await clock.advance(2 * minute);
    expect(chat.lines).toHaveLength(one.chatLines);
    expect(sms.lines).toEqual(one.sms);
    expect(next.happened()).toContain(one.event);
  });

  it('survive a store that is away for a while', async () => {
    const clock = createVirtualClock();
    const state = memoryState(clock);
    let isAway = false;
    const flaky = {
      ...state,
      get: (key: string) => (isAway ? Promise.reject(new Error('away')) : state.get(key)),
    };
    const chat = recorder();
    await using hub = createHub({ clock, state: flaky, channels: { chat }, routes: oneRoute() });
    isAway = true;
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(2 * minute);
    await expect(hub.engine.evaluate()).rejects.toThrow('away');
    isAway = false;
    await hub.clock.advance(minute);
    expect(chat.lines).toEqual(['new 1+0']);
  });
});
