/** A policy of placement, as data; and what it says of an object. */

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
