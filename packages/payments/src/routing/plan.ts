/** Decides the order of gateways: a pure function of the payment, the rules and who is unwell. */
import { createHash } from 'node:crypto';
import type { Money } from '../money.ts';
import { multiplyMoney } from '../money-shares.ts';
import type { PaymentRouterOptions, RouteCost, RoutedCreate, RoutePlan, RouteRule } from './routing.types.ts';

/** The first rule that matches and has a gateway with a token; those that are unwell go to the end. */
export function planRoute(
  { rules, costs = {} }: Pick<PaymentRouterOptions, 'rules' | 'costs'>,
  create: RoutedCreate,
  isUnwell: (gateway: string) => boolean,
): RoutePlan {
  for (const rule of rules) {
    if (!matches(rule, create)) continue;
    const gateways = orderOf(rule.to, create, costs).filter((name) => Object.hasOwn(create.methods, name));
    if (gateways.length === 0) continue;
    const well = gateways.filter((name) => !isUnwell(name));
    return { rule: rule.name, gateways: [...well, ...gateways.filter(isUnwell)] };
  }
  return { rule: undefined, gateways: [] };
}

function matches({ when = {} }: RouteRule, { amount, attributes = {} }: RoutedCreate): boolean {
  return (
    (when.currencies?.includes(amount.currency) ?? true) &&
    amount.minor >= (when.minMinor ?? 0n) &&
    (when.maxMinor === undefined || amount.minor <= when.maxMinor) &&
    Object.entries(when.attributes ?? {}).every(([name, values]) => values.includes(attributes[name] ?? ''))
  );
}

function orderOf(
  to: RouteRule['to'],
  { reference, amount }: RoutedCreate,
  costs: Readonly<Record<string, RouteCost>>,
): readonly string[] {
  if ('weights' in to) return byWeight(Object.entries(to.weights), reference);
  if (!('cheapest' in to)) return to;
  const priced = to.cheapest.map((name) => ({ name, minor: priceOf(amount, costs[name]) }));
  return priced
    .toSorted((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0))
    .map(({ name }) => name);
}

/** What a gateway without a known cost takes is more than any other. */
function priceOf(amount: Money, cost: RouteCost | undefined): bigint {
  if (cost === undefined) return amount.minor + 10n ** 30n;
  const share = multiplyMoney(amount, { numerator: cost.basisPoints, denominator: 10_000n }, 'ceiling');
  return share.minor + (cost.fixedMinor?.[amount.currency] ?? 0n);
}

/**
 * Weighted rendezvous hashing: a reference gives the same order in every process, each gateway is first for its share, and taking one away
 * moves only its own payments.
 */
function byWeight(
  weights: readonly (readonly [name: string, weight: number])[],
  reference: string,
): readonly string[] {
  const scored = weights
    .filter(([, weight]) => weight > 0)
    .map(([name, weight]) => {
      const hash = createHash('sha256')
        .update(JSON.stringify([name, reference]))
        .digest();
      return { name, score: -weight / Math.log((hash.readUIntBE(0, 6) + 1) / (2 ** 48 + 1)) };
    });
  return scored.toSorted((a, b) => b.score - a.score).map(({ name }) => name);
}
