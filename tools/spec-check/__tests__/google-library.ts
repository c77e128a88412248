import { read } from './library.ts';

const path = (pattern?: string) => ({
  location: 'path',
  required: true,
  type: 'string',
  ...(pattern && { pattern }),
});
const shelf = '^libraries/[^/]+/shelves/[^/]+$';

/** A lending library, invented, as a discovery document. */
export const googleLibrary = read({
  kind: 'discovery#restDescription',
  title: 'Library',
  rootUrl: 'https://library.test/',
  servicePath: '',
  parameters: {
    alt: { location: 'query', type: 'string', enum: ['json', 'media'] },
    fields: { location: 'query', type: 'string' },
    uploadType: { location: 'query', type: 'string' },
  },
  schemas: {
    Empty: { id: 'Empty', type: 'object', properties: {} },
    Shelf: {
      id: 'Shelf',
      type: 'object',
      properties: {
        name: { type: 'string', readOnly: true },
        rows: { type: 'integer', format: 'int32', annotations: { required: ['library.shelves.create'] } },
        books: { type: 'string', format: 'int64' },
        kind: { type: 'string', enum: ['WOOD', 'STEEL'] },
        image: { type: 'string', format: 'byte' },
        built: { type: 'string', format: 'google-datetime' },
        lent: { type: 'string', format: 'google-duration' },
        weight: { type: 'number', format: 'double' },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        below: { type: 'array', items: { $ref: 'Shelf' } },
        note: { type: 'any' },
      },
    },
  },
  resources: {
    libraries: {
      resources: {
        shelves: {
          methods: {
            get: {
              id: 'library.shelves.get',
              httpMethod: 'GET',
              path: 'v1/{+name}',
              parameters: {
                name: path(shelf),
                year: { location: 'query', type: 'integer', minimum: '1900' },
              },
              response: { $ref: 'Shelf' },
              supportsMediaDownload: true,
            },
            create: {
              id: 'library.shelves.create',
              httpMethod: 'POST',
              path: 'v1/{+parent}/shelves',
              parameters: {
                parent: path('^libraries/[^/]+$'),
                tag: { location: 'query', type: 'string', repeated: true, enum: ['a', 'b'] },
              },
              request: { $ref: 'Shelf' },
              response: { $ref: 'Shelf' },
              mediaUpload: { protocols: { simple: { path: '/upload/v1/{+parent}/shelves' } } },
            },
            patch: {
              id: 'library.shelves.patch',
              httpMethod: 'PATCH',
              path: 'v1/{+name}',
              parameters: { name: path(shelf) },
              request: { $ref: 'Shelf' },
              response: { $ref: 'Shelf' },
            },
            burn: {
              id: 'library.shelves.burn',
              httpMethod: 'DELETE',
              path: 'v1/{+name}',
              parameters: { name: path(shelf) },
              response: { $ref: 'Empty' },
            },
            move: {
              id: 'library.shelves.move',
              httpMethod: 'POST',
              path: 'v1/{+name}:move',
              parameters: { name: path(shelf), to: { location: 'query', required: true, type: 'string' } },
            },
          },
        },
      },
    },
  },
});
