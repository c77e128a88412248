import { describe, expect, it } from 'vitest';
import { addService, createHub, type Hub, recorder } from './__tests__/hub.ts';
import { defaultAlertRules, defaultInhibitions } from './default-rules.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function openHub(more: { readonly intervalMs?: number } = {}) {
  const chat = recorder();
  const hub = createHub({
    rules: defaultAlertRules,
    inhibitions: defaultInhibitions,
    channels: { chat },
    routes: [
      {
        name: 'all',
        groupBy: ['tenant'],
        groupWait: '0s',
        groupInterval: '1m',
        steps: [{ channels: ['chat'] }],
      },
    ],
    start: '2030-01-15T12:00:00Z',
    ...more,
  });
  return { hub, chat };
}

const firing = async (hub: Hub) =>
  (await hub.engine.alerts())
    .filter(({ state }) => state === 'firing')
    .map(({ rule, mutedBy }) => (mutedBy === undefined ? rule : `(${rule})`))
    .sort();

describe('the default rules', () => {
  it('tell of a breaker that stays open, and of one that opens again and again', async () => {
    const { hub } = openHub();
    await using _hub = hub;
    addService(hub, 'acme', 'api', { breaker: true });
    await hub.ask('acme', 'api', 5, 'unavailable');
    await hub.clock.advance(9 * minute);
    // Five calls are too few to speak of a budget.
    expect(await firing(hub)).toEqual(['IntegrationDown']);
    await hub.clock.advance(2 * minute);
    expect(await firing(hub)).toContain('(BreakerOpenLong)');
    hub.registry.resetBreaker({ tenant: 'acme', name: 'api' });
    await hub.clock.advance(minute);
    expect((await firing(hub)).join()).not.toContain('BreakerOpenLong');
    for (let times = 0; times < 5; times += 1) {
      await hub.ask('acme', 'api', 5, 'unavailable');
      hub.registry.resetBreaker({ tenant: 'acme', name: 'api' });
    }
    await hub.clock.advance(minute);
    expect(await firing(hub)).toContain('BreakerFlapping');
    await hub.clock.advance(61 * minute);
    expect(await firing(hub)).not.toContain('BreakerFlapping');
  });

  it('tell of a budget that burns, stop soon after the failures stop, and of one that leaks', async () => {
    const { hub, chat } = openHub();
    await using _hub = hub;
    addService(hub, 'acme', 'api');
    for (let times = 0; times < 6; times += 1) {
      await hub.ask('acme', 'api', 16);
      await hub.ask('acme', 'api', 4, 'unavailable');
      await hub.clock.advance(minute);
    }
    // 20 % failed against 1 % that may: 20 times as fast.
    expect(await firing(hub)).toEqual(['(ErrorBudgetLeaking)', 'ErrorBudgetBurning']);
    expect(chat.sent.at(-1)?.firing[0]).toMatchObject({
      summary: 'calls to api of acme fail so fast that the month’s error budget will not last',
      value: 'the availability budget burns 20 times as fast as it may',
    });
    // The short window of an hour is over after five minutes, that of six hours after thirty.
    for (let times = 0; times < 32; times += 1) {
      await hub.ask('acme', 'api', 1);
      await hub.clock.advance(minute);
    }
    expect(await firing(hub)).toEqual(['ErrorBudgetLeaking']);
  });

  it('tell of credentials by how much time is left', async () => {
    const { hub, chat } = openHub();
    await using _hub = hub;
    addService(hub, 'acme', 'api', { expiresAt: hub.clock.now() + day + 5 * minute });
    await hub.ask('acme', 'api', 1);
    await hub.clock.advance(4 * minute);
    expect(await firing(hub)).toEqual([]);
    await hub.clock.advance(2 * minute);
    expect(await firing(hub)).toEqual(['CredentialExpiring']);
    expect(await hub.engine.alerts()).toMatchObject([
      { says: expect.stringContaining('the token of the account expires') },
    ]);
    expect(chat.sent[0]?.firing[0]).toMatchObject({
      summary: 'the token of api of acme ends within a day',
      value: '1d left',
    });
  });

  it('tell of calls that stopped, until there are some again', async () => {
    const { hub } = openHub({ intervalMs: 10 * minute });
    await using _hub = hub;
    for (const name of ['busy', 'rare']) addService(hub, 'acme', name);
    for (let passed = 0; passed < 26; passed += 1) {
      await hub.ask('acme', 'busy', 1);
      if (passed % 3 === 0) await hub.ask('acme', 'rare', 1);
      await hub.clock.advance(hour);
    }
    expect(await firing(hub)).toEqual([]);
    await hub.clock.advance(hour);
    expect(await hub.engine.alerts()).toMatchObject([
      { rule: 'CallsStopped', labels: { integration: 'busy' } },
    ]);
    await hub.clock.advance(3 * hour);
    expect(await firing(hub)).toEqual(['CallsStopped']);
    await hub.ask('acme', 'busy', 1);
    await hub.clock.advance(10 * minute);
    expect(await firing(hub)).toEqual([]);
  });

  it('tell at once of payments that contradict their orders, and of declines that nobody knows', async () => {
    const { hub, chat } = openHub();
    await using _hub = hub;
    const labels = { tenant: 'acme', gateway: 'stripe' };
    hub.engine.count(
      'payment_alerts',
      { ...labels, kind: 'integrity' },
      1,
      'asked for 10.00 EUR, charged 100.00 EUR',
    );
    hub.engine.record('unmapped_declines', { ...labels, code: 'do_not_honor_2' }, 2);
    await hub.clock.advance(1_000);
    expect(chat.sent[0]?.firing.map(({ name, summary }) => `${name}: ${summary}`)).toEqual([
      'PaymentContradiction: stripe said something about a payment that contradicts the order (integrity)',
      'UnmappedDeclines: stripe declines payments with the code do_not_honor_2, which nobody knows',
    ]);
    expect(chat.sent[0]?.firing[0]?.says).toBe('asked for 10.00 EUR, charged 100.00 EUR');
  });

  it('let one alert speak for all that follow from it', async () => {
    const { hub } = openHub();
    await using _hub = hub;
    addService(hub, 'acme', 'api', { breaker: true, checkFails: true });
    await hub.registry.enable({ tenant: 'acme', name: 'api' });
    await hub.ask('acme', 'api', 5, 'unavailable');
    await hub.clock.advance(12 * minute);
    expect(await firing(hub)).toContain('IntegrationDown');
    expect(await firing(hub)).toContain('(BreakerOpenLong)');
  });
});

describe('channels that keep alerts by themselves', () => {
  it('hear of changes at once and of what fires every minute, acknowledged or not', async () => {
    const manager = recorder({ repeatable: true, refreshMs: minute });
    await using hub = createHub({
      channels: { manager },
      routes: [{ name: 'all', groupWait: '5m', steps: [{ channels: ['manager'] }] }],
    });
    hub.engine.record('noise', { tenant: 'acme' }, 11);
    await hub.clock.advance(30_000);
    await hub.engine.acknowledge((await hub.engine.groups())[0]?.key ?? '', 'ada');
    await hub.clock.advance(2 * minute);
    hub.engine.record('noise', { tenant: 'acme' }, 0);
    await hub.clock.advance(30_000);
    expect(manager.lines).toEqual(['new 1+0', 'repeat 1+0', 'repeat 1+0', 'resolved 0+1']);
  });
});
