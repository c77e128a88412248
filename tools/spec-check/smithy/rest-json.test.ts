import { describe, expect, test } from 'vitest';
import { type Sent, wrongWith } from '../__tests__/exchanges.ts';
import { smithyLibrary } from '../__tests__/smithy-library.ts';

describe('REST in JSON', () => {
  const library = smithyLibrary('restJson1');
  const json = { 'content-type': 'application/json' };
  const book = {
    Title: 'Walden',
    Kind: 'POEM',
    Pages: 300,
    Added: 1769853600.5,
    Cover: 'AQID',
    Tags: ['a'],
    Notes: { k: 'v' },
    Shelf: { Row: 1, Lit: true, Below: { Row: 2 } },
  };
  const added = (body: unknown): Sent => ({ request: 'POST /books', headers: json, body, status: 201 });
  const got = (answer: unknown, status = 200, headers = {}): Sent => ({
    request: 'GET /books/1',
    headers: { 'x-branch': 'north' },
    status,
    answerHeaders: { etag: '1', ...json, ...headers },
    answer,
  });

  test.each<[string, Sent]>([
    ['a body with every kind of value', added(book)],
    ['an answer with null for what is not there', got({ Copies: 2, Shelf: null })],
    [
      'an error named by its header',
      got({ message: 'no' }, 404, { 'x-amzn-errortype': 'NoSuchBook:http://x' }),
    ],
    ['an error named by its body', got({ code: 'com.example#NoSuchBook', Nearest: '2' }, 404)],
  ])('%s is fine', async (_, sent) => {
    expect(await wrongWith(library, sent)).toEqual([]);
  });

  test.each<[string, Sent, string]>([
    ['null in a request', added({ ...book, Kind: null }), 'AddBook request body Kind: must be string'],
    [
      'an unknown member, deep inside',
      added({ ...book, Shelf: { Row: 1, Colour: 'red' } }),
      'AddBook request body Shelf: has a property that is not described: Colour',
    ],
    [
      'a time as text',
      added({ ...book, Added: '2026-01-31T10:00:00Z' }),
      'AddBook request body Added: must be number',
    ],
    [
      'bytes that are no base64',
      added({ ...book, Cover: '?' }),
      'AddBook request body Cover: must match format "byte"',
    ],
    [
      'text that is too short',
      added({ ...book, Title: 'W' }),
      'AddBook request body Title: must NOT have fewer than 2 characters',
    ],
    [
      'another type of content',
      { ...added(book), headers: { 'content-type': 'text/json' } },
      'AddBook request header content-type: text/json is not described; application/json is',
    ],
    [
      'an answer without a member',
      got({}),
      "GetBook answer status 200 body: must have required property 'Copies'",
    ],
    [
      'an answer with an invented member',
      got({ Copies: 1, Colour: 'red' }),
      'GetBook answer status 200 body: has a property that is not described: Colour',
    ],
    [
      'an error with an invented member',
      got({ __type: 'NoSuchBook', Colour: 'red' }, 404),
      'GetBook answer status 404 body: has a property that is not described: Colour',
    ],
  ])('%s is a violation', async (_, sent, violation) => {
    expect(await wrongWith(library, sent)).toContain(violation);
  });
});
