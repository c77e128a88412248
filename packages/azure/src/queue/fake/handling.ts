/** What the routes of the fake have in common: who may do what, the queue that is meant, numbers, XML. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { StoragePrincipal } from '../../common/fake/storage-accounts.ts';
import { storageError } from '../../common/fake/storage-answers.ts';
import { type FakeQueue, type FakeQueueStore, settleQueue } from './store.ts';

/** A request that was let in. */
export interface Handling {
  readonly request: FakeRequest;
  readonly principal: StoragePrincipal;
  readonly store: FakeQueueStore;
}

export type Handler = (handling: Handling) => FakeResponse;

/** @throws FakeResponse unless the credential allows one of the letters */
export function allow({ principal }: Handling, letters: string): void {
  const { permissions } = principal;
  if (permissions === undefined || [...letters].some((letter) => permissions.includes(letter))) return;
  throw storageError(
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  );
}

export function queueOf({ request, store }: Handling): FakeQueue {
  const queue = store.queues.get(request.params.queue ?? '');
  if (queue === undefined) throw storageError(404, 'QueueNotFound', 'The specified queue does not exist.');
  return settleQueue(store, queue);
}

/** A number of the query. @throws FakeResponse outside of its range */
export function numberOf(
  { query }: FakeRequest,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw storageError(
    400,
    'OutOfRangeQueryParameterValue',
    'One of the query parameters specified in the request URI is outside the permissible range.',
  );
}

export function xml(body: string, status = 200): FakeResponse {
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
