/** What the operations have in common: where they send, how they refuse a batch, where they are documented. */
import { type OperationNotes, VendorError } from '@im/core';
import { type Http, type Path, path as pathOf } from '@im/http';

/** What every operation needs. */
export interface Connection {
  readonly http: Http;
  /** Market of calls that name none. */
  readonly market: string | undefined;
  /** Language of calls that name none. */
  readonly locale: string | undefined;
}

/** Notes of the operation that the vendor calls `operationId`. */
export function notes(
  operationId: string,
  scopes: readonly string[] = [],
  deprecated?: string,
): OperationNotes {
  const docs = `https://developer.spotify.com/documentation/web-api/reference/${operationId}`;
  return deprecated === undefined ? { docs, scopes } : { docs, scopes, deprecated };
}

/** Words for operations that the vendor gave no successor. */
export const noSuccessor = 'the vendor names no successor and closes it to new apps';

/**
 * The ids, once they are known to fit into one request.
 *
 * @throws VendorError `invalid_argument`, before anything is sent, for none or for more than `most`
 */
export function batch(ids: readonly string[], most: number, what = 'ids'): readonly string[] {
  if (ids.length > 0 && ids.length <= most) return ids;
  throw invalid(`takes 1 to ${most} ${what} a call, not ${ids.length}`);
}

/** An argument that the vendor would refuse, refused before anything is sent. */
export function invalid(says: string): VendorError {
  return new VendorError({ code: 'invalid_argument', says, sent: false });
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
