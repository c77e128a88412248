/** What the driver keeps, opened once: records, disputes, payouts, and by which settings they are read. */
import type { DriverCall, DriverPayment } from '@im/payments';
import type { AdyenClient } from '../connect.ts';
import { createDisputes, type Disputes } from './disputes.ts';
import { createPayouts, type Payouts } from './payouts.ts';
import type { PaymentRecord } from './record.ts';
import { createRecords, type Records } from './records.ts';
import { type RenderRules, render } from './render.ts';
import { readSettlementReport, type SettledBatch } from './settlement-report.ts';

export interface Books {
  readonly merchantAccount: string;
  readonly records: Records;
  readonly disputes: Disputes;
  readonly payouts: Payouts;
  now(): number;
  rules(): RenderRules;
  /** The payment of a record of which something was told. */
  give(record: PaymentRecord): DriverPayment;
  /** Reads a report. The last one is kept, since its pages are asked for one after the other. */
  download(fileName: string, call: DriverCall): Promise<readonly SettledBatch[]>;
}

/** Gives the books; what was opened once stays open. */
export function bookKeeper(client: AdyenClient): (call?: Partial<DriverCall>) => Promise<Books> {
  let opened: Promise<Books> | undefined;
  return async (call) => {
    call?.signal?.throwIfAborted();
    opened ??= open(client).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
}

async function open(client: AdyenClient): Promise<Books> {
  const { state, clock, merchantAccount, multiplePartialCaptures, authorizationMs } =
    await client.openRecords();
  const records = createRecords(state);
  const rules = () => ({ multiplePartialCaptures, authorizationMs, now: clock.now() });
  let last: { readonly fileName: string; readonly batches: readonly SettledBatch[] } | undefined;
  return {
    merchantAccount,
    records,
    disputes: createDisputes(state, records),
    payouts: createPayouts(state),
    now: () => clock.now(),
    rules,
    give: (record) => {
      const payment = render(record, rules());
      if (payment === undefined) throw new Error('a record of which something was told gives no payment');
      return payment;
    },
    download: async (fileName, { signal }) => {
      if (last?.fileName !== fileName)
        last = { fileName, batches: readSettlementReport(await client.downloadReport(fileName, { signal })) };
      return last.batches;
    },
  };
}
