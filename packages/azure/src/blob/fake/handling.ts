/** What the routes of the fake have in common: who asks for what, conditions, and facts as headers. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { StoragePrincipal } from '../../common/fake/storage-accounts.ts';
import { storageError } from '../../common/fake/storage-answers.ts';
import { type FakeBlob, type FakeBlobStore, type FakeContainer, storedName } from './store.ts';

/** A request that was let in. */
export interface Handling {
  readonly request: FakeRequest;
  readonly principal: StoragePrincipal;
  readonly store: FakeBlobStore;
  /** Lets another request in, for the source of a copy. @throws FakeResponse */
  readonly authorise: (request: FakeRequest) => StoragePrincipal;
}

/** A blob that is asked for, there or not. */
export interface Target {
  readonly container: FakeContainer;
  readonly name: string;
  readonly present: FakeBlob | undefined;
}

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

/** The container of a request. @throws FakeResponse */
export function containerOf({ request, store }: Handling): FakeContainer {
  const container = store.containers.get(request.params.container ?? '');
  if (container !== undefined) return container;
  throw storageError(404, 'ContainerNotFound', 'The specified container does not exist.');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what the service refuses.
const refusedName = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** The blob of a request. @throws FakeResponse for a name that the service refuses, and without the container */
export function targetOf(handling: Handling): Target {
  const container = containerOf(handling);
  const asked = handling.request.params.blob ?? '';
  const isTooLong = asked.length > 1024 || asked.split('/').length > 254;
  if (asked === '' || refusedName.test(asked) || isTooLong)
    throw storageError(
      400,
      'InvalidResourceName',
      'The specified resource name contains invalid characters.',
    );
  const name = storedName(asked);
  return { container, name, present: container.blobs.get(name) };
}

/** The blob of a request, which must be there. @throws FakeResponse */
export function presentOf(handling: Handling): Target & { readonly present: FakeBlob } {
  const target = targetOf(handling);
  if (target.present !== undefined) return { ...target, present: target.present };
  throw storageError(404, 'BlobNotFound', 'The specified blob does not exist.');
}

const bare = (etag: string) => etag.replace(/^"|"$/g, '');
const notMet = () =>
  storageError(
    412,
    'ConditionNotMet',
    'The condition specified using HTTP conditional header(s) is not met.',
  );

/** @throws FakeResponse unless a write may take place */
export function holdWrite({ headers }: FakeRequest, present: FakeBlob | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined && (present === undefined || (match !== '*' && bare(match) !== present.etag)))
    throw notMet();
  if (noneMatch === undefined || present === undefined) return;
  if (noneMatch === '*') throw storageError(409, 'BlobAlreadyExists', 'The specified blob already exists.');
  if (bare(noneMatch) === present.etag) throw notMet();
}

/** @throws FakeResponse unless a read may be answered */
export function holdRead({ headers }: FakeRequest, present: FakeBlob): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined && match !== '*' && bare(match) !== present.etag) throw notMet();
  if (noneMatch !== undefined && bare(noneMatch) === present.etag)
    throw {
      status: 304,
      headers: { 'x-ms-error-code': 'ConditionNotMet', etag: `"${present.etag}"` },
    } satisfies FakeResponse;
}

/** What is given back of what is sent with a blob. */
const attributeHeaders: Readonly<Record<string, string>> = {
  'x-ms-blob-content-type': 'content-type',
  'x-ms-blob-cache-control': 'cache-control',
  'x-ms-blob-content-disposition': 'content-disposition',
  'x-ms-blob-content-encoding': 'content-encoding',
  'x-ms-blob-content-language': 'content-language',
};
const metadataPrefix = 'x-ms-meta-';
const tiers = ['Hot', 'Cool', 'Cold', 'Archive'];

/** What a request says beside the bytes. @throws FakeResponse */
export function attributesOf({
  headers,
}: FakeRequest): Pick<FakeBlob, 'headers' | 'metadata' | 'tier' | 'tags'> {
  const kept: Record<string, string> = {};
  for (const [sent, given] of Object.entries(attributeHeaders))
    if (headers[sent] !== undefined) kept[given] = headers[sent];
  return {
    headers: kept,
    metadata: metadataOf(headers),
    tier: tierOf(headers),
    tags: tagsOf(headers['x-ms-tags']),
  };
}

/** The metadata of a request. @throws FakeResponse */
export function metadataOf(headers: FakeRequest['headers']): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(metadataPrefix)) continue;
    const name = header.slice(metadataPrefix.length);
    if (!/^[a-z_][a-z0-9_]*$/i.test(name) || value === '')
      throw storageError(
        400,
        'InvalidMetadata',
        'The metadata specified is invalid. It has characters that are not permitted.',
      );
    metadata[name] = value;
  }
  return metadata;
}

/** The tier of a request. @throws FakeResponse for one that its version does not know */
export function tierOf(headers: FakeRequest['headers']): string | undefined {
  const tier = headers['x-ms-access-tier'];
  if (tier === undefined) return undefined;
  const isEarly = tier === 'Cold' && (headers['x-ms-version'] ?? '') < '2021-12-02';
  if (tiers.includes(tier) && !isEarly) return tier;
  throw storageError(
    400,
    'InvalidHeaderValue',
    'The value for one of the HTTP headers is not in the correct format.',
  );
}

/** Tags of a header. @throws FakeResponse */
export function tagsOf(header: string | undefined): Record<string, string> {
  const tags = Object.fromEntries(new URLSearchParams(header ?? ''));
  return checkedTags(tags);
}

/** @throws FakeResponse for more than 10 tags, or characters that are not allowed */
export function checkedTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const isTag = /^[\w +\-./:=]*$/;
  const wrong =
    Object.keys(tags).length > 10 ||
    Object.entries(tags).some(
      ([name, value]) => !isTag.test(name) || !isTag.test(value) || name.length > 128 || value.length > 256,
    );
  if (wrong) throw storageError(400, 'InvalidTag', 'The tags specified are invalid.');
  return { ...tags };
}

/** Facts of a write, as headers. */
export function writtenHeaders({
  etag,
  modifiedAt,
}: Pick<FakeBlob, 'etag' | 'modifiedAt'>): Record<string, string> {
  return { etag: `"${etag}"`, 'last-modified': new Date(modifiedAt).toUTCString() };
}

/** Facts of a blob, as headers. */
export function blobHeaders(blob: FakeBlob): Record<string, string> {
  const tagCount = Object.keys(blob.tags).length;
  return {
    'content-type': 'application/octet-stream',
    ...blob.headers,
    ...writtenHeaders(blob),
    ...Object.fromEntries(
      Object.entries(blob.metadata).map(([name, value]) => [`${metadataPrefix}${name}`, value]),
    ),
    ...(tagCount > 0 && { 'x-ms-tag-count': String(tagCount) }),
    'x-ms-blob-type': 'BlockBlob',
    'x-ms-lease-status': 'unlocked',
    'x-ms-lease-state': 'available',
    'x-ms-server-encrypted': 'true',
    'accept-ranges': 'bytes',
  };
}

/** What only Get Blob Properties tells. */
export function tierHeaders({ tier }: FakeBlob): Record<string, string> {
  return {
    'x-ms-access-tier': tier ?? 'Hot',
    ...(tier === undefined && { 'x-ms-access-tier-inferred': 'true' }),
  };
}
