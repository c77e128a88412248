import { expect, test } from 'vitest';
import { azureLibrary as library } from '../__tests__/azure-library.ts';
import { operationOf, type Sent, verdictOn, wrongWith } from '../__tests__/exchanges.ts';

const version = { 'x-ms-version': '2021-10-04' };
const xml = { 'content-type': 'application/xml' };
const put = (headers: Record<string, string>, more: Partial<Sent> = {}): Sent => ({
  request: 'PUT /shelf/a/b%20c?sv=1&sig=x',
  headers: { 'x-ms-blob-type': 'Book', ...version, ...headers },
  body: 'bytes',
  ...more,
});
const listed = (inner: string, attribute = ' Shelf="s"'): Sent => ({
  request: 'GET /shelf?comp=list',
  status: 200,
  answerHeaders: xml,
  answer: `<EnumerationResults${attribute}>${inner}</EnumerationResults>`,
});
const book = (inner: string) => listed(`<Books><Book><Name>a</Name>${inner}</Book></Books>`);
const ordered = (inner: string): Sent => ({
  request: 'PUT /shelf?comp=order',
  headers: xml,
  body: `<?xml version="1.0" encoding="utf-8"?><Order>${inner}</Order>`,
});
const refused = (code: string, body: string): Sent => ({
  request: 'GET /shelf?comp=list',
  status: 404,
  answerHeaders: { ...xml, ...(code !== '' && { 'x-ms-error-code': code }) },
  answer: body,
});

test.each<[string, Sent]>([
  [
    'a name with slashes and odd characters, signed in the query',
    put({ 'x-ms-meta-colour': 'red', 'x-ms-date': 'now' }),
  ],
  ['no bytes, in either direction', put({}, { body: undefined })],
  ['an object without bytes', { request: 'GET /shelf/versions/1', status: 200 }],
  ['a later version', put({ 'x-ms-version': '2026-02-06' })],
  [
    'an answer with headers',
    put({}, { status: 201, answerHeaders: { 'x-ms-age': '3', 'x-ms-request-id': '1' } }),
  ],
  [
    'a list',
    listed(
      '<Books><Book><Name>a</Name><Metadata Encrypted="x"><any>1</any></Metadata></Book></Books><Max>1</Max>',
    ),
  ],
  ['a list without items', listed('<Books />')],
  [
    'lists beside each other and in an element',
    ordered('<First>1</First><First>2</First><Rules><Rule><Age>1</Age></Rule></Rules>'),
  ],
  [
    'an error with more than is described',
    refused('NoShelf', '<Error><Code>NoShelf</Code><Message>no</Message><Detail>x</Detail></Error>'),
  ],
  ['nothing changed', { request: 'GET /shelf/versions/1', status: 304 }],
  [
    'bytes of any type',
    {
      request: 'GET /shelf/versions/1',
      status: 200,
      answerHeaders: { 'content-type': 'image/png' },
      answer: 'x',
    },
  ],
])('%s is fine', async (_, sent) => {
  expect(await wrongWith(library, sent)).toEqual([]);
});

