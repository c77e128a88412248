import type { Health, IntegrationView, SandboxRow, Spell } from '@im/server';
import { expect, it } from 'vitest';
import type { Ask } from './start-ask.ts';
import { checkWeather } from './start-weather.ts';

const row: SandboxRow = {
  name: 'tunes',
  tenant: 'acme',
  provider: 'tunes',
  mode: 'sandbox',
  where: '',
  keys: [],
};
const outage: Spell = {
  kind: 'outage',
  says: 'it is down',
  fault: { kind: 'status', status: 503 },
  firstMs: 100,
  everyMs: 1_000,
  lastsMs: 500,
  beginsAt: 0,
  shows: 'unhealthy',
};

/** A hub that says these, whatever the weather. */
const hubThatSays = (status: IntegrationView['status'], health: Health['status']): Ask => {
  const view = { ...row, status, reasons: [], stats: { calls: 1 }, note: 'outage' };
  const failing = status === 'unhealthy' ? [row] : [];
  const answers: Readonly<Record<string, unknown>> = {
    '/integrations/status': { integrations: [view] },
    '/integrations/health': { status: health, failing },
  };
  return async (path) => ({ status: 200, type: 'application/json', text: JSON.stringify(answers[path]) });
};

function station() {
  let now = 0;
  return {
    spells: [outage],
    mostWaitMs: 0,
    at: (weatherMs: number) => {
      now = weatherMs;
    },
    weather: () => (now === outage.firstMs ? [{ spell: outage, provider: 'tunes', leftMs: 500 }] : []),
  };
}

it('a hub that shows no outage is found out', async () => {
  expect(await checkWeather(hubThatSays('healthy', 'healthy'), [row], station())).toEqual([
    'in the outage: tunes of acme is healthy, not unhealthy: ',
    'in the outage: /integrations/health does not name tunes of acme as failing',
    'in the outage: the hub is healthy (200), not degraded',
  ]);
});

it('and so is one that does not get over it', async () => {
  const found = await checkWeather(hubThatSays('unhealthy', 'degraded'), [row], station());
  expect(found.filter((one) => one.startsWith('in the outage'))).toEqual([]);
  expect(found).toContain('after the outage: tunes of acme is unhealthy, not healthy: ');
});
