/** Blocks: staged, from here or from another blob; listed; made a blob. */
import type { FakeResponse } from '@im/testing';
import { storageError, xmlDocument, xmlElement } from '../../common/fake/storage-answers.ts';
import { readXml } from '../../common/xml.ts';
import { checkMd5 } from './blob-routes.ts';
import { FakeContent } from './content.ts';
import { sourceOf } from './copy-source.ts';
import { allow, attributesOf, type Handling, holdWrite, targetOf, writtenHeaders } from './handling.ts';
import type { FakeBlock } from './store.ts';

/** Put Block. */
export function putBlock(handling: Handling): FakeResponse {
  const { request } = handling;
  if (request.body.byteLength === 0)
    throw storageError(
      400,
      'InvalidHeaderValue',
      'The value for one of the HTTP headers is not in the correct format.',
    );
  const sent = request.headers['content-md5'];
  // Told only where it was sent, from version 2019-02-02 on.
  const told = sent === undefined ? {} : { 'content-md5': checkMd5(sent, request.body) };
  stage(handling, new FakeContent([request.body]));
  return { status: 201, headers: { ...told, 'x-ms-request-server-encrypted': 'true' } };
}

/** Put Block From URL. */
export function putBlockFromUrl(handling: Handling): FakeResponse {
  const { content } = sourceOf(handling, 'r');
  const [, first, last] =
    /^bytes=(\d+)-(\d+)$/.exec(handling.request.headers['x-ms-source-range'] ?? '') ?? [];
  const wanted = first === undefined ? content : content.slice(Number(first), Number(last) + 1);
  if (wanted.size === 0)
    throw storageError(
      416,
      'InvalidRange',
      'The range specified is invalid for the current size of the resource.',
    );
  stage(handling, wanted);
  return { status: 201, headers: { 'x-ms-request-server-encrypted': 'true' } };
}

function stage(handling: Handling, content: FakeContent): void {
  allow(handling, 'w');
  const { container, name } = targetOf(handling);
  const id = handling.request.query.get('blockid') ?? '';
  const raw = Buffer.from(id, 'base64');
  if (raw.byteLength < 1 || raw.byteLength > 64 || raw.toString('base64') !== id)
    throw storageError(
      400,
      'InvalidQueryParameterValue',
      'The value for one of the query parameters is not valid.',
    );
  const staged = container.staged.get(name) ?? new Map<string, FakeBlock>();
  const [other] = staged.keys();
  if (other !== undefined && other.length !== id.length)
    throw storageError(400, 'InvalidBlobOrBlock', 'The specified blob or block content is invalid.');
  staged.set(id, { id, content });
  container.staged.set(name, staged);
}

/** Put Block List: the ids of a blob, of one kind or several. */
export function putBlockList(handling: Handling): FakeResponse {
  const { request, store } = handling;
  const { container, name, present } = targetOf(handling);
  allow(handling, present === undefined ? 'cw' : 'w');
  const attributes = attributesOf(request);
  holdWrite(request, present);
  const staged = container.staged.get(name);
  const committed = new Map((present?.blocks ?? []).map((block) => [block.id, block]));
  const list = readXml(Buffer.from(request.body).toString(), 'BlockList');
  const kinds = {
    Latest: (id: string) => staged?.get(id) ?? committed.get(id),
    Uncommitted: (id: string) => staged?.get(id),
    Committed: (id: string) => committed.get(id),
  };
  const blocks = Object.entries(kinds).flatMap(([kind, find]) =>
    list.all(kind).map(({ text }) => {
      const block = find(text);
      if (block !== undefined) return block;
      throw storageError(400, 'InvalidBlockList', 'The specified block list is invalid.');
    }),
  );
  const content = FakeContent.join(blocks.map((block) => block.content));
  const headers = { 'content-type': 'application/octet-stream', ...attributes.headers };
  const blob = store.publish(container, { ...attributes, headers, name, content, blocks });
  return { status: 201, headers: { ...writtenHeaders(blob), 'x-ms-request-server-encrypted': 'true' } };
}

/** Get Block List. */
export function getBlockList(handling: Handling): FakeResponse {
  allow(handling, 'r');
  const { container, name, present } = targetOf(handling);
  const staged = container.staged.get(name);
  if (present === undefined && staged === undefined)
    throw storageError(404, 'BlobNotFound', 'The specified blob does not exist.');
  const wanted = handling.request.query.get('blocklisttype') ?? 'committed';
  const listed = (name: string, blocks: Iterable<FakeBlock>) =>
    `<${name}>${[...blocks].map(({ id, content }) => `<Block>${xmlElement('Name', id)}${xmlElement('Size', content.size)}</Block>`).join('')}</${name}>`;
  const body = [
    ...(wanted === 'uncommitted' ? [] : [listed('CommittedBlocks', present?.blocks ?? [])]),
    ...(wanted === 'committed' ? [] : [listed('UncommittedBlocks', staged?.values() ?? [])]),
  ].join('');
  return {
    headers: {
      'content-type': 'application/xml',
      ...(present !== undefined && {
        ...writtenHeaders(present),
        'x-ms-blob-content-length': String(present.content.size),
      }),
    },
    body: xmlDocument('BlockList', body),
  };
}
