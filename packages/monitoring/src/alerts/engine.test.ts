import { IntegrationError, memoryState, sleep } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { createHub, loud, type Recorder, recorder } from './__tests__/hub.ts';
import type { Channel } from './channel.ts';

const second = 1_000;
const minute = 60_000;
const api = { tenant: 'acme', integration: 'api', provider: 'service' };
const refusal = (fields: Partial<ConstructorParameters<typeof IntegrationError>[1]> = {}) =>
  new IntegrationError('refused', { code: 'unavailable', retryable: false, effect: 'none', ...fields });

/** One route to one channel, with no wait unless told otherwise. */
const oneRoute = (more: object = {}) => [
  { name: 'all', groupWait: '0s', steps: [{ channels: ['chat'] }], ...more },
];

describe('states of an alert', () => {
  it('go from pending to firing after `for`, and to resolved after `keepFiring`, with hysteresis between', async () => {
    const chat = recorder();
    const rule = { ...loud, clear: 5, for: '2m', keepFiring: '1m' };
    await using hub = createHub({ channels: { chat }, routes: oneRoute(), rules: [rule] });
    const at = async (value: number, ms: number) => {
      hub.engine.record('noise', api, value);
      await hub.clock.advance(ms);
      return (await hub.engine.alerts()).map(({ state }) => state)[0] ?? 'inactive';
    };
    expect(await at(10, minute)).toBe('inactive');
    expect(await at(11, minute)).toBe('pending');
    expect(await at(10, minute)).toBe('inactive');
    expect(await at(11, 2 * minute)).toBe('pending');
    expect(await at(11, minute)).toBe('firing');
    expect(await at(6, 10 * minute)).toBe('firing');
    expect(await at(5, minute)).toBe('firing');
    expect(await at(6, minute)).toBe('firing');
    expect(await at(5, 2 * minute)).toBe('inactive');
    expect(hub.events.filter(({ kind }) => kind !== 'delivered').map(({ kind }) => kind)).toEqual([
      'pending',
      'pending',
      'firing',
      'resolved',
    ]);
    expect(chat.lines).toEqual(['new 1+0', 'resolved 0+1']);
  });

  it('say what, where, since when, how bad, and what to do', async () => {
    const chat = recorder();
    await using hub = createHub({
      channels: { chat },
      routes: oneRoute(),
      rules: [{ ...loud, runbook: 'https://runbooks.example.test/loud' }],
      link: ({ tenant }) => `https://hub.example.test/?tenant=${tenant}`,
      start: '2030-01-01T00:00:00Z',
    });
    hub.engine.record(
      'noise',
      { ...api, tenant: 'a\r\nBcc: eve@example.test' },
      12.3456,
      'token abcdef0123456789abcdef0123',
    );
    await hub.clock.advance(30 * second);
    expect(chat.sent[0]).toMatchObject({
      title: '[FIRING critical] Loud: api of a Bcc: eve@example.test is loud',
      status: 'firing',
      step: 1,
      firing: [
        {
          value: '12.35 dB (alert when > 10)',
          where: 'integration api, tenant a Bcc: eve@example.test (service)',
          action: 'Turn it down.',
          runbook: 'https://runbooks.example.test/loud',
          says: 'token [redacted]',
          since: Date.UTC(2030, 0, 1, 0, 0, 30),
        },
      ],
    });
  });

  it('follow only what the rule’s match means, tenant by tenant', async () => {
    const chat = recorder();
    const rules = [{ ...loud, match: { tenant: ['acme', 'b*t'] } }];
    await using hub = createHub({ channels: { chat }, routes: oneRoute({ groupBy: ['alert'] }), rules });
    for (const tenant of ['acme', 'bot', 'bat', 'but not', 'acme2'])
      hub.engine.record('noise', { tenant }, 11);
    await hub.clock.advance(minute);
    expect(chat.sent[0]?.firing.map(({ labels }) => labels.tenant)).toEqual(
      ['acme', 'bot', 'bat', 'but not'].sort(),
    );
    expect((await hub.engine.alerts({ tenant: 'bot' })).map(({ labels }) => labels.tenant)).toEqual(['bot']);
  });
});

