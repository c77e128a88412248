/**
 * What Adyen's errors mean. Its services answer `{ status, errorCode, message, errorType, pspReference }`; the report server and the gateways before
 * the services answer with a status and text. Ranges and lists are codes of one meaning, in the order of Adyen's list.
 */
import type { ErrorTable, VendorFailure } from '@im/core';
import { z } from 'zod';

/** Any of these codes, whole. `905` stands for `905_1` and the like too. */
const codes = (...list: readonly string[]) => new RegExp(`^(?:${list.join('|')})$`);

const correct = 'correct the field';

export const adyenErrors: ErrorTable = {
  docs: 'https://docs.adyen.com/development-resources/error-codes',
  rows: [
    // Repetitions: https://docs.adyen.com/development-resources/api-idempotency
    {
      reason: '704',
      code: 'unavailable',
      effect: 'unknown',
      says: 'the same request is being processed',
      remedy: 'call again with the same idempotency key',
    },
    {
      reason: '703',
      code: 'unavailable',
      effect: 'unknown',
      says: 'something that Adyen needs is not available',
    },
    {
      reason: codes('701', '903', '904'),
      code: 'unavailable',
      effect: 'unknown',
      says: 'Adyen could not process it',
    },

    // Credentials and permissions
    { status: 401, code: 'unauthenticated', says: 'API key refused', remedy: 'check apiKey and environment' },
    {
      reason: codes('901', '931'),
      code: 'permission_denied',
      says: 'the merchant account does not exist, or not for this API key',
      remedy: 'check merchantAccount',
    },
    {
      reason: codes('010', '14_0427', '14_0428', '160'),
      code: 'permission_denied',
      says: 'the API key may not do this',
      remedy: 'ask for the role or feature in the Customer Area',
    },
    {
      reason: codes('14_0381', '5_603', '5_006', '5_206'),
      code: 'permission_denied',
      says: 'a key or signature of the client side is not valid',
    },

    // What there is not
    {
      reason: codes('167', '15_011'),
      code: 'not_found',
      says: 'no such payment',
      remedy: 'check the pspReference',
    },
    {
      reason: codes('800', '803'),
      code: 'not_found',
      says: 'no such stored payment method, or not for this shopper',
      remedy: 'let the shopper save one again',
    },
    {
      reason: codes('195', '14_021', '14_0425', '14_043[0-2]', '5_602'),
      code: 'not_found',
      says: 'no such thing',
    },
    { reason: codes('604', '605'), code: 'not_found', says: 'no such invoice account or project' },

    // What the state of things forbids
    {
      reason: codes('106', '14_008', '14_0385', '14_017', '15_017', '15_024', '172', '5_208', '609'),
      code: 'failed_precondition',
      says: 'it was used already, or its time is over',
      remedy: 'begin anew',
    },
    {
      reason: codes('166', '916'),
      code: 'failed_precondition',
      says: 'the amount is not allowed for this operation',
      remedy: 'look at the amounts of the payment',
    },
    {
      reason: codes(
        '107',
        '112',
        '193',
        '199',
        '80[4-7]',
        '912',
        '922',
        '14_0426',
        '15_013',
        '15_023',
        '5_606',
        '5_611',
      ),
      code: 'failed_precondition',
      says: 'the payment method or the account does not allow this',
    },
    {
      reason: codes(
        '905(?:_\\d+)?',
        '906',
        '907',
        '923',
        '95\\d',
        '96[0-267]',
        '694',
        '610',
        '611',
        '15_008',
        '5_605',
        '5_00[4578]',
        '173',
      ),
      code: 'failed_precondition',
      effect: 'none',
      says: 'the account is not set up for this payment method, currency or country',
      remedy: 'compare it with the account’s settings in the Customer Area, or ask Adyen',
    },
    { reason: codes('607'), code: 'already_exists', says: 'it exists already' },
    {
      reason: codes('136', '606', '608', '69[0-3]', '5_601', '5_612', '5_615'),
      code: 'unavailable',
      effect: 'unknown',
    },
    { reason: '5_610', code: 'unavailable', effect: 'none', says: 'the wallet is not available' },
    { reason: '5_613', code: 'deadline_exceeded', effect: 'unknown', says: 'the wallet did not answer' },
    {
      reason: '5_614',
      code: 'unavailable',
      effect: 'unknown',
      says: 'the wallet answered in a way that Adyen does not know',
    },

    // What was asked wrongly
    { reason: codes('100', '137', '919', '920', '5_001'), code: 'invalid_argument', remedy: correct },
    { reason: codes('138', '929', '930'), code: 'invalid_argument', says: 'unsupported currency' },
    {
      reason: codes('10[1-58-9]', '11\\d', '12\\d', '13[0-59]', '14\\d', '15\\d', '16[1-58]', '17[0145789]'),
      code: 'invalid_argument',
      remedy: correct,
    },
    {
      reason: codes('18\\d', '19[0-2468]', '200', '203', '205', '21[78]'),
      code: 'invalid_argument',
      remedy: correct,
    },
    {
      reason: codes('60[0-3]', '695', '700', '702', '80[12]', '820', '902', '908', '91[8]'),
      code: 'invalid_argument',
      remedy: correct,
    },
    {
      reason: codes('921_[12]', '92[678]', '96[3-5]', '1000', '1001', '1002', '2000'),
      code: 'invalid_argument',
      remedy: correct,
    },
    {
      reason: codes('29_001', '29_100', '14_\\d{3,4}', '15_\\d{3}', '5_\\d{3}'),
      code: 'invalid_argument',
      remedy: correct,
    },

    // By status, for answers without a code and codes that this list does not know
    { status: 400, code: 'invalid_argument' },
    {
      status: 403,
      code: 'permission_denied',
      says: 'not allowed for this API key',
      remedy: 'check its roles',
    },
    { status: 404, code: 'not_found' },
    { status: 409, code: 'unavailable', effect: 'unknown', says: 'the same request is being processed' },
    { status: 413, code: 'invalid_argument', says: 'the body is too large' },
    { status: 422, code: 'invalid_argument' },
    { status: 429, code: 'resource_exhausted', effect: 'none', says: 'too many requests' },
    { status: [500, 599], code: 'unavailable', says: 'Adyen failed' },
  ],
};

const wireError = z.object({ errorCode: z.string().nullish(), message: z.string().nullish() });

/**
 * Reads Adyen's error format.
 *
 * @returns its code, and its own words, cut to 200 characters
 */
export function readAdyenError(_status: number, body: unknown): Pick<VendorFailure, 'reason' | 'says'> {
  const { data } = wireError.safeParse(body);
  if (data === undefined) return {};
  const { errorCode, message } = data;
  return {
    ...(errorCode && { reason: errorCode }),
    ...(message && { says: `Adyen says "${message.slice(0, 200)}"` }),
  };
}
