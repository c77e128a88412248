/**
 * What PayPal's errors mean. Two shapes: of the APIs `{ name, message, debug_id, details: [{ issue, field, description }] }`, whose first issue is
 * the exact name; of the token endpoint `{ error, error_description }`.
 */
import type { ErrorTable, VendorFailure } from '@im/core';
import { z } from 'zod';
import { issueRows } from './issues.ts';

export const paypalErrors: ErrorTable = {
  docs: 'https://developer.paypal.com/api/rest/responses/',
  rows: [
    ...issueRows,
    { status: 400, code: 'invalid_argument' },
    {
      status: 401,
      code: 'unauthenticated',
      says: 'token refused',
      remedy: 'check clientId, clientSecret and environment',
    },
    { status: 403, code: 'permission_denied', says: 'the app or account may not do this' },
    { status: 404, code: 'not_found', says: 'no such thing in this account' },
    {
      status: 409,
      code: 'unavailable',
      effect: 'unknown',
      says: 'the same is being done by another request',
    },
    { status: 422, code: 'failed_precondition' },
    { status: 429, code: 'resource_exhausted', effect: 'none', says: 'too many requests' },
    { status: [500, 599], code: 'unavailable', says: 'PayPal failed' },
  ],
};

const wireError = z.union([
  z.object({
    name: z.string(),
    message: z.string().optional(),
    details: z
      .array(
        z.object({
          issue: z.string().optional(),
          field: z.string().optional(),
          description: z.string().optional(),
        }),
      )
      .optional(),
  }),
  z.object({ error: z.string() }),
]);

/** Reads either shape. The issue is the reason; what comes with it in words, and about which field, becomes part of the message. */
export function readPaypalError(_status: number, body: unknown): Pick<VendorFailure, 'reason' | 'says'> {
  const { data } = wireError.safeParse(body);
  if (data === undefined) return {};
  if ('error' in data) return { reason: data.error };
  const [detail] = data.details ?? [];
  const words = detail?.description ?? data.message;
  const where = detail?.field === undefined ? '' : ` (${detail.field.slice(0, 100)})`;
  return {
    reason: detail?.issue ?? data.name,
    says: words === undefined ? undefined : `PayPal says "${words.slice(0, 200)}"${where}`,
  };
}
