import { type Call, pages, read, unsafe } from '@im/core';
import { cursorPage, fromCursor, type Path } from '@im/http';
import { toWire } from '../to-wire.ts';
import { wireDispute, wireDisputes, wireNextActions } from '../wire/disputes.ts';
import type {
  AcceptedClaim,
  DisputeDocument,
  DisputeFilter,
  DisputeOffer,
  Evidence,
  WithDocuments,
} from './dispute-input.ts';
import { type Connection, invalid, nextParameter, notesOf, path } from './shared.ts';

const notes = notesOf('customer-disputes/v1');
const update = (anchor: string) => notes(anchor, 1);

export const disputeOperations = ({ http }: Connection) => {
  /**
   * Words go as JSON. With files the whole is `multipart/form-data`, the words in its part `input`: the vendor's guide has that part, its
   * description of February 2024 forgets it.
   */
  const act = (
    place: Path,
    call: Call,
    words: object,
    files: {
      readonly part: string;
      readonly documents: readonly DisputeDocument[];
      readonly always?: boolean;
    },
  ) => {
    const input = toWire(words, call.operation);
    const hasWords = Object.keys(input).length > 0;
    if (files.documents.length === 0 && files.always !== true)
      return http.post(place, wireNextActions, call, hasWords ? { json: input } : {});
    const multipart = new FormData();
    if (hasWords) multipart.set('input', new Blob([JSON.stringify(input)], { type: 'application/json' }));
    for (const { name, content } of files.documents)
      multipart.append(files.part, new Blob([new Uint8Array(content)]), name);
    // Small files that are in memory already: the lean lane will do.
    return http.post(place, wireNextActions, call, { multipart, lane: 'undici' });
  };

  const withEvidence = (
    place: Path,
    evidences: readonly Evidence[],
    documents: readonly DisputeDocument[] | undefined,
    call: Call,
  ) => {
    if (evidences.length === 0 && !documents?.length) throw invalid('takes evidence in words or documents');
    const words = evidences.length === 0 ? {} : { evidences };
    return act(place, call, words, { part: 'evidence-file', documents: documents ?? [], always: true });
  };

  return {
    /** Disputes, the newest first, without their details. */
    listDisputes: pages(
      read(async (filter: DisputeFilter | undefined, call: Call) => {
        const query = {
          start_time: filter?.startTime,
          disputed_transaction_id: filter?.transactionId,
          dispute_state: filter?.state,
          update_time_after: filter?.updatedAfter,
          update_time_before: filter?.updatedBefore,
          page_size: Math.max(1, Math.min(call.pageSize ?? 10, 50)),
          next_page_token: fromCursor(call),
        };
        const { items, links } = await http.get('v1/customer/disputes', wireDisputes, call, { query });
        return cursorPage(items, nextParameter(links, 'next_page_token'));
      }, notes('disputes_list')),
    ),

    /** A dispute, with what was said and shown in it. */
    getDispute: read(
      (id: string, call: Call) => http.get(path`v1/customer/disputes/${id}`, wireDispute, call),
      notes('disputes_get'),
    ),

    /** Gives in: the customer is refunded from the account, at once. PayPal keeps no key, so it is sent once. */
    acceptClaim: unsafe((id: string, claim: AcceptedClaim | undefined, call: Call) => {
      const { documents = [], ...words } = claim ?? {};
      const part = 'accept-claim-document';
      return act(path`v1/customer/disputes/${id}/accept-claim`, call, words, { part, documents });
    }, update('disputes_accept-claim')),

    /** Evidence while the dispute waits for the merchant. */
    provideEvidence: unsafe(
      (
        id: string,
        evidences: readonly Evidence[],
        documents: readonly DisputeDocument[] | undefined,
        call: Call,
      ) => withEvidence(path`v1/customer/disputes/${id}/provide-evidence`, evidences, documents ?? [], call),
      update('disputes_provide-evidence'),
    ),

    /** New evidence after the dispute was lost, while it can be appealed. */
    appealDispute: unsafe(
      (
        id: string,
        evidences: readonly Evidence[],
        documents: readonly DisputeDocument[] | undefined,
        call: Call,
      ) => withEvidence(path`v1/customer/disputes/${id}/appeal`, evidences, documents ?? [], call),
      update('disputes_appeal'),
    ),

    /** Turns an inquiry between the two into a claim that PayPal decides. */
    escalateDispute: unsafe(
      (id: string, note: string, call: Call) =>
        http.post(path`v1/customer/disputes/${id}/escalate`, wireNextActions, call, {
          json: toWire({ note }, call.operation),
        }),
      update('disputes_escalate'),
    ),

    /** Offers the customer another way out of an inquiry. */
    makeOffer: unsafe(
      (id: string, offer: DisputeOffer, call: Call) =>
        http.post(path`v1/customer/disputes/${id}/make-offer`, wireNextActions, call, {
          json: toWire(offer, call.operation),
        }),
      update('disputes_make-offer'),
    ),

    /** Writes to the customer, during an inquiry. */
    sendDisputeMessage: unsafe(
      (id: string, message: WithDocuments & { readonly message?: string | undefined }, call: Call) => {
        const { documents = [], ...words } = message;
        const part = 'message_document';
        return act(path`v1/customer/disputes/${id}/send-message`, call, words, { part, documents });
      },
      update('disputes_send-message'),
    ),

    /** Says that the customer sent the item back. */
    acknowledgeReturn: unsafe(
      (
        id: string,
        receipt: WithDocuments & {
          readonly note?: string | undefined;
          readonly acknowledgementType?:
            | 'ITEM_RECEIVED'
            | 'ITEM_NOT_RECEIVED'
            | 'DAMAGED'
            | 'EMPTY_PACKAGE_OR_DIFFERENT'
            | 'MISSING_ITEMS'
            | undefined;
        },
        call: Call,
      ) => {
        const { documents = [], ...words } = receipt;
        const part = 'acknowledgement_document';
        return act(path`v1/customer/disputes/${id}/acknowledge-return-item`, call, words, {
          part,
          documents,
        });
      },
      update('disputes_acknowledge-return-item'),
    ),

    /** Adds something in one's own favour while PayPal or a bank decides. */
    provideSupportingInfo: unsafe(
      (id: string, info: WithDocuments & { readonly notes?: string | undefined }, call: Call) => {
        const { documents = [], ...words } = info;
        const part = 'supporting document';
        return act(path`v1/customer/disputes/${id}/provide-supporting-info`, call, words, {
          part,
          documents,
        });
      },
      update('disputes_provide-supporting-info'),
    ),

    /** In the sandbox only: decides a dispute. */
    adjudicateDispute: unsafe(
      (id: string, outcome: 'BUYER_FAVOR' | 'SELLER_FAVOR', call: Call) =>
        http.post(path`v1/customer/disputes/${id}/adjudicate`, wireNextActions, call, {
          json: { adjudication_outcome: outcome },
        }),
      update('disputes_adjudicate'),
    ),

    /** In the sandbox only: makes the dispute wait for evidence of one side. */
    requireEvidence: unsafe(
      (id: string, from: 'BUYER_EVIDENCE' | 'SELLER_EVIDENCE', call: Call) =>
        http.post(path`v1/customer/disputes/${id}/require-evidence`, wireNextActions, call, {
          json: { action: from },
        }),
      update('disputes_require-evidence'),
    ),
  };
};
