import { describe, expect, test } from 'vitest';
import { type Sent, wrongWith } from '../__tests__/exchanges.ts';
import { read } from '../__tests__/library.ts';
import { smithyLibrary } from '../__tests__/smithy-library.ts';

describe('JSON by target', () => {
  const library = smithyLibrary('awsJson1_1');
  const json = { 'content-type': 'application/x-amz-json-1.1' };
  const call = (operation: string, body: unknown, more: Partial<Sent> = {}): Sent => ({
    request: 'POST /',
    headers: { ...json, 'x-amz-target': `Library.${operation}` },
    body,
    status: 200,
    answerHeaders: json,
    answer: {},
    ...more,
  });
  const get = { Id: '1', Branch: 'north', Fields: ['a'], Since: 1769853600 };

  test('everything stands in the body', async () => {
    expect(await wrongWith(library, call('GetBook', get, { answer: { Tag: '1', Copies: 2 } }))).toEqual([]);
    expect(await wrongWith(library, call('AddBook', { Title: 'Walden' }, { answer: undefined }))).toEqual([]);
  });

  test.each<[string, Sent, string]>([
    [
      'a target that is none',
      call('Burn', {}),
      'POST / request path: the path is described, but not with this query, header or form',
    ],
    ['no body at all', call('AddBook', undefined), 'AddBook request body: is required'],
    [
      'an unknown member',
      call('AddBook', { Title: 'Walden', x: 1 }),
      'AddBook request body: has a property that is not described: x',
    ],
    [
      'the type of content of another version',
      call(
        'AddBook',
        { Title: 'Walden' },
        {
          headers: { 'x-amz-target': 'Library.AddBook', 'content-type': 'application/x-amz-json-1.0' },
        },
      ),
      'AddBook request header content-type: application/x-amz-json-1.0 is not described; application/x-amz-json-1.1 is',
    ],
    [
      'an error of another operation',
      call('AddBook', { Title: 'Walden' }, { status: 404, answer: { __type: 'NoSuchBook' } }),
      "AddBook answer status 404: is the error NoSuchBook, which is neither the operation's nor everyone's",
    ],
    [
      'another name for clients of the query protocol',
      call('GetBook', get, {
        status: 404,
        answer: { __type: 'com.example#NoSuchBook' },
        answerHeaders: { ...json, 'x-amzn-query-error': 'Library.NoSuchBook;Sender' },
      }),
      'GetBook answer status 404 header x-amzn-query-error: names another error than NoSuchBook',
    ],
  ])('%s is a violation', async (_, sent, violation) => {
    expect(await wrongWith(library, sent)).toContain(violation);
  });
});

test('a model of a protocol that is not read is refused by name', () => {
  expect(() => smithyLibrary('ec2Query')).toThrow(/none of the protocols that are read \(restXml, /);
  expect(() => read({ smithy: '2.0', shapes: {} })).toThrow(/the model has no service/);
});
