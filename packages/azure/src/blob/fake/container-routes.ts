/** Containers, and lists of what is in them. */
import { compareKeys } from '@im/storage';
import type { FakeResponse } from '@im/testing';
import { storageError, xmlDocument, xmlElement } from '../../common/fake/storage-answers.ts';
import { readXml } from '../../common/xml.ts';
import { allow, containerOf, type Handling, writtenHeaders } from './handling.ts';
import { delegationKey } from './sas.ts';
import type { FakeBlob, FakeContainer } from './store.ts';

const mostEntries = 5_000;

/** A SAS of this fake is for blobs: it does nothing to containers. */
function allowContainer({ principal }: Handling): void {
  if (principal.by === 'sas')
    throw storageError(
      403,
      'AuthorizationFailure',
      'This request is not authorized to perform this operation.',
    );
}

/** Create Container. */
export function createContainer(handling: Handling): FakeResponse {
  allowContainer(handling);
  const { request, store } = handling;
  const name = request.params.container ?? '';
  if (!/^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    throw storageError(
      400,
      'InvalidResourceName',
      'The specified resource name contains invalid characters.',
    );
  if (store.containers.has(name))
    throw storageError(409, 'ContainerAlreadyExists', 'The specified container already exists.');
  return { status: 201, headers: writtenHeaders(store.createContainer(name)) };
}

/** Get Container Properties. */
export function getContainer(handling: Handling): FakeResponse {
  allowContainer(handling);
  const container = containerOf(handling);
  return {
    headers: {
      ...writtenHeaders(container),
      'x-ms-lease-status': 'unlocked',
      'x-ms-lease-state': 'available',
      'x-ms-has-immutability-policy': 'false',
      'x-ms-has-legal-hold': 'false',
    },
  };
}

/** Delete Container. */
export function deleteContainer(handling: Handling): FakeResponse {
  allowContainer(handling);
  handling.store.containers.delete(containerOf(handling).name);
  return { status: 202 };
}

const writeMarker = (name: string) => Buffer.from(name).toString('base64url');
const readMarker = (marker: string | null) =>
  marker ? Buffer.from(marker, 'base64url').toString() : undefined;

/** How many entries a page may have. @throws FakeResponse */
function pageSizeOf(query: URLSearchParams): number {
  const asked = query.get('maxresults');
  if (asked === null) return mostEntries;
  const count = Number(asked);
  if (!Number.isInteger(count) || count < 1)
    throw storageError(
      400,
      'OutOfRangeQueryParameterValue',
      'One of the query parameters specified in the request URI is outside the permissible range.',
    );
  return Math.min(count, mostEntries);
}

/** List Blobs. */
export function listBlobs(handling: Handling): FakeResponse {
  allow(handling, 'l');
  const { request, store } = handling;
  const container = containerOf(handling);
  const { query } = request;
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter')];
  const include = (query.get('include') ?? '').split(',');
  const size = pageSizeOf(query);
  const from = readMarker(query.get('marker')) ?? prefix;
  const entries: string[] = [];
  let shared: string | undefined;
  let next: string | undefined;
  for (const name of store.names(container)) {
    if (
      compareKeys(name, from) < 0 ||
      !name.startsWith(prefix) ||
      (shared !== undefined && name.startsWith(shared))
    )
      continue;
    if (entries.length === size) {
      next = name;
      break;
    }
    const cut = delimiter === null ? -1 : name.indexOf(delimiter, prefix.length);
    shared = cut < 0 ? undefined : name.slice(0, cut + (delimiter?.length ?? 0));
    entries.push(
      shared === undefined
        ? listedBlob(blobOf(container, name), include)
        : `<BlobPrefix>${nameElement(shared)}</BlobPrefix>`,
    );
  }
  const asked = [
    prefix && xmlElement('Prefix', prefix),
    query.get('marker') && xmlElement('Marker', query.get('marker') ?? ''),
    query.get('maxresults') && xmlElement('MaxResults', size),
    delimiter && xmlElement('Delimiter', delimiter),
  ];
  const inside = `${asked.filter(Boolean).join('')}<Blobs>${entries.join('')}</Blobs><NextMarker>${next === undefined ? '' : writeMarker(next)}</NextMarker>`;
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://fake/" ContainerName="${container.name}">${inside}</EnumerationResults>`,
  };
}

function blobOf(container: FakeContainer, name: string): FakeBlob {
  const blob = container.blobs.get(name);
  if (blob === undefined) throw new Error(`${name} is listed and not there`);
  return blob;
}

function nameElement(name: string): string {
  return xmlElement('Name', name);
}

