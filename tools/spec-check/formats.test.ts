import { expect, test } from 'vitest';
import { read, violationsOf } from './__tests__/library.ts';

test('OpenAPI 3.1 schemas are JSON Schema: null as a type, and keywords beside a reference', async () => {
  const schema = { type: ['string', 'null'], minLength: 1 };
  const named = { $ref: '#/components/schemas/Name', minLength: 3 };
  const description = read({
    openapi: '3.1.0',
    info: { title: 'New' },
    paths: {
      '/a': {
        get: {
          responses: {
            200: { content: { 'application/json': { schema: { properties: { a: schema, b: named } } } } },
          },
        },
      },
    },
    components: { schemas: { Name: { type: 'string' } } },
  });
  expect(await violationsOf({ target: '/a', answer: { a: null, b: 'abc' } }, description)).toEqual([]);
  expect(await violationsOf({ target: '/a', answer: { a: 1, b: 'ab' } }, description)).toEqual([
    'GET /a answer status 200 body a: must be string,null',
    'GET /a answer status 200 body b: must NOT have fewer than 3 characters',
  ]);
});

test('Swagger 2.0 describes bodies and forms as parameters, and lists by their separator', async () => {
  const description = read(
    {
      swagger: '2.0',
      info: { title: 'Old' },
      host: 'old.test',
      basePath: '/api',
      consumes: ['application/json'],
      produces: ['application/json'],
      paths: {
        '/a': {
          get: {
            operationId: 'list',
            parameters: [
              {
                name: 'ids',
                in: 'query',
                type: 'array',
                collectionFormat: 'pipes',
                items: { type: 'integer' },
              },
            ],
            responses: {
              200: { schema: { type: 'object', properties: { a: { type: 'string', 'x-nullable': true } } } },
            },
          },
          post: {
            operationId: 'create',
            parameters: [
              { name: 'body', in: 'body', required: true, schema: { $ref: 'other.json#/definitions/A' } },
            ],
            responses: { 201: {} },
          },
        },
      },
    },
    'api.json',
    {
      'other.json': {
        definitions: {
          A: { type: 'object', properties: { a: { $ref: '#/definitions/B' } } },
          B: { type: 'integer' },
        },
      },
    },
  );
  expect(await violationsOf({ target: '/api/a?ids=1|2', answer: { a: null } }, description)).toEqual([]);
  expect(await violationsOf({ target: '/api/a?ids=1|x', answer: { a: 1 } }, description)).toEqual([
    'list request query parameter ids ([]): must be integer',
    'list answer status 200 body a: must be string,null',
  ]);
  const created = { method: 'POST', target: '/api/a', status: 201, answer: undefined };
  expect(await violationsOf({ ...created, send: { a: 'x' } }, description)).toEqual([
    'create request body a: must be integer',
  ]);
});

test('a document of no known format is refused by name', () => {
  expect(() => read({ kind: 'another#description' })).toThrow(
    /none of the formats that are read \(Google discovery, OpenAPI 3\.0 .*Swagger 2\.0\)/,
  );
});
