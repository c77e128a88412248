import { type Call, type Clock, type Page, pages, read } from '@im/core';
import { cursorPage, fromCursor } from '@im/http';
import { type Transaction, wireBalances, wireTransactions } from '../wire/reporting.ts';
import { type Connection, invalid, notesOf, numberedPage, type PageNumber, pageNumber } from './shared.ts';

/** Which transactions to list. */
export interface TransactionFilter {
  /** Internet date and time, at most three years ago. */
  readonly from: string;
  /** At most 31 days later. */
  readonly to: string;
  /** 17 to 19 characters. */
  readonly transactionId?: string | undefined;
  /** Event code: `T0006` is a checkout payment, `T0400` a withdrawal to the bank. */
  readonly type?: string | undefined;
  /** S success, P pending, D denied, V reversed. */
  readonly status?: 'S' | 'P' | 'D' | 'V' | undefined;
  readonly currency?: string | undefined;
  /** Parts beside `transaction_info`: `payer_info`, or `all`. */
  readonly fields?: string | undefined;
}

const notes = notesOf('transaction-search/v1');
const sizes = { usual: 100, most: 500 };
const dayMs = 86_400_000;
/** How much time one search may span, and how far back PayPal looks. */
const spanMs = 31 * dayMs;
const historyMs = 3 * 365 * dayMs;
/** Withdrawals to a bank, by hand and by itself: https://developer.paypal.com/docs/transaction-search/transaction-event-codes/ */
const withdrawals = ['T0400', 'T0401', 'T0403'] as const;

const atInstant = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

export const reportingOperations = ({ http }: Connection, clock: Clock) => {
  const search = async (
    filter: TransactionFilter,
    at: PageNumber,
    call: Call,
  ): Promise<Page<Transaction>> => {
    const query = {
      start_date: filter.from,
      end_date: filter.to,
      transaction_id: filter.transactionId,
      transaction_type: filter.type,
      transaction_status: filter.status,
      transaction_currency: filter.currency,
      fields: filter.fields ?? 'transaction_info',
      ...at,
    };
    const { transactionDetails, ...totals } = await http.get(
      'v1/reporting/transactions',
      wireTransactions,
      call,
      {
        query,
      },
    );
    return numberedPage(transactionDetails, at, totals);
  };

  return {
    /** What moved on the account, oldest first. It shows up to three hours late. An id is not unique: a transaction has several entries. */
    listTransactions: pages(
      read(
        (filter: TransactionFilter, call: Call) => search(filter, pageNumber(call, sizes), call),
        notes('search_get'),
      ),
    ),

    /**
     * Money that went to the merchant's bank, the newest months first, back to three years: month after month and kind after kind, so a page may
     * be empty while more follow.
     */
    listWithdrawals: pages(
      read(async (call: Call): Promise<Page<Transaction>> => {
        // A clock may tell fractions of a millisecond; a cursor holds whole ones.
        const now = Math.floor(clock.now());
        const [, end, kind = 'none'] = /^(\d+)-(\d)$/.exec(fromCursor(call) ?? `${now}-0`) ?? [];
        const type = withdrawals[Number(kind)];
        if (type === undefined) throw invalid('the cursor is not one of this operation');
        const to = Number(end);
        const from = Math.max(to - spanMs, now - historyMs);
        const filter = { from: atInstant(from), to: atInstant(to), type };
        const items: Transaction[] = [];
        let isMore = true;
        for (let page = 1; isMore; page += 1) {
          const found = await search(filter, { page, page_size: sizes.most }, call);
          items.push(...found.items);
          isMore = found.next !== undefined;
        }
        const next = Number(kind) + 1;
        if (next < withdrawals.length) return cursorPage(items, `${to}-${next}`);
        return cursorPage(items, from > now - historyMs ? `${from}-0` : undefined);
      }, notes('search_get')),
    ),

    /** What the account holds, by currency, now or at an instant of the last three years. */
    getBalances: read(
      (asOf: string | undefined, call: Call) => {
        const query = { as_of_time: asOf };
        return http.get('v1/reporting/balances', wireBalances, call, { query });
      },
      notes('balances_get', 1),
    ),
  };
};
