import { describe, expect, it } from 'vitest';
import { api, createHub, loud, minute, oneRoute, type Recorder, recorder, second } from './__tests__/hub.ts';

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
