/**
 * Where an object belongs, by rules that are data: the first rule that matches, and whose store the object may be in, decides.
 * Before an object is known (a read has its key only) a condition on its size or class is neither true nor false: then the
 * rules name several stores, and where the object is has to be looked up.
 */
import { refusal } from './member.ts';

/** What storing costs, in any one currency. */
export interface StorageCosts {
  /** A gigabyte (10⁹ bytes) for a month. */
  readonly perGbMonth: number;
  /** One request that writes. */
  readonly perPut: number;
  /** One request that reads. */
  readonly perGet: number;
  /** A gigabyte that leaves the cloud. Default 0. */
  readonly perGbOut?: number | undefined;
}

/** What is known of a store. */
export interface PlacementStore {
  /** Where it keeps things: `eu`. Absent: an object that has to be somewhere is never put there. */
  readonly residency?: readonly string[] | undefined;
  /** By storage class; `default` for all that are not named. Needed where a rule asks for the cheapest. */
  readonly costs?: Readonly<Record<string, StorageCosts>> | undefined;
}

/** Conditions of a rule. All that are given must hold; of a list, one. */
export interface PlacementCondition {
  readonly tenant?: string | readonly string[] | undefined;
  /** Beginning of the key. */
  readonly prefix?: string | readonly string[] | undefined;
  /** Bytes. A stream of unknown length is larger than any size. */
  readonly minBytes?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** Where the tenant's objects have to be. */
  readonly residency?: string | readonly string[] | undefined;
  /** The class that `put` was given. */
  readonly storageClass?: string | readonly string[] | undefined;
}

/** One rule. */
export interface PlacementRule {
  /** For `explain`, and for people. */
  readonly name: string;
  /** Default: matches everything. */
  readonly when?: PlacementCondition | undefined;
  /** A store's name; or the cheapest of some, `'any'` of all, that the object may be in. */
  readonly store: string | { readonly cheapest: readonly string[] | 'any' };
}

/** A whole policy. Plain data: it may come from YAML. */
export interface PlacementPolicy {
  /** In the order of reading. */
  readonly rules: readonly PlacementRule[];
  /** By the stores' names. */
  readonly stores?: Readonly<Record<string, PlacementStore>> | undefined;
  readonly tenants?:
    | {
        /** The segment of a key that follows this names its tenant: `tenants/`. */
        readonly prefix: string;
        /** Where a tenant's objects have to be; other tenants' may be anywhere. */
        readonly residency?: Readonly<Record<string, string>> | undefined;
      }
    | undefined;
  /** How objects are used, for costs. Default: kept for 12 months, read once a month. */
  readonly expected?:
    | { readonly months?: number | undefined; readonly getsPerMonth?: number | undefined }
    | undefined;
}

/** What is known of an object. */
export interface PlacementFacts {
  readonly key: string;
  /** Bytes; `undefined` where nobody knows. */
  readonly size?: number | undefined;
  readonly storageClass?: string | undefined;
}

/** What became of one rule. */
export interface PlacementStep {
  readonly rule: string;
  readonly matches: 'yes' | 'no' | 'perhaps';
  readonly says: string;
}

/** Where an object belongs, and why. */
export interface Placement {
  /** Absent while several are possible. */
  readonly store?: string | undefined;
  /** The rule that decided. */
  readonly rule?: string | undefined;
  /** Every store it can be in, by what is known. */
  readonly candidates: readonly string[];
  readonly steps: readonly PlacementStep[];
  /** Monthly costs that were compared, by store. */
  readonly costs?: Readonly<Record<string, number>> | undefined;
  readonly tenant?: string | undefined;
  readonly residency?: string | undefined;
}

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

function checkPolicy(policy: PlacementPolicy, stores: readonly string[]): void {
  const wrong = (says: string, remedy: string) => refusal(says, 'placement', remedy);
  if (policy.rules.length === 0) throw wrong('there are no rules', 'give at least one');
  for (const name of Object.keys(policy.stores ?? {}))
    if (!stores.includes(name)) throw wrong(`store ${name} is not there`, `use one of ${stores.join(', ')}`);
  for (const { name, store, when } of policy.rules) {
    const named = typeof store === 'string' ? [store] : store.cheapest === 'any' ? stores : store.cheapest;
    if (named.length === 0) throw wrong(`rule ${name} names no store`, 'name at least one');
    for (const one of named) {
      if (!stores.includes(one))
        throw wrong(`rule ${name} names store ${one}, which is not there`, `use one of ${stores.join(', ')}`);
      if (typeof store !== 'string' && policy.stores?.[one]?.costs?.default === undefined)
        throw wrong(
          `rule ${name} compares costs, and store ${one} has none by default`,
          'give stores[…].costs.default',
        );
    }
    for (const bytes of [when?.minBytes, when?.maxBytes])
      if (bytes !== undefined && !(bytes >= 0))
        throw wrong(`rule ${name} has ${bytes} bytes`, 'give a number from 0');
    if (when?.tenant !== undefined && policy.tenants === undefined)
      throw wrong(`rule ${name} asks for a tenant`, 'say in tenants.prefix where keys have theirs');
  }
}
