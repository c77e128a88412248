import { describe, expect, test } from 'vitest';
import { operationOf, type Sent, wrongWith } from '../__tests__/exchanges.ts';
import { smithyLibrary } from '../__tests__/smithy-library.ts';

const branch = { 'x-branch': 'north' };

describe('REST in XML', () => {
  const library = smithyLibrary('restXml');
  const bare = smithyLibrary('restXml', { noErrorWrapping: true });
  const xml = { 'content-type': 'application/xml' };
  const book =
    '<AddBookInput xmlns="https://library.test/2026-01-01/"><Title>Walden</Title><Kind>novel</Kind><Pages>300</Pages>' +
    '<Added>2026-01-31T10:00:00Z</Added><Cover>AQID</Cover><TagList><Name>a</Name><Name>b</Name></TagList>' +
    '<Author>Thoreau</Author><Author>Sanborn</Author><Notes><entry><key>k</key><value>v</value></entry></Notes>' +
    '<Shelf Lit="true"><Row>1</Row><Below><Row>2</Row></Below></Shelf></AddBookInput>';
  const added = (body: unknown, more: Partial<Sent> = {}): Sent => ({
    request: 'POST /books',
    headers: xml,
    body,
    status: 201,
    ...more,
  });
  const got = (more: Partial<Sent> = {}): Sent => ({
    request: 'GET /books/1?x-id=GetBook&field=title&field=pages',
    headers: { 'x-branch': 'north' },
    status: 200,
    answerHeaders: { etag: '"1"', 'x-amz-meta-colour': 'red', 'x-amz-request-id': '7', ...xml },
    answer: '<GetBookOutput><Copies>2</Copies><Shelf><Row>1</Row></Shelf></GetBookOutput>',
    ...more,
  });
  const answered = (answer: string): Sent => got({ answer });
  const failed = (answer: string, status = 404): Sent => got({ status, answerHeaders: xml, answer });

  test.each<[string, Sent]>([
    ['a body with every kind of value', added(book)],
    ['an answer in headers and body', got()],
    ['a path without the query that is for the eyes only', got({ request: 'GET /books/1' })],
    [
      'an error of the operation',
      failed(
        '<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchBook</Code><Message>no</Message><Nearest>2</Nearest></Error><RequestId>7</RequestId></ErrorResponse>',
      ),
    ],
    [
      'an error that every service may give',
      failed(
        '<ErrorResponse><Error><Code>Throttling</Code><Message>slow</Message></Error></ErrorResponse>',
        400,
      ),
    ],
  ])('%s is fine', async (_, sent) => {
    expect(await wrongWith(library, sent)).toEqual([]);
  });

  test.each<[string, Sent, string]>([
    [
      'a label against its pattern',
      got({ request: 'GET /books/x' }),
      'GetBook request path parameter Id: must match pattern "^[0-9]+$"',
    ],
    ['a missing header', got({ headers: {} }), 'GetBook request header parameter x-branch: is required'],
    [
      'a header that is no HTTP date',
      got({ headers: { ...branch, 'if-modified-since': '2026-01-31T10:00:00Z' } }),
      'GetBook request header parameter if-modified-since: must match format "http-date"',
    ],
    [
      'an unknown query parameter',
      got({ request: 'GET /books/1?fields=title' }),
      'GetBook request query parameter fields: is not described',
    ],
    [
      'an unknown header of the vendor',
      got({ headers: { ...branch, 'x-amz-metadata-a': '1' } }),
      'GetBook request header x-amz-metadata-a: is not described',
    ],
    [
      'the query of another operation',
      got({ request: 'GET /books/1?x-id=ListBooks' }),
      'GET /books/1 request path: the path is described, but not with this query, header or form',
    ],
    ['no body where one is required', added(undefined), 'AddBook request body: is required'],
    ['a body that is no XML', added('{}'), 'AddBook request body: is not XML: InvalidChar'],
    ['a body that is cut', added(book.slice(0, -4)), 'AddBook request body: is not XML: InvalidTag'],
    [
      'another root',
      added('<Book><Title>Walden</Title></Book>'),
      'AddBook request body: is an element Book, but AddBookInput is described',
    ],
    [
      'another namespace',
      added('<AddBookInput xmlns="urn:x"><Title>Walden</Title></AddBookInput>'),
      'AddBook request body: is in another namespace than https://library.test/2026-01-01/',
    ],
    [
      'a missing element',
      added('<AddBookInput/>'),
      "AddBook request body: must have required property 'Title'",
    ],
    [
      'an unknown element',
      added('<AddBookInput><Title>Walden</Title><Colour>red</Colour></AddBookInput>'),
      'AddBook request body: has a property that is not described: <Colour>',
    ],
    [
      'a member under the name of its property',
      added('<AddBookInput><Title>Walden</Title><Tags><Name>a</Name></Tags></AddBookInput>'),
      'AddBook request body: has a property that is not described: <Tags>',
    ],
    [
      'a list whose items have another name',
      added('<AddBookInput><Title>Walden</Title><TagList><member>a</member></TagList></AddBookInput>'),
      'AddBook request body Tags.<member>: has no place here; Name has',
    ],
    [
      'a flattened list that is wrapped',
      added('<AddBookInput><Title>Walden</Title><Author><Name>a</Name></Author></AddBookInput>'),
      'AddBook request body Authors[].<Name>: has no place here',
    ],
    [
      'an element twice',
      added('<AddBookInput><Title>Walden</Title><Title>Again</Title></AddBookInput>'),
      'AddBook request body Title: is there more than once',
    ],
    [
      'an attribute as an element',
      added('<AddBookInput><Title>Walden</Title><Shelf><Row>1</Row><Lit>true</Lit></Shelf></AddBookInput>'),
      'AddBook request body Shelf: has a property that is not described: <Lit>',
    ],
    [
      'an unknown attribute',
      added('<AddBookInput><Title lang="en">Walden</Title></AddBookInput>'),
      'AddBook request body Title.@lang: has no place here',
    ],
    [
      'text between elements',
      added('<AddBookInput>x<Title>Walden</Title></AddBookInput>'),
      'AddBook request body: holds text beside elements',
    ],
    [
      'a value that is not in the enumeration',
      added('<AddBookInput><Title>Walden</Title><Kind>essay</Kind></AddBookInput>'),
      'AddBook request body Kind: must be one of ["novel","POEM"]',
    ],
    [
      'a number that is none, deep inside',
      added(book.replace('<Row>2</Row>', '<Row>two</Row>')),
      'AddBook request body Shelf.Below.Row: must be integer',
    ],
    ['a number below its range', added(book.replace('300', '0')), 'AddBook request body Pages: must be >= 1'],
    [
      'a time in seconds',
      added(book.replace('2026-01-31T10:00:00Z', '1769853600')),
      'AddBook request body Added: must match format "date-time"',
    ],
    [
      'bytes that are too many',
      added(book.replace('AQID', 'AQIDBA==')),
      'AddBook request body Cover: must NOT have more than 4 characters',
    ],
    [
      'an entry of a map without its key',
      added(book.replace('<key>k</key>', '')),
      'AddBook request body Notes: has an entry without key',
    ],
    [
      'another status of success',
      added(book, { status: 200 }),
      'AddBook answer status 200: is not that of a success: 201',
    ],
    [
      'a body in an answer that has none',
      added(book, { answer: '<a/>', answerHeaders: xml }),
      'AddBook answer status 201 body: is there, but none is described',
    ],
    [
      'an answer without a header',
      got({ answerHeaders: xml }),
      'GetBook answer status 200 header etag: is required',
    ],
    [
      'an answer with an invented header',
      got({ answerHeaders: { etag: '1', 'x-amz-colour': 'red', ...xml } }),
      'GetBook answer status 200 header x-amz-colour: is not described',
    ],
    [
      'an answer with an invented element',
      answered('<GetBookOutput><Copies>2</Copies><Colour>red</Colour></GetBookOutput>'),
      'GetBook answer status 200 body: has a property that is not described: <Colour>',
    ],
    [
      'an answer without its body',
      got({ answer: undefined }),
      'GetBook answer status 200 body: is described, but nothing came',
    ],
    [
      'an error that nobody described',
      failed('<ErrorResponse><Error><Code>Burnt</Code><Message>no</Message></Error></ErrorResponse>'),
      "GetBook answer status 404: is the error Burnt, which is neither the operation's nor everyone's",
    ],
    [
      'an error under another status',
      failed(
        '<ErrorResponse><Error><Code>NoSuchBook</Code><Message>no</Message></Error></ErrorResponse>',
        400,
      ),
      'GetBook answer status 400: is not that of the error NoSuchBook: 404',
    ],
    [
      'an error without its wrapping',
      failed('<Error><Code>NoSuchBook</Code><Message>no</Message></Error>'),
      'GetBook answer status 404: is an error that gives no name',
    ],
    [
      'an error without a message',
      failed('<ErrorResponse><Error><Code>NoSuchBook</Code></Error></ErrorResponse>'),
      "GetBook answer status 404 body Error: must have required property 'Message'",
    ],
  ])('%s is a violation', async (_, sent, violation) => {
    expect(await wrongWith(library, sent)).toContain(violation);
  });

  test('without wrapping, errors stand alone', async () => {
    const error = failed('<Error><Code>NoSuchBook</Code><Message>no</Message></Error>');
    expect(await wrongWith(bare, error)).toEqual([]);
  });

  test('of operations with the same path, the one is meant that fits', async () => {
    const put = 'PUT /covers/a/b%20c//d';
    expect(await operationOf(library, { request: put })).toBe('PutCover');
    expect(await operationOf(library, { request: put, headers: { 'x-amz-copy-source': '/x' } })).toBe(
      'CopyCover',
    );
  });

  test('a body that must be checksummed is refused without a checksum', async () => {
    const put = (headers: Record<string, string>) =>
      wrongWith(library, { request: 'PUT /covers/a', headers });
    expect(await put({})).toEqual([
      'PutCover request header x-amz-checksum-*: is required, or content-md5 is',
    ]);
    expect(await put({ 'x-amz-checksum-crc32': 'AAAAAA==' })).toEqual([]);
  });
});
