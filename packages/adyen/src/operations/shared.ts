/** What the operations have in common: where they send, where they are documented, what must not leave. */
import { type Call, type OperationNotes, VendorError } from '@im/core';
import { type Path, path as pathOf } from '@im/http';
import { refuseCardData } from '@im/payments';
import type { AdyenHttp } from '../client.ts';

/** What every operation needs. */
export interface Connection {
  readonly http: AdyenHttp;
  readonly merchantAccount: string;
  readonly returnUrl: string;
}

/** Where customers come back to when nobody said where: nowhere, by https://www.rfc-editor.org/rfc/rfc2606#section-2 */
export const nowhere = 'https://return.invalid/';

/** Fields of Adyen's that this package has no name for, as Adyen spells them. They are laid over the request. */
export type Extra = Readonly<Record<string, unknown>>;

const explorer = 'https://docs.adyen.com/api-explorer';
/** Notes of an operation, from Adyen's page on it. */
export const checkout = (page: string): OperationNotes => ({ docs: `${explorer}/Checkout/latest/${page}` });
export const disputes = (page: string): OperationNotes => ({ docs: `${explorer}/Disputes/30/post/${page}` });
export const recurring = (page: string): OperationNotes => ({
  docs: `${explorer}/Recurring/68/post/${page}`,
});
export const binLookup = (page: string): OperationNotes => ({
  docs: `${explorer}/BinLookup/54/post/${page}`,
});
export const payouts = (page: string): OperationNotes => ({ docs: `${explorer}/Payout/68/post/${page}` });
export const storedValue = (page: string): OperationNotes => ({
  docs: `${explorer}/StoredValue/46/post/${page}`,
});

/** Digits that are no card number although they may look like one. */
const harmless: ReadonlySet<string> = new Set(['iban', 'bankAccountNumber']);

/**
 * The body of a request, once it is known to hold no card number and no security code.
 *
 * @throws IntegrationError `invalid_argument`, reason `card_data`, before anything is sent
 */
export function safe<Body extends Readonly<Record<string, unknown>>>(
  body: Body,
  call: Call,
): { readonly json: Body } {
  refuseCardData(without(body), 'adyen', call.operation);
  return { json: body };
}

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (harmless.has(name) ? [] : [[name, without(inner)]])),
  );
}

/** An argument that Adyen would refuse, refused before anything is sent. */
export function invalid(says: string, reason?: string): VendorError {
  return new VendorError({ code: 'invalid_argument', says, reason, sent: false });
}

/**
 * A path with every inserted value escaped.
 *
 * @throws VendorError `invalid_argument` for a value that can be no part of a path: it is empty, `.` or `..`
 */
export function path(parts: TemplateStringsArray, ...values: readonly string[]): Path {
  try {
    return pathOf(parts, ...values);
  } catch (error) {
    throw error instanceof TypeError ? invalid(error.message) : error;
  }
}
