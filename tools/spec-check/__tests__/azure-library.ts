import { read } from './library.ts';

const string = { type: 'string' };
const inPath = (name: string, more = {}) => ({ name, in: 'path', required: true, ...string, ...more });
const inHeader = (name: string, more = {}) => ({ name, in: 'header', ...string, ...more });
const inQuery = (name: string, value: string) => ({
  name,
  in: 'query',
  required: true,
  ...string,
  enum: [value],
});
const failed = {
  headers: { 'x-ms-error-code': string },
  schema: { $ref: '#/definitions/StorageError' },
};

/** A lending library, invented, in the way that Microsoft describes its storage. */
export const azureLibrary = read({
  swagger: '2.0',
  info: { title: 'Library' },
  'x-ms-parameterized-host': { hostTemplate: '{url}' },
  consumes: ['application/xml'],
  produces: ['application/xml'],
  paths: {},
  'x-ms-paths': {
    '/{shelf}/{blob}?Book': {
      put: {
        operationId: 'PutBook',
        consumes: ['application/octet-stream'],
        parameters: [
          inPath('shelf'),
          inPath('blob', { pattern: '^[a-z]+$' }),
          inHeader('x-ms-blob-type', { required: true, enum: ['Book'] }),
          inHeader('x-ms-meta', { 'x-ms-header-collection-prefix': 'x-ms-meta-' }),
          inHeader('x-ms-version', { required: true, enum: ['2021-10-04'] }),
          { name: 'body', in: 'body', required: true, schema: { type: 'object', format: 'file' } },
        ],
        responses: { 201: { headers: { 'x-ms-age': { type: 'integer' } } }, default: failed },
      },
    },
    '/{shelf}/{blob}?Film': {
      put: {
        operationId: 'PutFilm',
        parameters: [
          inPath('shelf'),
          inPath('blob'),
          inHeader('x-ms-blob-type', { required: true, enum: ['Film'] }),
        ],
        responses: { 201: {}, default: failed },
      },
    },
    '/{shelf}?comp=list': {
      get: {
        operationId: 'List',
        parameters: [inPath('shelf'), inQuery('comp', 'list')],
        responses: { 200: { schema: { $ref: '#/definitions/Listing' } }, default: failed },
      },
    },
    '/{shelf}?comp=order': {
      put: {
        operationId: 'Order',
        parameters: [
          inPath('shelf'),
          inQuery('comp', 'order'),
          { name: 'order', in: 'body', required: true, schema: { $ref: '#/definitions/Order' } },
        ],
        responses: { 200: {}, default: failed },
      },
    },
    '/{shelf}/versions/{version}': {
      get: {
        operationId: 'Version',
        parameters: [inPath('shelf'), inPath('version', { description: 'This URI fragment is optional.' })],
        responses: { 200: { schema: { type: 'object', format: 'file' } }, default: failed },
      },
    },
  },
  definitions: {
    StorageError: { type: 'object', properties: { Message: string } },
    Listing: {
      type: 'object',
      xml: { name: 'EnumerationResults' },
      required: ['Shelf', 'Items'],
      properties: {
        Shelf: { ...string, xml: { attribute: true } },
        Items: { $ref: '#/definitions/Items' },
        Max: { type: 'integer' },
      },
    },
    Items: {
      type: 'object',
      xml: { name: 'Books' },
      required: ['List'],
      properties: { List: { type: 'array', items: { $ref: '#/definitions/Item' } } },
    },
    Item: {
      type: 'object',
      xml: { name: 'Book' },
      required: ['Name'],
      properties: {
        Name: string,
        Etag: string,
        Changed: { ...string, format: 'date-time-rfc1123' },
        Kind: { ...string, enum: ['a', 'b'] },
        Metadata: { $ref: '#/definitions/Metadata' },
      },
    },
    Metadata: {
      type: 'object',
      properties: { Encrypted: { ...string, xml: { attribute: true } } },
      additionalProperties: string,
    },
    Order: {
      type: 'object',
      properties: {
        First: { type: 'array', items: { ...string, xml: { name: 'First' } } },
        Rules: { type: 'array', xml: { wrapped: true }, items: { $ref: '#/definitions/Rule' } },
      },
    },
    Rule: { type: 'object', required: ['Age'], properties: { Age: { type: 'integer', minimum: 0 } } },
  },
});
