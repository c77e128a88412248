import { describe, expect, test } from 'vitest';
import { type Sent, verdictOn, wrongWith } from '../__tests__/exchanges.ts';
import { smithyLibrary } from '../__tests__/smithy-library.ts';

describe('the query protocol', () => {
  const library = smithyLibrary('awsQuery');
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const xml = { 'content-type': 'text/xml' };
  const ok =
    '<AddBookResponse xmlns="https://library.test/2026-01-01/"><ResponseMetadata><RequestId>7</RequestId></ResponseMetadata></AddBookResponse>';
  const call = (fields: string, more: Partial<Sent> = {}): Sent => ({
    request: 'POST /',
    headers: form,
    body: `Action=AddBook&Version=2026-01-01&Title=Walden${fields}`,
    status: 200,
    answerHeaders: xml,
    answer: ok,
    ...more,
  });
  const get = 'Action=GetBook&Version=2026-01-01&Id=1&Branch=north';
  const metadata = '<ResponseMetadata><RequestId>7</RequestId></ResponseMetadata>';
  const result = (inner: string) =>
    call('', {
      body: get,
      answer: `<GetBookResponse><GetBookResult>${inner}</GetBookResult>${metadata}</GetBookResponse>`,
    });
  const failed = (code: string, status: number) =>
    call('', {
      body: get,
      status,
      answer: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>7</RequestId></ErrorResponse>`,
    });

  test.each<[string, Sent]>([
    [
      'a form with every kind of value',
      call(
        '&Kind=novel&Pages=300&Added=2026-01-31T10%3A00%3A00Z&Cover=AQID&TagList.Name.1=a&TagList.Name.2=b&Author.1=Thoreau&Notes.entry.1.key=k&Notes.entry.1.value=v&Shelf.Row=1&Shelf.Below.Row=2',
      ),
    ],
    ['a list without items', call('&TagList=')],
    ['an answer with a result', result('<Tag>1</Tag><Copies>2</Copies>')],
    ['an error', failed('NoSuchBook', 404)],
    [
      'a service that speaks JSON by now',
      {
        request: 'POST /',
        headers: { 'x-amz-target': 'Library.AddBook', 'content-type': 'application/x-amz-json-1.0' },
        body: { Title: 'Walden' },
      },
    ],
  ])('%s is fine', async (_, sent) => {
    expect(await wrongWith(library, sent)).toEqual([]);
  });

  test.each<[string, Sent, string]>([
    [
      'another version',
      call('', { body: 'Action=AddBook&Version=2025-01-01&Title=Walden' }),
      'AddBook request body Version: must be equal to constant',
    ],
    [
      'an unknown action',
      call('', { body: 'Action=Burn&Version=2026-01-01' }),
      'POST / request path: the path is described, but not with this query, header or form',
    ],
    [
      'a missing field',
      call('', { body: 'Action=AddBook&Version=2026-01-01' }),
      "AddBook request body: must have required property 'Title'",
    ],
    [
      'an unknown field',
      call('&Colour=red'),
      'AddBook request body: has a property that is not described: <Colour>',
    ],
    [
      'a list under another name',
      call('&TagList.member.1=a'),
      'AddBook request body Tags.member: has no place here; Name has',
    ],
    [
      'a list that counts from 0',
      call('&TagList.Name.0=a'),
      'AddBook request body Tags[]: is not numbered from 1 without a gap',
    ],
    [
      'a list with a gap',
      call('&Author.1=a&Author.3=b'),
      'AddBook request body Authors[]: is not numbered from 1 without a gap',
    ],
    [
      'an entry of a map without a value',
      call('&Notes.entry.1.key=k'),
      'AddBook request body Notes: has an entry without value',
    ],
    ['a field twice', call('&Pages=1&Pages=2'), 'AddBook request body Pages: must be integer'],
    [
      'a value that has members',
      call('&Pages.Even=true'),
      'AddBook request body Pages.Even: has no place here',
    ],
    [
      'a flag that is none',
      call('&Shelf.Row=1&Shelf.Lit=yes'),
      'AddBook request body Shelf.Lit: must be boolean',
    ],
    [
      'JSON for an answer',
      call('', { answerHeaders: { 'content-type': 'application/json' }, answer: {} }),
      'AddBook answer status 200 header content-type: application/json is not described; application/xml, text/xml is',
    ],
    [
      'an answer without its result',
      call('', { body: get, answer: `<GetBookResponse>${metadata}</GetBookResponse>` }),
      "GetBook answer status 200 body: must have required property 'GetBookResult'",
    ],
    [
      'an answer of another operation',
      call('', { body: get, answer: ok }),
      'GetBook answer status 200 body: is an element AddBookResponse, but GetBookResponse is described',
    ],
    [
      'a wrong value in a result',
      result('<Tag>1</Tag><Copies>two</Copies>'),
      'GetBook answer status 200 body GetBookResult.Copies: must be integer',
    ],
    [
      'an error under another status',
      failed('NoSuchBook', 400),
      'GetBook answer status 400: is not that of the error NoSuchBook: 404',
    ],
  ])('%s is a violation', async (_, sent, violation) => {
    expect(await wrongWith(library, sent)).toContain(violation);
  });

  test('requests for credentials are outside', async () => {
    const assume = call('', { body: 'Action=AssumeRole&Version=2011-06-15' });
    expect(await verdictOn(library, assume)).toMatchObject({ outside: [{ path: '/' }], violations: [] });
  });

  test('ways to send the same operation count as one', async () => {
    expect(await verdictOn(library, call(''))).toMatchObject({ described: 4, exercised: 1 });
  });
});
