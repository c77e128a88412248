/** A small API, invented, with its description: every rule of the judge has a place in it. */
import { join } from 'node:path';
import { temporaryFolder } from '../../lib/temporary.ts';
import type { Description } from '../description.ts';
import { Documents } from '../documents.ts';
import { loadFormats, readDescription } from '../formats.ts';
import { judge } from '../judge.ts';
import type { Exchange } from '../recording.ts';

const formats = await loadFormats();

/** A lending library, invented; every rule of the judge has a place in it. */
const library = {
  openapi: '3.0.3',
  info: { title: 'Library' },
  servers: [{ url: 'https://{region}.library.test/v2', variables: { region: { default: 'eu' } } }],
  paths: {
    '/books/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
      get: {
        operationId: 'getBook',
        parameters: [
          {
            name: 'fields',
            in: 'query',
            explode: false,
            schema: { type: 'array', items: { enum: ['title', 'pages'] } },
          },
          { name: 'X-Branch', in: 'header', required: true, schema: { type: 'string', format: 'uuid' } },
        ],
        responses: {
          200: {
            headers: { ETag: { required: true, schema: { type: 'string' } } },
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } },
          },
          401: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } } },
        },
      },
    },
    '/books/newest': { get: { operationId: 'newest', responses: { 204: {} } } },
    '/books': {
      get: {
        operationId: 'search',
        parameters: [
          { name: 'q', in: 'query', required: true, schema: { type: 'string', minLength: 2 } },
          { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' }, maxItems: 2 } },
          { name: 'before', in: 'query', schema: { type: 'string', format: 'date' } },
          { name: 'rating', in: 'query', schema: { type: 'integer', minimum: 0, exclusiveMinimum: true } },
          {
            name: 'where',
            in: 'query',
            style: 'deepObject',
            schema: { type: 'object', properties: { shelf: { type: 'integer' } } },
          },
        ],
        responses: {
          200: {
            content: {
              'application/json': { schema: { type: 'array', items: { $ref: '#/components/schemas/Item' } } },
            },
          },
        },
      },
      post: {
        operationId: 'addBook',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } },
        },
        responses: {
          '2XX': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Book' } } } },
        },
      },
      put: {
        operationId: 'importBooks',
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: {
                type: 'object',
                properties: {
                  count: { type: 'integer' },
                  book: { type: 'object', properties: { pages: { type: 'integer' } } },
                },
              },
            },
          },
        },
        responses: { 202: {} },
      },
    },
  },
  components: {
    schemas: {
      Base: {
        type: 'object',
        required: ['id', 'kind'],
        properties: { id: { type: 'integer', readOnly: true }, kind: { type: 'string' } },
      },
      Book: {
        allOf: [
          { $ref: '#/components/schemas/Base' },
          {
            type: 'object',
            required: ['title'],
            properties: {
              kind: { enum: ['book'] },
              title: { type: 'string' },
              subtitle: { type: 'string', nullable: true },
              sequel: { allOf: [{ $ref: '#/components/schemas/Book' }], nullable: true },
              password: { type: 'string', writeOnly: true },
            },
          },
        ],
      },
      Film: {
        type: 'object',
        required: ['minutes'],
        properties: { kind: { enum: ['film'] }, minutes: { type: 'integer' } },
      },
      Item: {
        oneOf: [{ $ref: '#/components/schemas/Book' }, { $ref: '#/components/schemas/Film' }],
        discriminator: { propertyName: 'kind' },
      },
      Fault: { type: 'object', required: ['error'], properties: { error: { type: 'string' } } },
    },
  },
};

/** The description that `document` is, read as if from a file; with more files beside it. */
export function read(document: unknown, name = 'api.json', more: Record<string, unknown> = {}): Description {
  using folder = temporaryFolder({ ...more, [name]: document });
  return readDescription(join(folder.path, name), new Documents(), formats);
}

export const libraryDescription = read(library);
export const branch = 'd290f1ee-6c54-4b01-90e6-d701748f0851';
export const book = { id: 1, kind: 'book', title: 'Walden' };

/** A change of a good exchange. */
export interface Change {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Record<string, string>;
  readonly send?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly answerHeaders?: Record<string, string>;
  readonly fault?: string;
}

/** A good request for a book and its good answer, with `change` on top. */
export function exchange(change: Change): Exchange {
  const isGet = (change.method ?? 'GET') === 'GET';
  const bytes = (value: unknown) =>
    Buffer.from(value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));
  return {
    method: change.method ?? 'GET',
    target: change.target ?? '/v2/books/1',
    requestHeaders: change.headers ?? {
      'x-branch': branch,
      ...(isGet ? {} : { 'content-type': 'application/json' }),
    },
    requestBody: bytes(change.send),
    status: change.status ?? 200,
    responseHeaders: change.answerHeaders ?? { etag: '1', 'content-type': 'application/json; charset=utf-8' },
    responseBody: bytes('answer' in change ? change.answer : book),
    fault: change.fault,
  };
}

/** What is wrong with an exchange, a line each. */
export async function violationsOf(change: Change, description = libraryDescription): Promise<string[]> {
  const verdict = await judge({ provider: 'library', descriptions: [description], statuses: [404] }, [
    exchange(change),
  ]);
  return verdict.violations.map(
    ({ operation, side, place, says }) => `${operation} ${side} ${place}: ${says}`,
  );
}