describe('groups', () => {
  it('wait for more of their kind, tell changes at intervals, repeat, and end', async () => {
    const chat = recorder();
    const route = {
      groupBy: ['alert', 'tenant'],
      groupWait: '30s',
      groupInterval: '5m',
      repeatInterval: '1h',
    };
    await using hub = createHub({ channels: { chat }, routes: oneRoute(route) });
    const noise = (integration: string, value: number) =>
      hub.engine.record('noise', { ...api, integration }, value);
    noise('one', 11);
    await hub.clock.advance(30 * second);
    noise('two', 11);
    expect(chat.lines).toEqual([]);
    await hub.clock.advance(30 * second);
    expect(chat.lines).toEqual(['new 2+0']);
    noise('three', 11);
    await hub.clock.advance(4 * minute);
    expect(chat.lines).toHaveLength(1);
    await hub.clock.advance(minute);
    expect(chat.lines).toEqual(['new 2+0', 'changed 3+0']);
    noise('one', 0);
    await hub.clock.advance(5 * minute);
    expect(chat.lines.at(-1)).toBe('changed 2+1');
    await hub.clock.advance(60 * minute);
    expect(chat.lines.at(-1)).toBe('repeat 2+0');
    for (const name of ['two', 'three']) noise(name, 0);
    await hub.clock.advance(5 * minute);
    expect(chat.lines.at(-1)).toBe('resolved 0+2');
    expect(await hub.engine.groups()).toEqual([]);
    expect(await hub.engine.alerts()).toEqual([]);
    await hub.clock.advance(120 * minute);
    expect(chat.lines).toHaveLength(5);
  });

  it('do not tell that something ended and began again within the interval', async () => {
    const chat = recorder();
    await using hub = createHub({ channels: { chat }, routes: oneRoute() });
    for (const value of [11, 0, 11, 0, 11]) {
      hub.engine.record('noise', api, value);
      await hub.clock.advance(30 * second);
    }
    await hub.clock.advance(10 * minute);
    expect(chat.lines).toEqual(['new 1+0']);
  });

  it('go to the first route that fits', async () => {
    const [chat, pager] = [recorder(), recorder()];
    await using hub = createHub({
      channels: { chat, pager },
      routes: [
        { name: 'vip', match: { tenant: 'acme' }, groupWait: '0s', steps: [{ channels: ['pager'] }] },
        ...oneRoute(),
      ],
    });
    hub.engine.record('noise', api, 11);
    hub.engine.record('noise', { ...api, tenant: 'other' }, 11);
    await hub.clock.advance(minute);
    const tenants = (channel: Recorder) => channel.sent.map(({ firing }) => firing[0]?.labels.tenant);
    expect([tenants(pager), tenants(chat)]).toEqual([['acme'], ['other']]);
  });
});

