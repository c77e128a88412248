/**
 * What calls cost, by prices that the operator knows: no vendor tells them with its answers. An estimate of calls since the hub started, to be
 * compared with the vendor's invoice and no part of one.
 */
import type { IntegrationStatus } from '@im/core';
import { z } from 'zod';

/** The price of calls. Of several that fit, the last one counts. */
export const price = z.strictObject({
  provider: z.string().min(1).describe('Id of the definition'),
  tenant: z.string().min(1).optional().describe('Default: of every tenant'),
  operation: z.string().min(1).optional().describe('Default: every operation'),
  perCall: z.number().min(0).describe('In the units of the currency: 0.0004'),
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capitals (ISO 4217), as EUR'),
});

/** One {@link price}. */
export type Price = z.output<typeof price>;

/** What was spent in one currency. */
export interface Cost {
  readonly currency: string;
  readonly amount: number;
}

/** What an integration has cost, by currency; nothing where no price is known. */
export type Costs = (status: Pick<IntegrationStatus, 'provider' | 'tenant' | 'stats'>) => readonly Cost[];

/** Makes it. */
export function createCosts(prices: readonly Price[]): Costs {
  if (prices.length === 0) return () => [];
  const latest = prices.toReversed();
  return ({ provider, tenant, stats }) =>
    sumOf(
      Object.entries(stats.operations).flatMap(([operation, { calls }]) => {
        const found = latest.find(
          (one) =>
            one.provider === provider &&
            (one.tenant ?? tenant) === tenant &&
            (one.operation ?? operation) === operation,
        );
        return found === undefined ? [] : [{ currency: found.currency, amount: found.perCall * calls }];
      }),
    );
}

/** Costs together, by currency. */
export function sumOf(costs: readonly Cost[]): readonly Cost[] {
  const sums = new Map<string, number>();
  for (const { currency, amount } of costs) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}