test.each<[string, Sent, string]>([
  [
    'a missing header',
    put({}, { headers: { 'x-ms-blob-type': 'Book' } }),
    'PutBook request header parameter x-ms-version: is required',
  ],
  [
    'a version that is none',
    put({ 'x-ms-version': 'latest' }),
    'PutBook request header parameter x-ms-version: must match pattern "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"',
  ],
  [
    'a misspelt header',
    put({ 'x-ms-metadata-colour': 'red' }),
    'PutBook request header x-ms-metadata-colour: is not described',
  ],
  [
    'an unknown query parameter',
    put({}, { request: 'PUT /shelf/a?comp=book' }),
    'PutBook request query parameter comp: is not described',
  ],
  [
    'what only tells paths apart',
    put({}, { request: 'PUT /shelf/a?Book' }),
    'PutBook request query parameter Book: is not described',
  ],
  ['a status that is the default’s', put({}, { status: 200 }), 'PutBook answer status 200: is not described'],
  [
    'an invented header',
    put({}, { status: 201, answerHeaders: { 'x-ms-colour': 'red' } }),
    'PutBook answer status 201 header x-ms-colour: is not described',
  ],
  [
    'a header of another type',
    put({}, { status: 201, answerHeaders: { 'x-ms-age': 'old' } }),
    'PutBook answer status 201 header x-ms-age: must be integer',
  ],
  [
    'another root',
    { ...ordered(''), body: '<Orders/>' },
    'Order request body: is an element Orders, but Order is described',
  ],
  [
    'an unknown element',
    ordered('<Last>1</Last>'),
    'Order request body: has a property that is not described: <Last>',
  ],
  [
    'a wrapped list without its element',
    ordered('<Rule><Age>1</Age></Rule>'),
    'Order request body: has a property that is not described: <Rule>',
  ],
  [
    'items of another name',
    ordered('<Rules><CorsRule/></Rules>'),
    'Order request body Rules.<CorsRule>: has no place here; Rule has',
  ],
  [
    'a number that is none, deep inside',
    ordered('<Rules><Rule><Age>old</Age></Rule></Rules>'),
    'Order request body Rules[].Age: must be integer',
  ],
  [
    'a missing attribute',
    listed('<Books />', ''),
    "List answer status 200 body: must have required property 'Shelf'",
  ],
  [
    'an invented element, deep inside',
    book('<Colour>red</Colour>'),
    'List answer status 200 body Items.List[]: has a property that is not described: <Colour>',
  ],
  [
    'a value that is not in the enumeration',
    book('<Kind>c</Kind>'),
    'List answer status 200 body Items.List[].Kind: must be one of ["a","b"]',
  ],
  [
    'a date of another form',
    book('<Changed>2026-01-31T10:00:00Z</Changed>'),
    'List answer status 200 body Items.List[].Changed: must match format "date-time-rfc1123"',
  ],
  [
    'JSON for XML',
    { ...listed(''), answerHeaders: { 'content-type': 'application/json' }, answer: {} },
    'List answer status 200 header content-type: application/json is not described; application/xml is',
  ],
  [
    'an error without its header',
    refused('', '<Error><Code>NoShelf</Code><Message>no</Message></Error>'),
    'List answer status 404 header x-ms-error-code: is required',
  ],
  [
    'an error with two names',
    refused('NoBook', '<Error><Code>NoShelf</Code><Message>no</Message></Error>'),
    'List answer status 404 header x-ms-error-code: names another error than the body',
  ],
  [
    'an error without a message',
    refused('NoShelf', '<Error><Code>NoShelf</Code></Error>'),
    "List answer status 404 body: must have required property 'Message'",
  ],
  [
    'an error under another name',
    refused('NoShelf', '<StorageError><Code>NoShelf</Code><Message>no</Message></StorageError>'),
    'List answer status 404 body: is an element StorageError, but Error is described',
  ],
])('%s is a violation', async (_, sent, violation) => {
  expect(await wrongWith(library, sent)).toContain(violation);
});

test.each([
  ['PUT /shelf/a/b', { 'x-ms-blob-type': 'Book' }, 'PutBook'],
  ['PUT /shelf/a/b', { 'x-ms-blob-type': 'Film' }, 'PutFilm'],
  ['GET /shelf/versions/1', {}, 'Version'],
  ['GET /shelf/versions/', {}, 'Version'],
  ['GET /shelf/versions', {}, 'Version'],
])('%s with %o means %s', async (request, headers, expected) => {
  expect(await operationOf(library, { request, headers, status: expected === 'Version' ? 200 : 201 })).toBe(
    expected,
  );
});

test('a request that asks how to sign in needs no body', async () => {
  const ask: Sent = {
    ...ordered(''),
    body: undefined,
    status: 401,
    answerHeaders: { ...xml, 'x-ms-error-code': 'x' },
  };
  const lines = async (sent: Sent) =>
    (await wrongWith(library, sent)).filter((line) => line.includes('request'));
  expect(await lines(ask)).toEqual([]);
  expect(await lines({ ...ask, headers: { ...xml, authorization: 'Bearer x' } })).toEqual([
    'Order request body: is required',
  ]);
  expect(await lines({ ...ask, status: 403 })).toEqual(['Order request body: is required']);
});

test('only the sign-in is outside of an API that stands at the root', async () => {
  expect(await verdictOn(library, { request: 'GET /' })).toMatchObject({ outside: [] });
  expect(await verdictOn(library, { request: 'POST /tenant/oauth2/v2.0/token' })).toMatchObject({
    outside: [{ path: '/tenant/oauth2/v2.0/token', count: 1 }],
    violations: [],
  });
});
