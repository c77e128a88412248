/** A lending library, invented, as a Smithy model; the same in every protocol. */
import type { Description } from '../description.ts';
import { read } from './library.ts';

const api = (name: string, value: unknown = {}) => ({ [`smithy.api#${name}`]: value });
const shape = (name: string) => `com.example#${name}`;
const target = (name: string, ...traits: readonly object[]) => ({
  target: name.includes('#') ? name : shape(name),
  traits: Object.assign({}, ...traits),
});
const required = api('required');

const shapes = {
  GetBook: {
    type: 'operation',
    input: target('GetBookInput'),
    output: target('GetBookOutput'),
    errors: [target('NoSuchBook')],
    traits: api('http', { method: 'GET', uri: '/books/{Id}?x-id=GetBook', code: 200 }),
  },
  GetBookInput: {
    type: 'structure',
    members: {
      Id: target('Id', required, api('httpLabel')),
      Fields: target('Names', api('httpQuery', 'field')),
      Branch: target('smithy.api#String', required, api('httpHeader', 'X-Branch')),
      Since: target('smithy.api#Timestamp', api('httpHeader', 'If-Modified-Since')),
    },
  },
  GetBookOutput: {
    type: 'structure',
    members: {
      Tag: target('smithy.api#String', required, api('httpHeader', 'ETag')),
      Meta: target('Notes', api('httpPrefixHeaders', 'x-amz-meta-')),
      Copies: target('smithy.api#Integer', required),
      Shelf: target('Shelf'),
    },
  },
  AddBook: {
    type: 'operation',
    input: target('AddBookInput'),
    output: target('smithy.api#Unit'),
    traits: api('http', { method: 'POST', uri: '/books', code: 201 }),
  },
  AddBookInput: {
    type: 'structure',
    members: {
      Title: target('Title', required),
      Kind: target('Kind'),
      Pages: target('smithy.api#Integer', api('range', { min: 1 })),
      Added: target('smithy.api#Timestamp'),
      Cover: target('smithy.api#Blob', api('length', { min: 1, max: 3 })),
      Tags: target('Names', api('xmlName', 'TagList')),
      Authors: target('Names', api('xmlFlattened'), api('xmlName', 'Author')),
      Notes: target('Notes'),
      Shelf: target('Shelf'),
    },
  },
  PutCover: {
    type: 'operation',
    input: target('PutCoverInput'),
    output: target('smithy.api#Unit'),
    traits: {
      ...api('http', { method: 'PUT', uri: '/covers/{Name+}', code: 200 }),
      'aws.protocols#httpChecksum': { requestChecksumRequired: true },
    },
  },
  PutCoverInput: {
    type: 'structure',
    members: {
      Name: target('smithy.api#String', required, api('httpLabel')),
      Image: target('smithy.api#Blob', api('httpPayload')),
    },
  },
  CopyCover: {
    type: 'operation',
    input: target('CopyCoverInput'),
    output: target('smithy.api#Unit'),
    traits: api('http', { method: 'PUT', uri: '/covers/{Name+}', code: 200 }),
  },
  CopyCoverInput: {
    type: 'structure',
    members: {
      Name: target('smithy.api#String', required, api('httpLabel')),
      From: target('smithy.api#String', required, api('httpHeader', 'x-amz-copy-source')),
    },
  },
  Id: { type: 'string', traits: api('pattern', '^[0-9]+$') },
  Title: { type: 'string', traits: api('length', { min: 2 }) },
  Kind: {
    type: 'enum',
    members: { NOVEL: target('smithy.api#Unit', api('enumValue', 'novel')), POEM: target('smithy.api#Unit') },
  },
  Names: { type: 'list', member: target('smithy.api#String', api('xmlName', 'Name')) },
  Notes: { type: 'map', key: target('smithy.api#String'), value: target('smithy.api#String') },
  Shelf: {
    type: 'structure',
    members: {
      Row: target('smithy.api#Integer', required),
      Lit: target('smithy.api#Boolean', api('xmlAttribute')),
      Below: target('Shelf'),
    },
  },
  NoSuchBook: {
    type: 'structure',
    members: { Message: target('smithy.api#String'), Nearest: target('smithy.api#String') },
    traits: { ...api('error', 'client'), ...api('httpError', 404) },
  },
};

/** The library in one of AWS' protocols: `restXml`. */
export function smithyLibrary(protocol: string, settings: object = {}): Description {
  return read({
    smithy: '2.0',
    shapes: {
      ...Object.fromEntries(Object.entries(shapes).map(([name, one]) => [shape(name), one])),
      [shape('Library')]: {
        type: 'service',
        version: '2026-01-01',
        operations: ['GetBook', 'AddBook', 'PutCover', 'CopyCover'].map((name) => ({ target: shape(name) })),
        traits: {
          [`aws.protocols#${protocol}`]: settings,
          ...api('xmlNamespace', { uri: 'https://library.test/2026-01-01/' }),
        },
      },
    },
  });
}
