/** Compares two ledgers of payments by reference: pure, over whatever both sides were read from. */
import { addMoney, equalMoney, type Money, money } from '../money.ts';
import type { PaymentStatus } from '../states.ts';

/** One payment, as one side has it. */
export interface LedgerEntry {
  readonly reference: string;
  /** The vendor's id. */
  readonly payment?: string | undefined;
  readonly amount: Money;
  readonly status?: PaymentStatus | undefined;
  readonly captured: Money;
  readonly refunded: Money;
}

/**
 * What does not agree. `missing_there`: we believe that it was made. `missing_here`: nobody here asked for it. `twice_there`: several payments have
 * one reference. The others name what differs.
 */
export type LedgerDifferenceKind =
  | 'missing_there'
  | 'missing_here'
  | 'twice_there'
  | 'amount'
  | 'captured'
  | 'refunded'
  | 'status';

/** One payment that does not agree. */
export interface LedgerDifference {
  readonly kind: LedgerDifferenceKind;
  readonly reference: string;
  readonly ours?: LedgerEntry | undefined;
  readonly theirs: readonly LedgerEntry[];
}

/** Sums of one currency on both sides. */
export interface LedgerTotals {
  readonly currency: string;
  readonly captured: { readonly ours: Money; readonly theirs: Money };
  readonly refunded: { readonly ours: Money; readonly theirs: Money };
}

/** What became of a comparison. */
export interface LedgerComparison {
  /** Payments that are the same on both sides. */
  readonly agreed: number;
  /** One for each payment that is not, by the gravest kind: in the order in which the kinds stand. */
  readonly differences: readonly LedgerDifference[];
  /** By currency, in alphabetical order. */
  readonly totals: readonly LedgerTotals[];
}

/** Compares. References are unique on our side; of several entries with one reference the last counts. */
export function compareLedgers(ours: Iterable<LedgerEntry>, theirs: Iterable<LedgerEntry>): LedgerComparison {
  const here = new Map(Array.from(ours, (entry) => [entry.reference, entry]));
  const there = Map.groupBy(theirs, ({ reference }) => reference);
  const references = new Set([...here.keys(), ...there.keys()]);
  const differences: LedgerDifference[] = [];
  for (const reference of references) {
    const [our, their] = [here.get(reference), there.get(reference) ?? []];
    const kind = differenceOf(our, their);
    if (kind !== undefined) differences.push({ kind, reference, ours: our, theirs: their });
  }
  return {
    agreed: references.size - differences.length,
    differences,
    totals: totalsOf([...here.values()], [...there.values()].flat()),
  };
}

function differenceOf(
  ours: LedgerEntry | undefined,
  [theirs, ...more]: readonly LedgerEntry[],
): LedgerDifferenceKind | undefined {
  if (theirs === undefined) return 'missing_there';
  if (ours === undefined) return 'missing_here';
  if (more.length > 0) return 'twice_there';
  for (const part of ['amount', 'captured', 'refunded'] as const)
    if (!equalMoney(ours[part], theirs[part])) return part;
  return ours.status === theirs.status ? undefined : 'status';
}

function totalsOf(ours: readonly LedgerEntry[], theirs: readonly LedgerEntry[]): readonly LedgerTotals[] {
  const amounts = [...ours, ...theirs].flatMap(({ captured, refunded }) => [captured, refunded]);
  const currencies = new Set(amounts.map(({ currency }) => currency));
  return [...currencies].sort().map((currency) => {
    const sum = (entries: readonly LedgerEntry[], part: 'captured' | 'refunded') =>
      entries
        .map((entry) => entry[part])
        .filter((amount) => amount.currency === currency)
        .reduce<Money>(addMoney, money(0n, currency));
    const both = (part: 'captured' | 'refunded') => ({ ours: sum(ours, part), theirs: sum(theirs, part) });
    return { currency, captured: both('captured'), refunded: both('refunded') };
  });
}
