import { expect, test } from 'vitest';
import { type Sent, verdictOn, wrongWith } from '../__tests__/exchanges.ts';
import { googleLibrary as library } from '../__tests__/google-library.ts';

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
])('%s is a violation', async (_, sent, violation) => {
  expect(await wrongWith(library, sent)).toContain(violation);
});

test('what is not below the version of the API is outside', async () => {
  expect(await verdictOn(library, { request: 'POST /token' })).toMatchObject({
    outside: [{ path: '/token', count: 1 }],
    violations: [],
  });
});
