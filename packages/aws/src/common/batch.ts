/** Batches of SQS and SNS: an answer that is a success may hold entries that failed. */
import type { ErrorCode } from '@im/core';
import { promised, refuse } from './service.ts';

/** What became of one entry of a batch, in the order of the entries. */
export type BatchResult<Success> = ({ readonly ok: true } & Success) | BatchFailure;

/** An entry that was not done; the others may have been. */
export interface BatchFailure {
  readonly ok: false;
  /** `invalid_argument` when the entry is at fault, `unavailable` when AWS is. */
  readonly code: ErrorCode;
  /** AWS's name of the error. */
  readonly reason: string;
  readonly says?: string | undefined;
}

/** Most entries of a batch. */
const mostEntries = 10;

/** @throws `VendorError` `invalid_argument` for none, and for more than AWS takes */
export function checkEntries(entries: readonly unknown[]): void {
  if (entries.length === 0 || entries.length > mostEntries)
    refuse(`a batch has 1 to ${mostEntries} entries; this one has ${entries.length}`);
}

/** The SDK's shape of an entry that failed. */
interface FailedEntry {
  readonly Id?: string | undefined;
  readonly SenderFault?: boolean | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

/** Outcomes in the order of the entries, whose ids are their places. */
export function toResults<Success, Given>(
  count: number,
  successful: readonly { readonly Id?: string | undefined }[] | undefined,
  failed: readonly FailedEntry[] | undefined,
  toSuccess: (entry: Given) => Success,
): readonly BatchResult<Success>[] {
  const byId = new Map<string, BatchResult<Success>>();
  for (const entry of successful ?? [])
    byId.set(promised(entry.Id, 'Id'), { ok: true, ...toSuccess(entry as Given) });
  for (const entry of failed ?? []) byId.set(promised(entry.Id, 'Id'), toFailure(entry));
  return Array.from({ length: count }, (_, index) =>
    promised(byId.get(String(index)), `result for entry ${index}`),
  );
}

function toFailure({ SenderFault, Code, Message: says }: FailedEntry): BatchFailure {
  return {
    ok: false,
    code: SenderFault === false ? 'unavailable' : 'invalid_argument',
    reason: promised(Code, 'Code'),
    says,
  };
}