describe('silences and inhibitions', () => {
  it('keep what fires untold, and tell it when they end', async () => {
    const chat = recorder();
    await using hub = createHub({ channels: { chat }, routes: oneRoute() });
    const to = hub.clock.now() + 10 * minute;
    await hub.engine.silence({ match: { tenant: 'acme', alert: 'L*' }, to, by: 'ada', why: 'upgrade' });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(9 * minute);
    expect(chat.lines).toEqual([]);
    expect(await hub.engine.alerts()).toMatchObject([{ state: 'firing', mutedBy: 'silence 1' }]);
    await hub.clock.advance(2 * minute);
    expect(chat.lines).toEqual(['new 1+0']);
    expect(await hub.engine.silences()).toEqual([]);
  });

  it('still tell those who were told before that it is over', async () => {
    const chat = recorder();
    await using hub = createHub({ channels: { chat }, routes: oneRoute({ repeatInterval: '6m' }) });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(minute);
    const { id } = await hub.engine.silence({
      match: { tenant: 'acme' },
      to: hub.clock.now() + 60 * minute,
      by: 'ada',
      why: 'known',
    });
    hub.engine.record('noise', api, 0);
    await hub.clock.advance(6 * minute);
    expect(chat.lines).toEqual(['new 1+0', 'resolved 0+1']);
    await hub.engine.unsilence(id, 'ada');
    await expect(hub.engine.unsilence(id, 'ada')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('end the repetition of what was told before', async () => {
    const chat = recorder();
    await using hub = createHub({ channels: { chat }, routes: oneRoute({ repeatInterval: '6m' }) });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(7 * minute);
    expect(chat.lines).toEqual(['new 1+0', 'repeat 1+0']);
    const to = hub.clock.now() + 60 * minute;
    await hub.engine.silence({ match: { tenant: 'acme' }, to, by: 'ada', why: 'known' });
    await hub.clock.advance(59 * minute);
    expect(chat.lines).toHaveLength(2);
    await hub.clock.advance(2 * minute);
    expect(chat.lines).toHaveLength(3);
  });

  it('are refused when they would silence everything or end before they begin', async () => {
    await using hub = createHub({ channels: { chat: recorder() }, routes: oneRoute() });
    const ask = { match: {}, from: 2, to: 1, by: 'ada', why: 'peace' };
    await expect(hub.engine.silence(ask)).rejects.toThrow('would silence everything');
    await expect(hub.engine.silence({ ...ask, match: { tenant: 'a' } })).rejects.toThrow(
      'ends before it begins',
    );
  });

  it('inhibit what another alert explains already, for the same integration alone', async () => {
    const chat = recorder();
    const quiet = { ...loud, name: 'Quiet', signal: 'noise', value: 5 } as const;
    await using hub = createHub({
      channels: { chat },
      routes: oneRoute({ groupBy: [] }),
      rules: [loud, quiet],
      inhibitions: [
        { source: { alert: 'Loud' }, target: { alert: 'Quiet' }, equal: ['tenant', 'integration'] },
      ],
    });
    hub.engine.record('noise', api, 11);
    hub.engine.record('noise', { ...api, integration: 'mail' }, 6);
    await hub.clock.advance(minute);
    expect(chat.sent[0]?.firing.map(({ name, labels }) => `${name} ${labels.integration}`).sort()).toEqual([
      'Loud api',
      'Quiet mail',
    ]);
  });
});

describe('escalation', () => {
  const routes = [
    {
      name: 'all',
      groupWait: '0s',
      steps: [
        { channels: ['chat'] },
        { after: '15m', channels: ['sms'] },
        { after: '30m', channels: ['phone'] },
      ],
    },
  ];
  const channels = () => ({ chat: recorder(), sms: recorder(), phone: recorder() });

  it('tells the next step when nobody has acknowledged in time', async () => {
    const all = channels();
    await using hub = createHub({ channels: all, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(15 * minute);
    expect([all.chat.lines, all.sms.lines, all.phone.lines]).toEqual([['new 1+0'], [], []]);
    await hub.clock.advance(30 * second);
    expect(all.sms.sent[0]).toMatchObject({ why: 'escalation', step: 2 });
    await hub.clock.advance(15 * minute);
    expect(all.phone.lines).toEqual(['escalation 1+0']);
    hub.engine.record('noise', api, 0);
    await hub.clock.advance(6 * minute);
    expect(Object.values(all).map(({ lines }) => lines.at(-1))).toEqual(Array(3).fill('resolved 0+1'));
  });

  it('stops at an acknowledgement, and begins again with an alert that comes after it', async () => {
    const all = channels();
    await using hub = createHub({ channels: all, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(minute);
    const [group] = await hub.engine.groups();
    await hub.engine.acknowledge(group?.key ?? '', 'ada');
    await hub.clock.advance(300 * minute);
    expect([all.chat.lines, all.sms.lines]).toEqual([['new 1+0'], []]);
    hub.engine.record('noise', { ...api, integration: 'mail' }, 11);
    await hub.clock.advance(minute);
    expect(all.chat.lines).toEqual(['new 1+0', 'changed 2+0']);
    await hub.clock.advance(15 * minute);
    expect(all.sms.lines).toEqual(['escalation 2+0']);
    await expect(hub.engine.acknowledge('none', 'ada')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tells those of later steps that it is over, also after the steps began again', async () => {
    const all = channels();
    await using hub = createHub({ channels: all, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(16 * minute);
    await hub.engine.acknowledge((await hub.engine.groups())[0]?.key ?? '', 'ada');
    hub.engine.record('noise', { ...api, integration: 'mail' }, 11);
    await hub.clock.advance(6 * minute);
    for (const integration of ['api', 'mail']) hub.engine.record('noise', { ...api, integration }, 0);
    await hub.clock.advance(6 * minute);
    expect(all.chat.lines).toEqual(['new 1+0', 'changed 2+0', 'resolved 0+2']);
    expect(all.sms.lines).toEqual(['escalation 1+0', 'resolved 0+1']);
    expect(await hub.engine.groups()).toEqual([]);
  });

  it('forgets whom it could not tell for a day that it is over', async () => {
    const all = channels();
    await using hub = createHub({ channels: all, routes, intervalMs: 10 * minute });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(10 * minute);
    all.chat.answer = () => Promise.reject(refusal());
    hub.engine.record('noise', api, 0);
    await hub.clock.advance(10 * minute);
    expect(await hub.engine.groups()).toHaveLength(1);
    expect(all.sms.lines).toEqual([]);
    await hub.clock.advance(25 * 60 * minute);
    expect([await hub.engine.groups(), await hub.engine.alerts()]).toEqual([[], []]);
  });

  it('uses the next step at once when a channel fails, and tries the failed one again later', async () => {
    const all = channels();
    all.chat.answer = () => Promise.reject(refusal());
    await using hub = createHub({ channels: all, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(30 * second);
    expect(hub.happened()).toEqual(['pending', 'firing', 'delivery_failed', 'escalated', 'delivered']);
    expect([all.chat.lines, all.sms.lines, all.phone.lines]).toEqual([[], ['escalation 1+0'], []]);
    all.chat.answer = () => ({});
    await hub.clock.advance(5 * minute);
    expect(all.chat.lines).toEqual(['new 1+0']);
    expect(all.sms.lines).toHaveLength(1);
  });

  it('never sends again what may have arrived, and tells the next step instead', async () => {
    const all = channels();
    let attempts = 0;
    all.chat.answer = () => {
      attempts += 1;
      return Promise.reject(refusal({ retryable: true, effect: 'unknown' }));
    };
    await using hub = createHub({ channels: all, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(10 * minute);
    expect(attempts).toBe(1);
    expect(hub.happened()).toEqual(['pending', 'firing', 'delivery_unknown', 'escalated', 'delivered']);
  });

  it('tries again what certainly did not arrive, and what may arrive twice', async () => {
    for (const [repeatable, effect] of [
      [false, 'none'],
      [true, 'unknown'],
    ] as const) {
      const chat = recorder({ repeatable });
      let attempts = 0;
      chat.answer = () => {
        attempts += 1;
        return attempts < 3 ? Promise.reject(refusal({ retryable: true, effect })) : {};
      };
      await using hub = createHub({ channels: { chat }, routes: oneRoute() });
      hub.engine.record('noise', api, 11);
      await hub.clock.advance(minute);
      expect(attempts).toBe(3);
      expect(chat.lines).toEqual(['new 1+0']);
    }
  });

  it('goes on trying where telling twice does no harm, with the same id, and tells the next step meanwhile', async () => {
    const chat = recorder({ repeatable: true });
    const ids: string[] = [];
    chat.answer = ({ id }) => {
      ids.push(id);
      return ids.length < 6 ? Promise.reject(refusal({ retryable: true, effect: 'unknown' })) : {};
    };
    const sms = recorder();
    await using hub = createHub({ channels: { chat, sms, phone: recorder() }, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(8 * minute);
    expect([ids.length, new Set(ids).size]).toEqual([6, 1]);
    expect([chat.lines, sms.lines]).toEqual([['new 1+0'], ['escalation 1+0']]);
  });

  it('gives up on a channel that never answers, and goes on', async () => {
    const silent: Channel = {
      kind: 'silent',
      repeatable: false,
      send: () => new Promise(() => {}),
    };
    const sms = recorder();
    await using hub = createHub({ channels: { chat: silent, sms, phone: recorder() }, routes });
    hub.engine.record('noise', api, 11);
    await hub.clock.advance(2 * minute);
    expect(sms.lines).toEqual(['escalation 1+0']);
  });
});

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
