import { tmpdir } from 'node:os';
import { createRegistry } from '@im/core';
import { createRandom, createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { findCandidates } from './find.ts';
import { startSandbox } from './sandbox.ts';
import { type Spell, sandboxWeather, spellRule, weatherAt } from './weather.ts';

const vendors = ['a', 'b', 'c', 'd'];
const storm: Spell = {
  kind: 'storm',
  says: 'it is too much',
  fault: { kind: 'status', status: 429, retryAfter: { seconds: 1 } },
  firstMs: 10_000,
  everyMs: 30_000,
  lastsMs: 5_000,
  beginsAt: 0.5,
  shows: 'degraded',
};
const struckAt = (elapsedMs: number) => weatherAt([storm], vendors, elapsedMs).map((one) => one.provider);

describe('the weather', () => {
  it('goes from vendor to vendor, and round again', () => {
    const turns = [0, 1, 2, 3, 4].map((turn) => struckAt(10_000 + turn * 30_000));
    expect(turns).toEqual([['c'], ['d'], ['a'], ['b'], ['c']]);
  });

  it('is on from the first moment of a turn to the last, and calm in between', () => {
    expect([9_999, 10_000, 14_999, 15_000, 39_999].map(struckAt)).toEqual([[], ['c'], ['c'], [], []]);
    expect(weatherAt([storm], vendors, 12_000)).toEqual([{ spell: storm, provider: 'c', leftMs: 3_000 }]);
  });

  it('strikes nobody where nobody is', () => {
    expect(weatherAt([storm], [], 12_000)).toEqual([]);
  });

  it('of the sandbox is calm at first, and leaves time between two turns', () => {
    for (const { firstMs, everyMs, lastsMs, beginsAt } of sandboxWeather) {
      expect(firstMs).toBeGreaterThan(0);
      expect(everyMs).toBeGreaterThan(lastsMs);
      expect(beginsAt).toBeLessThan(1);
    }
  });

  it('makes rules that hold by the moment', () => {
    let isOn = false;
    const rule = spellRule(storm, () => isOn);
    expect(rule.times).toBe(0);
    isOn = true;
    expect(rule.times).toBe(Number.POSITIVE_INFINITY);
  });

  it('strikes every tenant of the vendor whose turn it is, shows in its status and its note, and passes', async () => {
    const found = await findCandidates(import.meta.dirname);
    const also = found.candidates.filter(({ definition }) => definition.id === 'spotify');
    const outage: Spell = { ...storm, kind: 'outage', fault: { kind: 'status', status: 503 }, beginsAt: 0 };
    const clock = createVirtualClock(Date.now());
    const random = createRandom();
    let weatherMs = 0;
    await using registry = createRegistry({ clock, random });
    await using sandbox = await startSandbox({
      registry,
      from: tmpdir(),
      also,
      clock,
      random,
      faults: false,
      weather: [outage],
      weatherMs: () => weatherMs,
    });
    await registry.enableAll();
    sandbox.flow();
    const seen = () => sandbox.rows.map((row) => registry.status(row).status);
    const note = () => sandbox.note({ name: 'spotify', tenant: 'zest', provider: 'spotify' });

    await clock.advance(20_000);
    expect(seen()).toEqual(['healthy', 'healthy']);
    weatherMs = outage.firstMs;
    expect(sandbox.weather().map(({ provider }) => provider)).toEqual(['spotify']);
    await clock.advance(20_000);
    expect(new Set(seen())).not.toContain('healthy');
    expect(note()).toContain('outage, 5 s more: it is too much');
    weatherMs = outage.firstMs + outage.lastsMs;
    await clock.advance(120_000);
    expect(seen()).toEqual(['healthy', 'healthy']);
    expect(note()).not.toContain('outage');
  }, 20_000);
});
