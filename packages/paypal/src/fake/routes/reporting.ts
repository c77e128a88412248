/** `/v1/reporting`: what moved, some hours late, as at PayPal. */
import { addMoney, type Currency, type Money, money as moneyOf } from '@im/payments';
import type { FakeRequest } from '@im/testing';
import type { Account, Transaction } from '../account.ts';
import { instant, link, money, numbered, refuse } from '../requests.ts';
import type { World } from '../world.ts';
import type { RouteTable } from './table.ts';

const dayMs = 86_400_000;
/** Characters that reports can have in texts; what has others is left out here. */
const reportable = /^[a-zA-Z0-9_'\-., ":;!?]*$/;

export function reportingRoutes(world: World): RouteTable {
  const range = (request: FakeRequest): readonly [from: number, to: number] => {
    const [from, to] = ['start_date', 'end_date'].map((name) => {
      const text = request.query.get(name) ?? refuse(400, 'MISSING_REQUIRED_PARAMETER', name);
      const at = Date.parse(text);
      return Number.isNaN(at) ? refuse(400, 'INVALID_PARAMETER_SYNTAX', name) : at;
    }) as [number, number];
    if (to < from || to - from > 31 * dayMs) return refuse(400, 'INVALID_PARAMETER_VALUE', 'end_date');
    if (from < world.clock.now() - 3 * 366 * dayMs)
      return refuse(400, 'INVALID_PARAMETER_VALUE', 'start_date');
    return [from, to];
  };
  const isSeen = (account: Account, { at }: Transaction) =>
    at + account.settings.reportingDelayMs <= world.clock.now();

  return {
    'GET /v1/reporting/transactions': (request, account) => {
      const [from, to] = range(request);
      const { query } = request;
      const wants = (name: string, value: string | undefined) =>
        query.get(name) === null || query.get(name) === value;
      const all = account.books.transactions
        .filter(
          (one) =>
            one.at >= from &&
            one.at <= to &&
            isSeen(account, one) &&
            wants('transaction_type', one.code) &&
            wants('transaction_status', one.status) &&
            wants('transaction_currency', one.amount.currency) &&
            wants('transaction_id', one.id),
        )
        .toSorted((one, other) => one.at - other.at);
      // This API gives its totals unasked.
      const counted = { ...request, query: new URLSearchParams([...query, ['total_required', 'true']]) };
      const { items, totals, page } = numbered(counted, all, { usual: 100, most: 500 });
      const isWhole = /\b(all|payer_info)\b/.test(query.get('fields') ?? '');
      return {
        json: {
          ...(items.length > 0 && {
            transaction_details: items.map((one) => ({
              transaction_info: show(account, one),
              ...(isWhole && {
                payer_info: { email_address: 'customer@personal.example.com', country_code: 'DE' },
              }),
            })),
          }),
          account_number: account.merchantId,
          start_date: instant(from),
          end_date: instant(to),
          last_refreshed_datetime: instant(world.clock.now() - account.settings.reportingDelayMs),
          page,
          ...totals,
          links: [link(world.base, 'self', `/v1/reporting/transactions?${query}`)],
        },
      };
    },
    'GET /v1/reporting/balances': (request, account) => {
      const at = Date.parse(request.query.get('as_of_time') ?? instant(world.clock.now()));
      const sums = new Map<Currency, Money>();
      const add = (amount: Money) =>
        sums.set(
          amount.currency,
          addMoney(sums.get(amount.currency) ?? moneyOf(0n, amount.currency), amount),
        );
      for (const one of account.books.transactions.filter(
        (entry) => entry.at <= at && entry.status === 'S',
      )) {
        add(one.amount);
        if (one.fee !== undefined) add(one.fee);
      }
      return {
        json: {
          balances: [...sums.values()].map((sum, index) => ({
            currency: sum.currency,
            primary: index === 0,
            total_balance: money(sum),
            available_balance: money(sum),
            withheld_balance: money(moneyOf(0n, sum.currency)),
          })),
          account_id: account.merchantId,
          as_of_time: instant(at),
          last_refresh_time: instant(world.clock.now()),
        },
      };
    },
  };
}

function show({ merchantId }: Account, one: Transaction) {
  const kind = one.reference?.startsWith('I-') ? 'SUB' : one.code === 'T0006' ? 'ODR' : 'TXN';
  const reference = one.reference !== undefined && /^[a-zA-Z0-9]*$/.test(one.reference);
  return {
    paypal_account_id: merchantId,
    transaction_id: one.id,
    ...(reference && { paypal_reference_id: one.reference, paypal_reference_id_type: kind }),
    transaction_event_code: one.code,
    transaction_initiation_date: instant(one.at),
    transaction_updated_date: instant(one.at),
    transaction_amount: money(one.amount),
    ...(one.fee !== undefined && { fee_amount: money(one.fee) }),
    transaction_status: one.status,
    ...(one.invoiceId !== undefined && reportable.test(one.invoiceId) && { invoice_id: one.invoiceId }),
    ...(one.customId !== undefined && reportable.test(one.customId) && { custom_field: one.customId }),
  };
}
