/** The reconciliation of a day: the shop's own orders, the gateway's records, and the processor's books, each with the others. */
import { equalMoney, type LedgerTotals, type Money, money } from '@im/payments';
import { shown } from './amounts.ts';
import { referenceOf } from './orders.ts';
import type { Shop } from './shops.ts';

/** What the day came to. */
export interface DayReport {
  readonly rows: readonly { readonly title: string; readonly ours: string; readonly theirs: string }[];
  /** Empty: everything agrees. */
  readonly differences: readonly string[];
}

const dayMs = 86_400_000;

/** Compares today, until now. Operations whose answer was lost are found out first. */
export async function reportOfDay(shop: Shop): Promise<DayReport> {
  const found = await shop.gateway.reconcile();
  const now = shop.now();
  const report = await shop.gateway.report({ from: now - (now % dayMs), to: now + 1 });
  const books = shop.books();
  const differences = [
    ...found
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ reference, error }) => `${reference}: ${String(error)}`),
    ...report.differences.map(({ kind, reference }) => `${reference}: ${kind.replaceAll('_', ' ')}`),
    ...report.faulty.map(({ payment, says }) => `${payment}: ${says}`),
    ...report.unknown.map(({ reference }) => `${reference}: nobody knows yet whether it was charged`),
    ...ordersAgainst(shop, books),
  ];
  const totals = report.totals.flatMap((total) => rowsOf(shop, total));
  const counts = { title: 'Payments that agree', ours: String(report.agreed), theirs: String(report.agreed) };
  return { rows: [counts, ...totals], differences };
}

/** One payment in the processor's own books: what it really took and gave back. */
export interface BookLine {
  readonly reference: string;
  readonly captured: Money;
  readonly refunded: Money;
}

/** Orders that look paid must be paid, by the processor's books and not only by what it answered; and nothing else is. */
function ordersAgainst(shop: Shop, books: readonly BookLine[]): readonly string[] {
  const orders = new Map(shop.orders.list().map((order) => [referenceOf(order), order]));
  const strangers = books
    .filter(({ reference, captured }) => captured.minor > 0n && !orders.has(reference))
    .map(({ reference }) => `${reference}: the processor charged what no order asked for`);
  const wrong = [...orders].flatMap(([reference, { payment, amount }]) => {
    const lines = books.filter((line) => line.reference === reference && line.captured.minor > 0n);
    if (lines.length > 1) return [`${reference}: charged ${lines.length} times`];
    const none = money(0n, amount.currency);
    const [captured, refunded] = [lines[0]?.captured ?? none, lines[0]?.refunded ?? none];
    const ours = { captured: payment?.captured ?? none, refunded: payment?.refunded ?? none };
    return equalMoney(captured, ours.captured) && equalMoney(refunded, ours.refunded)
      ? []
      : [
          `${reference}: the order says ${shown(shop, ours.captured)} less ${shown(shop, ours.refunded)}, ` +
            `the processor's books say ${shown(shop, captured)} less ${shown(shop, refunded)}`,
        ];
  });
  return [...strangers, ...wrong];
}

function rowsOf(shop: Shop, { captured, refunded }: LedgerTotals): DayReport['rows'] {
  return [
    { title: 'Taken', ours: shown(shop, captured.ours), theirs: shown(shop, captured.theirs) },
    { title: 'Given back', ours: shown(shop, refunded.ours), theirs: shown(shop, refunded.theirs) },
  ];
}
