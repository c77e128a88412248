/** Payouts and what they consist of, out of settlement reports. Webhooks tell which reports there are; each is downloaded when it is asked for. */
import type { Page, StateStore } from '@im/core';
import type { Payout, SettlementLine } from '@im/payments';
import type { Notification } from '../webhooks/verify.ts';
import { numberedList } from './numbered-list.ts';
import { refusal } from './refuse.ts';
import type { SettledBatch } from './settlement-report.ts';

/** Reports that a page of payouts reads, and lines that a page of a settlement has. */
export const reportsPerPage = 10;
export const linesPerPage = 50;

export interface Payouts {
  /** Notes a report, if the notification is of one. The address that it gives is not signed, and is not used. */
  tell(notification: Notification): Promise<void>;
  page(cursor: string | undefined, download: Download): Promise<Page<Payout>>;
  lines(payout: string, cursor: string | undefined, download: Download): Promise<Page<SettlementLine>>;
}

type Download = (fileName: string) => Promise<readonly SettledBatch[]>;

const reportName = /^settlement_detail_report_batch_(\d+)\.csv$/;

export function createPayouts(state: StateStore): Payouts {
  const list = numberedList(state, 'settlement-reports');
  return {
    tell: async ({ eventCode, pspReference }) => {
      if (eventCode === 'REPORT_AVAILABLE' && reportName.test(pspReference)) await list.add(pspReference);
    },
    page: async (cursor, download) => {
      const { items, next } = await list.page(cursor, reportsPerPage);
      const reports = [];
      for (const name of items) reports.push(await download(name));
      return { items: reports.flat().map(({ payout }) => payout), next };
    },
    lines: async (payout, cursor = '0', download) => {
      const [, batch] = /^batch-(\d+)-[A-Z]{3}$/.exec(payout) ?? [];
      if (batch === undefined) throw noPayout();
      const batches = await download(`settlement_detail_report_batch_${batch}.csv`);
      const found = batches.find((one) => one.payout.id === payout);
      if (found === undefined) throw noPayout();
      const start = Number(cursor);
      const end = start + linesPerPage;
      return {
        items: found.lines.slice(start, end),
        next: end < found.lines.length ? String(end) : undefined,
      };
    },
  };
}

function noPayout() {
  return refusal(
    'not_found',
    'payout',
    'no settlement report has such a payout',
    'use an id that payouts gave',
  );
}
