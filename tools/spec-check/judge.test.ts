import { expect, test } from 'vitest';
import {
  book,
  branch,
  type Change,
  exchange,
  libraryDescription,
  violationsOf,
} from './__tests__/library.ts';
import { judge } from './judge.ts';

const searched = (query: string, answer: unknown = []): Change => ({ target: `/v2/books?${query}`, answer });
const added = (send: unknown, change: Change = {}): Change => ({
  method: 'POST',
  target: '/v2/books',
  send,
  status: 201,
  ...change,
});
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const imported = (send: string): Change => ({
  method: 'PUT',
  target: '/v2/books',
  headers: form,
  send,
  status: 202,
  answer: undefined,
});

test.each<[string, Change]>([
  ['a path parameter, a list with commas, a required header', { target: '/v2/books/1?fields=title,pages' }],
  ['the most exact path', { target: '/v2/books/newest', status: 204, answer: undefined }],
  [
    'a list that is repeated, a date, a nested object',
    searched('q=wal&tag=a&tag=b&before=2026-01-31&rating=1&where[shelf]=3'),
  ],
  ['a body without what is read-only', added({ kind: 'book', title: 'Walden' })],
  ['null where it is allowed', { answer: { ...book, subtitle: null, sequel: null } }],
  ['a value in itself', { answer: { ...book, sequel: { ...book, sequel: book } } }],
  ['members told apart by a discriminator', searched('q=wal', [book, { kind: 'film', minutes: 90 }])],
  ['a form with numbers and objects', imported('count=2&book[pages]=300')],
  ['an error with the described body', { status: 401, answer: { error: 'no' } }],
  ['a status documented for the whole API', { status: 404, answer: { error: 'no' } }],
  ['whatever a fault answered', { status: 503, answer: '<html>', fault: 'status' }],
])('%s is fine', async (_, change) => {
  expect(await violationsOf(change)).toEqual([]);
});

