/** Settlement reports: what was captured less what was given back, less fees of 1 % and 0.11, in batches. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeAccount, FakePayment } from './account.ts';
import type { World } from './world.ts';

const header =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number,Reserved4,Reserved5,Reserved6,Reserved7,Reserved8,Reserved9,Reserved10';

interface Line {
  readonly type: string;
  readonly payment?: FakePayment;
  readonly movement: string;
  readonly debit?: number;
  readonly credit?: number;
  /** Hundredths. */
  readonly fee: number;
}

const decimal = (value: number) =>
  `${value < 0 ? '-' : ''}${Math.floor(Math.abs(value) / 100)}.${String(Math.abs(value) % 100).padStart(2, '0')}`;
const cell = (value: number | undefined) => (value === undefined || value === 0 ? '' : decimal(value));
const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Settles what these payments brought and has not been settled: currencies with two decimals, one of them. Tells `REPORT_AVAILABLE`.
 *
 * @returns the name of the report
 */
export function settle(world: World, account: FakeAccount, payments: readonly FakePayment[]): string {
  const batch = account.reports.size + 1;
  const currency = payments[0]?.amount.currency ?? 'EUR';
  const lines: Line[] = [];
  for (const payment of payments) {
    const moves = [
      ...payment.captures
        .filter(({ status }) => status === 'done')
        .map((move) => ({ move, type: 'Settled' })),
      ...payment.refunds
        .filter(({ status }) => status === 'done')
        .map((move) => ({ move, type: 'Refunded' })),
    ];
    for (const { move, type } of moves.slice(payment.settled)) {
      const isIn = type === 'Settled';
      lines.push({
        type,
        payment,
        movement: move.psp,
        ...(isIn ? { credit: move.value } : { debit: move.value }),
        fee: isIn ? Math.round(move.value / 100) + 11 : 0,
      });
    }
    payment.settled = moves.length;
  }
  lines.push({ type: 'Fee', movement: `Transaction Fees batch ${batch}`, debit: 25, fee: 0 });
  const total = lines.reduce((all, { credit = 0, debit = 0, fee }) => all + credit - debit - fee, 0);
  const date = new Date(world.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
  const row = ({ type, payment, movement, debit, credit, fee }: Line): string => {
    const net = (credit ?? 0) - (debit ?? 0) - fee;
    const isPayment = payment !== undefined;
    return [
      'Company',
      account.merchantAccount,
      payment?.psp ?? '',
      payment?.reference ?? '',
      payment?.method ?? '',
      date,
      'UTC',
      type,
      movement,
      isPayment ? currency : '',
      isPayment ? cell(debit) : '',
      isPayment ? cell(credit) : '',
      isPayment ? '1' : '',
      currency,
      net < 0 ? decimal(-net) : '',
      net > 0 ? decimal(net) : '',
      '',
      cell(fee),
      '',
      '',
      payment?.method ?? '',
      '',
      String(batch),
      '',
      '',
      '',
      '',
      '',
      '',
      '',
    ]
      .map(quoted)
      .join(',');
  };
  const paid: Line = { type: 'MerchantPayout', movement: `TX${batch} batch ${batch}`, debit: total, fee: 0 };
  const name = `settlement_detail_report_batch_${batch}.csv`;
  account.reports.set(name, `${[header, ...lines.map(row), row(paid)].join('\n')}\n`);
  world.tell(account, {
    eventCode: 'REPORT_AVAILABLE',
    pspReference: name,
    reason: `${world.base}/reports/download/MerchantAccount/${account.merchantAccount}/${name}`,
  });
  return name;
}

export function downloadReport(request: FakeRequest, account: FakeAccount): FakeResponse {
  const { merchantAccount, file = '' } = request.params;
  const report = merchantAccount === account.merchantAccount ? account.reports.get(file) : undefined;
  if (report === undefined)
    return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not found' };
  return { headers: { 'content-type': 'text/csv; charset=utf-8' }, body: report };
}
