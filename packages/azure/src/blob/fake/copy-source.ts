/** The source of a copy: a URL that must be readable by itself, or by a token that is sent along. */
import type { FakeRequest } from '@im/testing';
import { storageError } from '../../common/fake/storage-answers.ts';
import { allow, type Handling } from './handling.ts';
import { type FakeBlob, storedName } from './store.ts';

/** The blob that a request wants to be copied. @throws FakeResponse when it is not there, may not be read, or is another one */
export function sourceOf(handling: Handling, needs: string): FakeBlob {
  const { request, store } = handling;
  const url = new URL(request.headers['x-ms-copy-source'] ?? 'http://absent');
  const [, , container = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
  const blob = rest.join('/');
  const token = request.headers['x-ms-copy-source-authorization'];
  const asked: FakeRequest = {
    ...request,
    method: 'GET',
    path: url.pathname,
    params: { container, blob },
    query: url.searchParams,
    headers: token === undefined ? {} : { authorization: token },
  };
  const unverified = (status: number) =>
    storageError(
      status,
      'CannotVerifyCopySource',
      'Could not verify the copy source within the specified time.',
    );
  let principal: Handling['principal'];
  try {
    principal = handling.authorise(asked);
    for (const letter of needs) allow({ ...handling, principal }, letter);
  } catch {
    throw unverified(403);
  }
  if (principal.account !== handling.principal.account) throw unverified(403);
  const source = store.containers.get(container)?.blobs.get(storedName(blob));
  if (source === undefined) throw unverified(404);
  const match = request.headers['x-ms-source-if-match'];
  if (match !== undefined && match !== '*' && match.replace(/^"|"$/g, '') !== source.etag)
    throw storageError(
      412,
      'SourceConditionNotMet',
      'The source condition specified using HTTP conditional header(s) is not met.',
    );
  if (source.tier === 'Archive')
    throw storageError(409, 'BlobArchived', 'This operation is not permitted on an archived blob.');
  return source;
}
