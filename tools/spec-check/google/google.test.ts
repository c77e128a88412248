import { describe, expect, test } from 'vitest';
import { operationOf, type Sent, verdictOn, wrongWith } from '../__tests__/exchanges.ts';
import { read } from '../__tests__/library.ts';

const path = (pattern?: string) => ({
  location: 'path',
  required: true,
  type: 'string',
  ...(pattern && { pattern }),
});
const shelf = '^libraries/[^/]+/shelves/[^/]+$';

/** A lending library, invented, as a discovery document. */
const library = read({
  kind: 'discovery#restDescription',
  title: 'Library',
  rootUrl: 'https://library.test/',
  servicePath: '',
  parameters: {
    alt: { location: 'query', type: 'string', enum: ['json', 'media'] },
    fields: { location: 'query', type: 'string' },
    uploadType: { location: 'query', type: 'string' },
  },
  schemas: {
    Empty: { id: 'Empty', type: 'object', properties: {} },
    Shelf: {
      id: 'Shelf',
      type: 'object',
      properties: {
        name: { type: 'string', readOnly: true },
        rows: { type: 'integer', format: 'int32', annotations: { required: ['library.shelves.create'] } },
        books: { type: 'string', format: 'int64' },
        kind: { type: 'string', enum: ['WOOD', 'STEEL'] },
        image: { type: 'string', format: 'byte' },
        built: { type: 'string', format: 'google-datetime' },
        lent: { type: 'string', format: 'google-duration' },
        weight: { type: 'number', format: 'double' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        below: { type: 'array', items: { $ref: 'Shelf' } },
        note: { type: 'any' },
      },
    },
  },
  resources: {
    libraries: {
      resources: {
        shelves: {
          methods: {
            get: {
              id: 'library.shelves.get',
              httpMethod: 'GET',
              path: 'v1/{+name}',
              parameters: {
                name: path(shelf),
                year: { location: 'query', type: 'integer', minimum: '1900' },
              },
              response: { $ref: 'Shelf' },
              supportsMediaDownload: true,
            },
            create: {
              id: 'library.shelves.create',
              httpMethod: 'POST',
              path: 'v1/{+parent}/shelves',
              parameters: {
                parent: path('^libraries/[^/]+$'),
                tag: { location: 'query', type: 'string', repeated: true, enum: ['a', 'b'] },
              },
              request: { $ref: 'Shelf' },
              response: { $ref: 'Shelf' },
              mediaUpload: { protocols: { simple: { path: '/upload/v1/{+parent}/shelves' } } },
            },
            patch: {
              id: 'library.shelves.patch',
              httpMethod: 'PATCH',
              path: 'v1/{+name}',
              parameters: { name: path(shelf) },
              request: { $ref: 'Shelf' },
              response: { $ref: 'Shelf' },
            },
            burn: {
              id: 'library.shelves.burn',
              httpMethod: 'DELETE',
              path: 'v1/{+name}',
              parameters: { name: path(shelf) },
              response: { $ref: 'Empty' },
            },
            move: {
              id: 'library.shelves.move',
              httpMethod: 'POST',
              path: 'v1/{+name}:move',
              parameters: { name: path(shelf), to: { location: 'query', required: true, type: 'string' } },
            },
          },
        },
      },
    },
  },
});

const json = { 'content-type': 'application/json' };
const got = (more: Partial<Sent> = {}): Sent => ({
  request: 'GET /v1/libraries/1/shelves/2?fields=name&year=1984',
  status: 200,
  answerHeaders: json,
  answer: { name: 'libraries/1/shelves/2', books: '12', lent: '3.5s', weight: 'Infinity' },
  ...more,
});
const answered = (answer: unknown): Sent => got({ answer });
const created = (body: unknown, more: Partial<Sent> = {}): Sent => ({
  request: 'POST /v1/libraries/1/shelves?tag=a&tag=b',
  headers: json,
  body,
  ...more,
});
const failed = (error: unknown, status = 404): Sent => got({ status, answer: { error } });
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
  ['a name with slashes, and an answer', got()],
  [
    'a body with every kind of value',
    created({
      rows: 2,
      books: '12',
      kind: 'WOOD',
      image: 'a-_=',
      built: '2026-01-31T10:00:00Z',
      labels: { a: 'b' },
      below: [{ below: [] }],
      note: [1],
    }),
  ],
  ['a number for its text, in a request', created({ rows: 2, books: 12 })],
  ['a verb behind a name', { request: 'POST /v1/libraries/1/shelves/2:move?to=3', status: 204 }],
  ['an error', failed({ code: 404, message: 'no', status: 'NOT_FOUND', errors: [{ reason: 'notFound' }] })],
  ['an answer that nothing has changed', got({ status: 304, answer: undefined })],
  [
    'null for what a change takes away',
    { ...created({ kind: null, labels: { a: null } }), request: 'PATCH /v1/libraries/1/shelves/2' },
  ],
  ['a number for a name, in a request', created({ rows: 2, kind: 1 })],
  [
    'numbers for names, where they are asked for',
    got({
      request: 'GET /v1/libraries/1/shelves/2?$alt=json%3Benum-encoding%3Dint',
      answer: { kind: 1, below: [{ kind: 'WOOD' }] },
    }),
  ],
  ['media', got({ request: 'GET /v1/libraries/1/shelves/2?alt=media', answerHeaders: {}, answer: 'bytes' })],
  [
    'media that are refused in plain text',
    got({
      request: 'GET /v1/libraries/1/shelves/2?alt=media',
      status: 404,
      answerHeaders: { 'content-type': 'text/html' },
      answer: 'No such object',
    }),
  ],
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
    'a name in another collection',
    got({ request: 'GET /v1/libraries/1/rows/2' }),
    'GET /v1/libraries/1/rows/2 request path: the path is not described',
  ],
  [
    'a verb that is none',
    got({ request: 'GET /v1/libraries/1/shelves/2:burn' }),
    'GET /v1/libraries/1/shelves/2:burn request path: the path is not described',
  ],
  [
    'another method',
    got({ request: 'PUT /v1/libraries/1/shelves/2' }),
    'PUT /v1/libraries/1/shelves/2 request path: the method is not described for this path',
  ],
  [
    'an unknown query parameter',
    got({ request: 'GET /v1/libraries/1/shelves/2?page=1' }),
    'library.shelves.get request query parameter page: is not described',
  ],
  [
    'a number below its bound',
    got({ request: 'GET /v1/libraries/1/shelves/2?year=1899' }),
    'library.shelves.get request query parameter year: must be >= 1900',
  ],
  [
    'a missing query parameter',
    { request: 'POST /v1/libraries/1/shelves/2:move' },
    'library.shelves.move request query parameter to: is required',
  ],
  [
    'a value that is not in the enumeration',
    created({ rows: 1 }, { request: 'POST /v1/libraries/1/shelves?tag=c' }),
    'library.shelves.create request query parameter tag ([]): must be one of ["a","b"]',
  ],
  [
    'no body where a part of it is needed',
    created(undefined),
    'library.shelves.create request body: is required',
  ],
  [
    'a body without what this method needs',
    created({}),
    "library.shelves.create request body: must have required property 'rows'",
  ],
  [
    'a body with what only the vendor says',
    created({ rows: 1, name: 'x' }),
    'library.shelves.create request body name: has no place in this direction, or is not described',
  ],
  [
    'an unknown property, deep inside',
    created({ rows: 1, below: [{ colour: 'red' }] }),
    'library.shelves.create request body below[]: has a property that is not described: colour',
  ],
  [
    'a wrong enumeration',
    created({ rows: 1, kind: 'GLASS' }),
    'library.shelves.create request body kind: must be one of ["WOOD","STEEL"]',
  ],
  [
    'a number that is too large',
    created({ rows: 2 ** 31 }),
    'library.shelves.create request body rows: must be <= 2147483647',
  ],
  [
    'null where nothing is taken away',
    created({ rows: 1, labels: null }),
    'library.shelves.create request body labels: must be object',
  ],
  ['a body that is no JSON', created('{'), 'library.shelves.create request body: is not JSON'],
  [
    'a number for its text, in an answer',
    answered({ books: 12 }),
    'library.shelves.get answer status 200 body books: must be string',
  ],
  [
    'the other alphabet of base64, in an answer',
    answered({ image: 'a-_=' }),
    'library.shelves.get answer status 200 body image: must match format "byte"',
  ],
  [
    'a duration that is a number',
    answered({ lent: '3.5' }),
    'library.shelves.get answer status 200 body lent: must match pattern "^-?[0-9]+(\\.[0-9]{1,9})?s$"',
  ],
  [
    'a number for a name that nobody asked for',
    answered({ kind: 1 }),
    'library.shelves.get answer status 200 body kind: must be string',
  ],
  [
    'an invented property',
    answered({ colour: 'red' }),
    'library.shelves.get answer status 200 body: has a property that is not described: colour',
  ],
  [
    'a property where there are none',
    { ...answered({ kind: 1 }), request: 'DELETE /v1/libraries/1/shelves/2' },
    'library.shelves.burn answer status 200 body: has a property that is not described: kind',
  ],
  [
    'another status',
    got({ status: 201 }),
    'library.shelves.get answer status 201: is not that of a success: 200',
  ],
  [
    'no body where one is described',
    got({ answer: undefined }),
    'library.shelves.get answer status 200 body: is described, but nothing came',
  ],
  [
    'a body where none is',
    { request: 'POST /v1/libraries/1/shelves/2:move?to=3', status: 200, answerHeaders: json, answer: {} },
    'library.shelves.move answer status 200 body: is there, but none is described',
  ],
  [
    'an error of another form',
    failed('no such shelf'),
    'library.shelves.get answer status 404 body error: must be object',
  ],
  [
    'an error without a message',
    failed({ code: 404 }),
    "library.shelves.get answer status 404 body error: must have required property 'message'",
  ],
  [
    'an error with another code',
    failed({ code: 400, message: 'no' }),
    'library.shelves.get answer status 404 body error.code: is not the status',
  ],
  [
    'an error in another type of content',
    got({ status: 500, answerHeaders: { 'content-type': 'text/html' }, answer: 'no' }),
    'library.shelves.get answer status 500 header content-type: text/html is not described; application/json is',
  ],
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

describe('Google’s ways to send a method', () => {
  test('count as one', async () => {
    expect(await verdictOn(library)).toMatchObject({ described: 5 });
    for (const sent of [created({ rows: 1 }), related(parts(metadata, media)), piece()])
      expect(await operationOf(library, sent)).toBe('library.shelves.create');
  });

  test('leave what is not below the version outside', async () => {
    expect(await verdictOn(library, { request: 'POST /token' })).toMatchObject({
      outside: [{ path: '/token', count: 1 }],
      violations: [],
    });
  });
});
