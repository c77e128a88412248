import { describe, expect, it } from 'vitest';
import { api, createHub, minute, oneRoute, recorder, refusal, second } from './__tests__/hub.ts';
import type { Channel } from './channel.ts';

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
