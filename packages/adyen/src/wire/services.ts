/** Answers of the services beside Checkout. */
import { z } from 'zod';
import { additionalData, listOf, maybe, maybeAmount, maybeFlag, maybeText, texts } from './common.ts';

const wireResult = z.object({ success: z.boolean(), errorMessage: maybeText });

/** DisputeService: every answer carries whether it was done; a refusal comes with status 200. */
export const wireDisputeResult = z.object({ disputeServiceResult: wireResult });
export const wireDefenseReasons = z.object({
  disputeServiceResult: wireResult,
  defenseReasons: listOf(
    z.object({
      defenseReasonCode: maybeText,
      satisfied: maybeFlag,
      defenseDocumentTypes: listOf(
        z.object({
          defenseDocumentTypeCode: maybeText,
          available: maybeFlag,
          requirementLevel: maybeText,
        }),
      ),
    }),
  ),
});

/** Recurring: https://docs.adyen.com/api-explorer/Recurring/68/post/listRecurringDetails */
export const wireRecurringDetails = z.object({
  shopperReference: maybeText,
  lastKnownShopperEmail: maybeText,
  creationDate: maybeText,
  details: listOf(
    z.object({
      RecurringDetail: z.object({
        recurringDetailReference: z.string(),
        variant: maybeText,
        alias: maybeText,
        creationDate: maybeText,
        firstPspReference: maybeText,
        contractTypes: texts,
        card: maybe(
          z.object({
            number: maybeText,
            expiryMonth: maybeText,
            expiryYear: maybeText,
            holderName: maybeText,
          }),
        ),
      }),
    }),
  ),
});
export const wireDisabled = z.object({ response: maybeText });

/** BinLookup. */
export const wireThreeDSAvailability = z.object({
  threeDS1Supported: maybeFlag,
  threeDS2supported: maybeFlag,
  threeDS2CardRangeDetails: listOf(
    z.object({ brandCode: maybeText, startRange: maybeText, endRange: maybeText, threeDS2Versions: texts }),
  ),
});
export const wireCostEstimate = z.object({
  resultCode: maybeText,
  costEstimateAmount: maybeAmount,
  costEstimateReference: maybeText,
  cardBin: maybe(
    z.object({
      bin: maybeText,
      commercial: maybeFlag,
      fundingSource: maybeText,
      issuingCountry: maybeText,
      paymentMethod: maybeText,
      summary: maybeText,
    }),
  ),
});

/** Payout. */
export const wirePayout = z.object({
  pspReference: z.string(),
  resultCode: z.string(),
  refusalReason: maybeText,
  additionalData,
});
export const wireModifiedPayout = z.object({
  pspReference: z.string(),
  response: z.string(),
  additionalData,
});

/** StoredValue. */
export const wireStoredValue = z.object({
  resultCode: z.string(),
  pspReference: maybeText,
  refusalReason: maybeText,
  thirdPartyRefusalReason: maybeText,
  currentBalance: maybeAmount,
  paymentMethod: maybe(z.record(z.string(), z.string())),
});