function listedBlob(blob: FakeBlob, include: readonly string[]): string {
  const { headers, tags, metadata } = blob;
  const properties = [
    xmlElement('Last-Modified', new Date(blob.modifiedAt).toUTCString()),
    xmlElement('Etag', blob.etag),
    xmlElement('Content-Length', blob.content.size),
    xmlElement('Content-Type', headers['content-type']),
    xmlElement('Content-Encoding', headers['content-encoding']),
    xmlElement('Content-Language', headers['content-language']),
    xmlElement('Content-MD5', headers['content-md5']),
    xmlElement('Cache-Control', headers['cache-control']),
    xmlElement('Content-Disposition', headers['content-disposition']),
    xmlElement('BlobType', 'BlockBlob'),
    xmlElement('AccessTier', blob.tier ?? 'Hot'),
    ...(blob.tier === undefined ? [xmlElement('AccessTierInferred', 'true')] : []),
    xmlElement('LeaseStatus', 'unlocked'),
    xmlElement('LeaseState', 'available'),
    ...(Object.keys(tags).length === 0 ? [] : [xmlElement('TagCount', Object.keys(tags).length)]),
  ];
  const listed = Object.entries(metadata).map(([name, value]) => xmlElement(name, value));
  const more = include.includes('metadata') ? `<Metadata>${listed.join('')}</Metadata>` : '';
  return `<Blob>${nameElement(blob.name)}<Properties>${properties.join('')}</Properties>${more}</Blob>`;
}

/** Find Blobs by Tags: equalities joined by AND. */
export function findBlobs(handling: Handling): FakeResponse {
  allow(handling, 'f');
  const { request, store } = handling;
  const container = containerOf(handling);
  const terms = (request.query.get('where') ?? '')
    .split(/\s+AND\s+/i)
    .map((term) => /^"([^"]+)"\s*=\s*'([^']*)'$/.exec(term.trim()));
  const from = readMarker(request.query.get('marker')) ?? '';
  const size = pageSizeOf(request.query);
  const found = store.names(container).filter((name) => {
    const { tags } = blobOf(container, name);
    return (
      compareKeys(name, from) >= 0 && terms.every((term) => term !== null && tags[term[1] ?? ''] === term[2])
    );
  });
  if (terms.includes(null))
    throw storageError(400, 'InvalidQueryParameterValue', 'The fake knows "name"=\'value\' and AND.');
  const blobs = found.slice(0, size).map((name) => {
    const tags = Object.entries(blobOf(container, name).tags)
      .filter(([tag]) => terms.some((term) => term?.[1] === tag))
      .map(([tag, value]) => `<Tag>${xmlElement('Key', tag)}${xmlElement('Value', value)}</Tag>`);
    return `<Blob>${nameElement(name)}${xmlElement('ContainerName', container.name)}<Tags><TagSet>${tags.join('')}</TagSet></Tags></Blob>`;
  });
  const next = found[size];
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://fake/">${xmlElement('Where', request.query.get('where') ?? '')}<Blobs>${blobs.join('')}</Blobs><NextMarker>${next === undefined ? '' : writeMarker(next)}</NextMarker></EnumerationResults>`,
  };
}

/** List Containers. */
export function listContainers(handling: Handling): FakeResponse {
  allowContainer(handling);
  const { request, store } = handling;
  const prefix = request.query.get('prefix') ?? '';
  const from = readMarker(request.query.get('marker')) ?? '';
  const size = pageSizeOf(request.query);
  const names = [...store.containers.keys()].sort().filter((name) => name.startsWith(prefix) && name >= from);
  const page = names.slice(0, size);
  const listed = page.flatMap((name) => {
    const container = store.containers.get(name);
    if (container === undefined) return [];
    const properties = [
      xmlElement('Last-Modified', new Date(container.modifiedAt).toUTCString()),
      xmlElement('Etag', container.etag),
      xmlElement('LeaseStatus', 'unlocked'),
      xmlElement('LeaseState', 'available'),
      xmlElement('HasImmutabilityPolicy', 'false'),
      xmlElement('HasLegalHold', 'false'),
    ];
    return [
      `<Container>${xmlElement('Name', name)}<Properties>${properties.join('')}</Properties></Container>`,
    ];
  });
  const next = names[size];
  const asked = prefix && xmlElement('Prefix', prefix);
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://fake/">${asked}<Containers>${listed.join('')}</Containers><NextMarker>${next === undefined ? '' : writeMarker(next)}</NextMarker></EnumerationResults>`,
  };
}

/** Get User Delegation Key: for bearer tokens only. */
export function getUserDelegationKey(handling: Handling): FakeResponse {
  const { principal, request } = handling;
  if (principal.by !== 'token')
    throw storageError(403, 'AuthorizationFailure', 'Only authentication scheme Bearer is supported.');
  const info = readXml(Buffer.from(request.body).toString(), 'KeyInfo');
  const [start = '', expiry = ''] = [info.textOf('Start'), info.textOf('Expiry')];
  if (!(Date.parse(expiry) > Date.parse(start)) || Date.parse(expiry) - Date.parse(start) > 7 * 86_400_000)
    throw storageError(
      400,
      'InvalidXmlNodeValue',
      'The value for one of the XML nodes is not in the correct format.',
    );
  const key = delegationKey(principal.account, start, expiry, request.headers['x-ms-version'] ?? '');
  const inside = [
    xmlElement('SignedOid', key.signedOid),
    xmlElement('SignedTid', key.signedTid),
    xmlElement('SignedStart', key.signedStart),
    xmlElement('SignedExpiry', key.signedExpiry),
    xmlElement('SignedService', key.signedService),
    xmlElement('SignedVersion', key.signedVersion),
    xmlElement('Value', key.value.reveal()),
  ];
  return {
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument('UserDelegationKey', inside.join('')),
  };
}
