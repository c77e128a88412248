/** What can be done about a dispute. That there is one is told by webhook. */
import { type Call, idempotent, read, unsafe, VendorError } from '@im/core';
import type { z } from 'zod';
import { wireDefenseReasons, wireDisputeResult } from '../wire/services.ts';
import { type Connection, disputes, invalid } from './shared.ts';

/** Evidence. */
export interface DefenseDocument {
  /** One of those that `listDefenseReasons` names. */
  readonly defenseDocumentTypeCode: string;
  /** At most 10 MB as PDF, 2 MB as JPEG or TIFF. */
  readonly contentType: 'application/pdf' | 'image/jpeg' | 'image/tiff';
  readonly content: Uint8Array;
}

const megabyte = 1_048_576;
const mostBytes = { 'application/pdf': 10, 'image/jpeg': 2, 'image/tiff': 2 } as const;

export const disputeOperations = ({ http, merchantAccount }: Connection) => {
  const ask = async <
    Schema extends z.ZodType<{
      disputeServiceResult: { success: boolean; errorMessage?: string | undefined };
    }>,
  >(
    what: string,
    disputePspReference: string,
    schema: Schema,
    call: Call,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<z.output<Schema>> => {
    const json = { merchantAccountCode: merchantAccount, disputePspReference, ...more };
    const answer = await http.disputes.post(what, schema, call, { json });
    const { success, errorMessage = 'no reason' } = answer.disputeServiceResult;
    if (success) return answer;
    throw new VendorError({
      code: 'failed_precondition',
      reason: 'dispute_refused',
      says: `Adyen says "${errorMessage.slice(0, 200)}"`,
      status: 200,
      sent: true,
    });
  };
  const dispute = async (
    what: string,
    reference: string,
    call: Call,
    more?: Readonly<Record<string, unknown>>,
  ) => void (await ask(what, reference, wireDisputeResult, call, more));
  return {
    /** By which reasons a dispute can be defended, and with which documents. */
    listDefenseReasons: read(
      async (disputePspReference: string, call: Call) =>
        (await ask('retrieveApplicableDefenseReasons', disputePspReference, wireDefenseReasons, call))
          .defenseReasons,
      disputes('retrieveApplicableDefenseReasons'),
    ),
    /** Gives evidence, at most as large as Adyen takes it; a second document of one kind replaces the first. */
    supplyDefenseDocuments: idempotent(
      async (
        disputePspReference: string,
        documents: readonly DefenseDocument[],
        call: Call,
      ): Promise<void> => {
        for (const { contentType, content } of documents)
          if (content.byteLength > mostBytes[contentType] * megabyte)
            throw invalid(`a document of ${contentType} may have ${mostBytes[contentType]} MB`);
        const defenseDocuments = documents.map(({ content, ...rest }) => ({
          ...rest,
          content: Buffer.from(content).toString('base64'),
        }));
        return dispute('supplyDefenseDocument', disputePspReference, call, { defenseDocuments });
      },
      disputes('supplyDefenseDocument'),
    ),
    /** Takes a document back. */
    deleteDefenseDocument: idempotent(
      (disputePspReference: string, defenseDocumentType: string, call: Call): Promise<void> =>
        dispute('deleteDisputeDefenseDocument', disputePspReference, call, { defenseDocumentType }),
      disputes('deleteDisputeDefenseDocument'),
    ),
    /** Hands the evidence in. This cannot be taken back. */
    defendDispute: unsafe(
      (disputePspReference: string, defenseReasonCode: string, call: Call): Promise<void> =>
        dispute('defendDispute', disputePspReference, call, { defenseReasonCode }),
      disputes('defendDispute'),
    ),
    /** Gives in. This cannot be taken back. */
    acceptDispute: unsafe(
      (disputePspReference: string, call: Call): Promise<void> =>
        dispute('acceptDispute', disputePspReference, call),
      disputes('acceptDispute'),
    ),
  };
};
