import { describe, expect, it } from 'vitest';
import { api, createHub, loud, minute, oneRoute, recorder } from './__tests__/hub.ts';

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
