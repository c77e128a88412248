/**
 * Where an object belongs, by rules that are data: the first rule that matches, and whose store the object may be in, decides.
 * Before an object is known (a read has its key only) a condition on its size or class is neither true nor false: then the
 * rules name several stores, and where the object is has to be looked up.
 */
import type {
  Placement,
  PlacementCondition,
  PlacementFacts,
  PlacementPolicy,
  PlacementRule,
  PlacementStep,
} from './placement.types.ts';
import { checkPolicy } from './placement-check.ts';

const gigabyte = 1e9;
const listOf = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** Places by the policy. `facts.isKnown`: size and class are as given; else they are not known yet. */
export type Place = (facts: PlacementFacts, isKnown: boolean) => Placement;

/** Checks the policy and makes what places by it. @throws `invalid_argument` that names the rule and what is wrong with it */
export function createPlace(policy: PlacementPolicy, stores: readonly string[]): Place {
  checkPolicy(policy, stores);
  const { months = 12, getsPerMonth = 1 } = policy.expected ?? {};

  const tenantOf = (key: string): string | undefined => {
    const prefix = policy.tenants?.prefix;
    if (prefix === undefined || !key.startsWith(prefix)) return undefined;
    const end = key.indexOf('/', prefix.length);
    return end < 0 ? undefined : key.slice(prefix.length, end);
  };
  const residencyOf = (tenant: string | undefined): string | undefined => {
    const table = policy.tenants?.residency;
    return tenant !== undefined && table !== undefined && Object.hasOwn(table, tenant)
      ? table[tenant]
      : undefined;
  };
  const mayBeIn = (store: string, residency: string | undefined) =>
    residency === undefined || policy.stores?.[store]?.residency?.includes(residency) === true;
  const monthly = (store: string, { size = gigabyte, storageClass }: PlacementFacts): number => {
    const table = policy.stores?.[store]?.costs;
    const costs = table?.[storageClass ?? 'default'] ?? table?.default;
    if (costs === undefined) return Number.POSITIVE_INFINITY;
    const gigabytes = size / gigabyte;
    const gets = getsPerMonth * (costs.perGet + gigabytes * (costs.perGbOut ?? 0));
    return gigabytes * costs.perGbMonth + costs.perPut / months + gets;
  };

  return (facts, isKnown) => {
    const tenant = tenantOf(facts.key);
    const residency = residencyOf(tenant);
    const steps: PlacementStep[] = [];
    const candidates = new Set<string>();
    const about = { ...(tenant !== undefined && { tenant }), ...(residency !== undefined && { residency }) };
    for (const rule of policy.rules) {
      const step = match(rule, { ...facts, tenant, residency }, isKnown);
      const named =
        typeof rule.store === 'string'
          ? [rule.store]
          : rule.store.cheapest === 'any'
            ? stores
            : rule.store.cheapest;
      const allowed = named.filter((store) => mayBeIn(store, residency));
      if (step.matches !== 'no' && allowed.length === 0) {
        steps.push({ ...step, matches: 'no', says: `none of its stores is in ${residency}` });
        continue;
      }
      steps.push(step);
      if (step.matches === 'no') continue;
      const isOpen = step.matches === 'perhaps' || (allowed.length > 1 && !isKnown);
      const costs = Object.fromEntries(allowed.map((store) => [store, monthly(store, facts)]));
      const cheapest = allowed.reduce(
        (a, b) => ((costs[b] ?? 0) < (costs[a] ?? 0) ? b : a),
        allowed[0] as string,
      );
      for (const store of isOpen ? allowed : [cheapest]) candidates.add(store);
      if (step.matches === 'perhaps') continue;
      const [only, ...others] = candidates;
      return {
        ...about,
        ...(others.length === 0 && { store: only, rule: rule.name }),
        ...(allowed.length > 1 && { costs }),
        candidates: [...candidates],
        steps,
      };
    }
    return { ...about, candidates: [...candidates], steps };
  };
}

type AllFacts = PlacementFacts & {
  readonly tenant: string | undefined;
  readonly residency: string | undefined;
};

/** Each condition: whether it holds, and whether it can be told from the key alone. */
const conditions: readonly {
  readonly name: keyof PlacementCondition;
  readonly needsObject: boolean;
  readonly holds: (wanted: never, facts: AllFacts) => boolean;
}[] = [
  { name: 'tenant', needsObject: false, holds: isOneOf((facts) => facts.tenant) },
  {
    name: 'prefix',
    needsObject: false,
    holds: (wanted: string | readonly string[], { key }) =>
      listOf(wanted).some((prefix) => key.startsWith(prefix)),
  },
  { name: 'residency', needsObject: false, holds: isOneOf((facts) => facts.residency) },
  { name: 'storageClass', needsObject: true, holds: isOneOf((facts) => facts.storageClass) },
  {
    name: 'minBytes',
    needsObject: true,
    holds: (wanted: number, { size = Number.POSITIVE_INFINITY }) => size >= wanted,
  },
  {
    name: 'maxBytes',
    needsObject: true,
    holds: (wanted: number, { size = Number.POSITIVE_INFINITY }) => size <= wanted,
  },
];

function isOneOf(pick: (facts: AllFacts) => string | undefined) {
  return (wanted: string | readonly string[], facts: AllFacts): boolean => {
    const value = pick(facts);
    return value !== undefined && listOf(wanted).includes(value);
  };
}

function match(rule: PlacementRule, facts: AllFacts, isKnown: boolean): PlacementStep {
  let open: string | undefined;
  for (const { name, needsObject, holds } of conditions) {
    const wanted = rule.when?.[name];
    if (wanted === undefined) continue;
    if (needsObject && !isKnown) open ??= name;
    else if (!holds(wanted as never, facts))
      return { rule: rule.name, matches: 'no', says: `${name} is not ${JSON.stringify(wanted)}` };
  }
  if (open !== undefined)
    return { rule: rule.name, matches: 'perhaps', says: `${open} is not known before the object is` };
  return { rule: rule.name, matches: 'yes', says: 'all its conditions hold' };
}

/** Whether a policy can be followed by keys alone. @returns the first rule for which it cannot */
export function ruleThatNeedsObject({ rules }: PlacementPolicy): string | undefined {
  const needing = conditions.filter(({ needsObject }) => needsObject).map(({ name }) => name);
  return rules.find(
    ({ when, store }) => typeof store !== 'string' || needing.some((name) => when?.[name] !== undefined),
  )?.name;
}
