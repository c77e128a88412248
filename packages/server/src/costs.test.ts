import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from './__fixtures__/registry.ts';
import { createCosts, sumOf } from './costs.ts';
import { createServer } from './server.ts';

const eur = (perCall: number, more: object = {}) => ({
  provider: 'spotify',
  perCall,
  currency: 'EUR',
  ...more,
});
const status = sample({ stats: sampleStats(1_000) });

describe('what calls cost', () => {
  it.each([
    ['the price of the provider', [eur(0.002)], [{ currency: 'EUR', amount: 2 }]],
    [
      'the last price that fits',
      [eur(0.002), eur(0.005, { operation: 'getTrack' })],
      [{ currency: 'EUR', amount: 5 }],
    ],
    ['no price of another operation', [eur(1, { operation: 'getAlbum' })], []],
    ['no price of another tenant', [eur(1, { tenant: 'zest' })], []],
    ['no price of another provider', [{ ...eur(1), provider: 'deezer' }], []],
    ['nothing without a price', [], []],
  ])('is %s', (_, prices, expected) => {
    expect(createCosts(prices)(status)).toEqual(expected);
  });

  it('is summed up by currency', () => {
    const costs = [
      { currency: 'EUR', amount: 1 },
      { currency: 'USD', amount: 2 },
      { currency: 'EUR', amount: 3 },
    ];
    expect(sumOf(costs)).toEqual([
      { currency: 'EUR', amount: 4 },
      { currency: 'USD', amount: 2 },
    ]);
  });

  it('stands in the status and on the page, for who sees the integration', async () => {
    const registry = sampleRegistry([status]);
    await using hub = createServer({ registry, prices: [eur(0.002)] });
    const answer = await hub.app.request('/integrations/status');
    expect(await answer.json()).toMatchObject({
      integrations: [{ costs: [{ currency: 'EUR', amount: 2 }] }],
    });
    expect(await (await hub.app.request('/')).text()).toContain('€2.00');
  });

  it('is refused where it cannot be', () => {
    const make = () =>
      createServer({ registry: sampleRegistry([]), prices: [eur(-1, { currency: 'euro' })] });
    expect(make).toThrow(/perCall[\s\S]*currency/);
  });
});