test.each<[string, Change, string]>([
  [
    'a path that is not described',
    { target: '/v2/shelves' },
    'GET /v2/shelves request path: the path is not described',
  ],
  [
    'a method that is not described',
    { method: 'DELETE' },
    'DELETE /v2/books/1 request path: the method is not described for this path',
  ],
  [
    'a path parameter of the wrong type',
    { target: '/v2/books/one' },
    'getBook request path parameter id: must be integer',
  ],
  ['a missing header', { headers: {} }, 'getBook request header parameter X-Branch: is required'],
  [
    'a header in the wrong format',
    { headers: { 'x-branch': '7' } },
    'getBook request header parameter X-Branch: must match format "uuid"',
  ],
  [
    'a list value that is not allowed',
    { target: '/v2/books/1?fields=title,price' },
    'getBook request query parameter fields ([]): must be one of ["title","pages"]',
  ],
  [
    'an unknown query parameter',
    { target: '/v2/books/1?page=2' },
    'getBook request query parameter page: is not described',
  ],
  ['a missing query parameter', searched('tag=a'), 'search request query parameter q: is required'],
  [
    'a query parameter that is too short',
    searched('q=w'),
    'search request query parameter q: must NOT have fewer than 2 characters',
  ],
  [
    'a single value sent twice',
    searched('q=wal&q=den'),
    'search request query parameter q: is not written as described',
  ],
  [
    'a list that is too long',
    searched('q=wal&tag=a&tag=b&tag=c'),
    'search request query parameter tag: must NOT have more than 2 items',
  ],
  [
    'a date that is none',
    searched('q=wal&before=31.1.2026'),
    'search request query parameter before: must match format "date"',
  ],
  [
    'a number at an exclusive bound',
    searched('q=wal&rating=0'),
    'search request query parameter rating: must be > 0',
  ],
  [
    'a wrong value in a nested object',
    searched('q=wal&where[shelf]=top'),
    'search request query parameter where (shelf): must be integer',
  ],
  ['no body where one is required', added(undefined), 'addBook request body: is required'],
  [
    'a body where none is described',
    { send: {}, headers: { 'x-branch': branch, 'content-type': 'application/json' } },
    'getBook request body: is there, but none is described',
  ],
  [
    'a body without a content type',
    added(book, { headers: {} }),
    'addBook request header content-type: is missing beside a body',
  ],
  [
    'another content type',
    added('a', { headers: { 'content-type': 'text/plain' } }),
    'addBook request header content-type: text/plain is not described; application/json is',
  ],
  ['a body that is no JSON', added('{'), 'addBook request body: is not JSON'],
  [
    'a body without a required property',
    added({ kind: 'book' }),
    "addBook request body: must have required property 'title'",
  ],
  [
    'a body with what is read-only',
    added(book),
    'addBook request body id: has no place in this direction, or is not described',
  ],
  [
    'a body with a property nobody described',
    added({ kind: 'book', title: 'a', colour: 'red' }),
    'addBook request body: has a property that is not described: colour',
  ],
  [
    'a form with a wrong number',
    imported('book[pages]=many'),
    'importBooks request body book.pages: must be integer',
  ],
  [
    'a status that is not described',
    { status: 418, answer: { error: 'tea' } },
    'getBook answer status 418: is not described',
  ],
  [
    'an error in another shape',
    { status: 404, answer: { message: 'no' } },
    "getBook answer status 404 body: must have required property 'error'",
  ],
  [
    'an answer of another content type',
    { answerHeaders: { etag: '1', 'content-type': 'text/html' } },
    'getBook answer status 200 header content-type: text/html is not described; application/json is',
  ],
  [
    'an answer without its body',
    { answer: undefined },
    'getBook answer status 200 body: is described, but nothing came',
  ],
  [
    'a body where none is expected',
    { target: '/v2/books/newest', status: 204 },
    'newest answer status 204 body: is there, but none is described',
  ],
  [
    'an answer without a required header',
    { answerHeaders: { 'content-type': 'application/json' } },
    'getBook answer status 200 header etag: is required',
  ],
  [
    'null where it is not allowed',
    { answer: { ...book, title: null } },
    'getBook answer status 200 body title: must be string',
  ],
  [
    'a wrong value deep inside',
    { answer: { ...book, sequel: { ...book, id: 'x' } } },
    'getBook answer status 200 body sequel.id: must be integer',
  ],
  [
    'an answer with what is write-only',
    { answer: { ...book, password: 'x' } },
    'getBook answer status 200 body password: has no place in this direction, or is not described',
  ],
  [
    'a discriminator of no member',
    searched('q=wal', [{ kind: 'song' }]),
    'search answer status 200 body [].kind: must be one of ["book","film"]',
  ],
  [
    'a member that is not what its discriminator says',
    searched('q=wal', [{ kind: 'film' }]),
    "search answer status 200 body []: must have required property 'minutes'",
  ],
  [
    'a bad request behind a fault',
    { target: '/v2/books/1?page=2', fault: 'cut', status: 503 },
    'getBook request query parameter page: is not described',
  ],
])('%s is a violation', async (_, change, violation) => {
  expect(await violationsOf(change)).toContain(violation);
});

test('a violation is counted, and shows no value', async () => {
  const bad = exchange({ answer: { ...book, title: { secret: 'canary' } } });
  const verdict = await judge({ provider: 'library', descriptions: [libraryDescription] }, [bad, bad]);
  expect(verdict.violations).toEqual([
    {
      operation: 'getBook',
      side: 'answer',
      place: 'status 200 body title',
      says: 'must be string',
      count: 2,
    },
  ]);
  expect(JSON.stringify(verdict)).not.toContain('canary');
});

test('requests outside the servers are counted by path, not judged', async () => {
  const verdict = await judge({ provider: 'library', descriptions: [libraryDescription] }, [
    exchange({ target: '/oauth/token?x=1' }),
    exchange({ target: '/oauth/token' }),
  ]);
  expect(verdict).toMatchObject({
    violations: [],
    outside: [{ path: '/oauth/token', count: 2 }],
    answers: 0,
  });
});

test('what a test sent by hand is counted, not judged', async () => {
  const byHand = exchange({ target: '/v2/books/one', headers: { 'x-im-by-hand': 'bad id' } });
  const verdict = await judge({ provider: 'library', descriptions: [libraryDescription] }, [byHand]);
  expect(verdict).toMatchObject({ violations: [], byHand: 1, requests: 0, exercised: 0 });
});

test('only a success that no fault made exercises an operation', async () => {
  const law = { provider: 'library', descriptions: [libraryDescription] };
  const faulted = await judge(law, [
    exchange({ status: 401, answer: { error: 'no' } }),
    exchange({ fault: 'latency' }),
  ]);
  expect(faulted).toMatchObject({ exercised: 0, described: 5 });
  const good = await judge(law, [exchange({})]);
  expect(good).toMatchObject({ exercised: 1, unexercised: ['newest', 'search', 'importBooks', 'addBook'] });
});
