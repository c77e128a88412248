import { expect, test } from 'vitest';
import { operationOf, type Sent, verdictOn, wrongWith } from '../__tests__/exchanges.ts';
import { googleLibrary as library } from '../__tests__/google-library.ts';

const json = { 'content-type': 'application/json' };
const parts = (...inner: string[]) => `${inner.map((part) => `--x y\r\n${part}\r\n`).join('')}--x y--\r\n`;
const metadata = 'Content-Type: application/json; charset=UTF-8\r\n\r\n{"rows":1}';
const media = 'Content-Type: image/png\r\n\r\n\r\n\u0089PNG';
const uploaded = (uploadType: string, more: Partial<Sent> = {}): Sent => ({
  request: `POST /upload/v1/libraries/1/shelves?uploadType=${uploadType}`,
  ...more,
});
const related = (body: string, boundary = '; boundary="x y"') =>
  uploaded('multipart', { headers: { 'content-type': `multipart/related${boundary}` }, body });
const piece = (more: Partial<Sent> = {}): Sent => ({
  request: 'PUT /upload/v1/libraries/1/shelves?uploadType=resumable&upload_id=7&any=1',
  headers: { 'content-range': 'bytes 0-1/*' },
  body: 'ab',
  ...more,
});

test.each<[string, Sent]>([
  ['media alone', uploaded('media', { headers: { 'content-type': 'image/png' }, body: 'x' })],
  ['media behind their metadata', related(parts(metadata, media))],
  ['the begin of a session', uploaded('resumable', { status: 200, answerHeaders: { location: '/x' } })],
  ['a piece', piece({ status: 308, answerHeaders: { range: 'bytes=0-1' } })],
  [
    'a question how much has come',
    piece({ headers: { 'content-range': 'bytes */2' }, body: undefined, status: 308 }),
  ],
  ['the last piece', piece({ status: 200, answerHeaders: json, answer: { rows: 1 } })],
  [
    'a session that is given up',
    { request: 'DELETE /upload/v1/libraries/1/shelves?upload_id=7', status: 499 },
  ],
])('%s is fine', async (_, sent) => {
  expect(await wrongWith(library, sent)).toEqual([]);
});

test.each<[string, Sent, string]>([
  [
    'an upload of no known kind',
    uploaded('direct'),
    'POST /upload/v1/libraries/1/shelves request path: the path is described, but not with this query, header or form',
  ],
  [
    'one part only',
    related(parts(metadata)),
    'library.shelves.create request body: has 1 parts, but two are described',
  ],
  [
    'no boundary',
    related(parts(metadata, media), ''),
    'library.shelves.create request body: has no boundary in its content-type',
  ],
  [
    'a body that is cut',
    related(parts(metadata, media).slice(0, -6)),
    'library.shelves.create request body: does not end with its boundary',
  ],
  [
    'metadata that are no JSON',
    related(parts('Content-Type: application/json\r\n\r\n{', media)),
    'library.shelves.create request body: is not JSON in its first part',
  ],
  [
    'metadata that are labelled as media',
    related(parts(metadata.replace('application/json', 'text/plain'), media)),
    'library.shelves.create request body: has a first part that is not labelled application/json',
  ],
  [
    'metadata with an unknown property',
    related(parts(metadata.replace('rows', 'colour'), media)),
    'library.shelves.create request body: has a property that is not described: colour',
  ],
  [
    'a session without an address',
    uploaded('resumable', { status: 200 }),
    'library.shelves.create answer status 200 header location: is required',
  ],
  [
    'a piece of no place',
    piece({ headers: { 'content-range': '0-1' } }),
    'library.shelves.create request header parameter content-range: must match pattern "^bytes (\\*|[0-9]+-[0-9]+)/(\\*|[0-9]+)$"',
  ],
  [
    'an answer to a piece of another form',
    piece({ status: 308, answerHeaders: { range: '0-1' } }),
    'library.shelves.create answer status 308 header range: must match pattern "^bytes=0-[0-9]+$"',
  ],
])('%s is a violation', async (_, sent, violation) => {
  expect(await wrongWith(library, sent)).toContain(violation);
});

test('ways to send the same method count as one', async () => {
  expect(await verdictOn(library)).toMatchObject({ described: 5 });
  const plain: Sent = { request: 'POST /v1/libraries/1/shelves', headers: json, body: { rows: 1 } };
  for (const sent of [plain, related(parts(metadata, media)), piece()])
    expect(await operationOf(library, sent)).toBe('library.shelves.create');
});
