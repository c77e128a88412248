import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { integrationsOf, readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { changesBetween } from './changes.ts';
import { Documents } from './documents.ts';
import { fetchDescriptions, sources } from './sources.ts';

/** An object that a test may change at will. */
// biome-ignore lint/suspicious/noExplicitAny: documents of three formats, changed by hand
type Document = any;

const openapi: Document = {
  openapi: '3.1.0',
  paths: {
    '/songs/{id}': {
      parameters: [{ name: 'id', in: 'path', schema: { type: 'string' } }],
      get: {
        operationId: 'getSong',
        description: 'words',
        parameters: [{ name: 'market', in: 'query', schema: { type: 'string', enum: ['DE', 'SE'] } }],
        responses: { 200: { content: { json: { schema: { $ref: '#/components/schemas/Song' } } } } },
      },
      delete: { responses: { 204: {} } },
    },
  },
  components: {
    schemas: {
      Song: {
        required: ['title'],
        properties: {
          title: { type: 'string', description: 'words' },
          description: { type: 'string' },
          next: { $ref: '#/components/schemas/Song' },
        },
      },
    },
  },
};
const google: Document = {
  discoveryVersion: 'v1',
  resources: { songs: { methods: { get: { id: 'songs.get', response: { $ref: 'Song' } } } } },
  schemas: { Song: { properties: { title: { type: 'string' } } } },
};
const smithy: Document = {
  smithy: '2.0',
  shapes: {
    'x#GetSong': { type: 'operation', input: { target: 'x#Song' } },
    'x#Song': {
      type: 'structure',
      members: { title: { target: 'smithy.api#String', traits: { 'smithy.api#documentation': 'a' } } },
    },
  },
};

function changes(
  document: Document,
  change: (copy: Document) => void,
  used?: readonly string[],
): readonly string[] {
  const copy = structuredClone(document);
  change(copy);
  using folder = temporaryFolder({ 'old.json': document, 'new.json': copy });
  const [before, after] = ['old.json', 'new.json'].map((name) => ({
    file: join(folder.path, name),
    documents: new Documents(),
  })) as [never, never];
  return changesBetween(before, after, used === undefined ? undefined : new Set(used)).map(
    ({ place, says, operations }) => `${place}: ${says} [${operations}]`,
  );
}

describe('changes between two descriptions', () => {
  it.each<[string, Document, (copy: Document) => void, string[]]>([
    ['nothing', openapi, () => {}, []],
    [
      'words',
      openapi,
      (d) => Object.assign(d.components.schemas.Song.properties.title, { description: 'x' }),
      [],
    ],
    [
      'words of an operation',
      openapi,
      (d) => Object.assign(d.paths['/songs/{id}'].get, { summary: 'x' }),
      [],
    ],
    [
      'the order of parameters',
      openapi,
      (d) => d.paths['/songs/{id}'].get.parameters.push(d.paths['/songs/{id}'].get.parameters.shift()),
      [],
    ],
    [
      'a type that is referred to',
      openapi,
      (d) => Object.assign(d.components.schemas.Song.properties.title, { type: 'integer' }),
      ['#/components/schemas/Song: properties.title.type: "string" is "integer" now [getSong]'],
    ],
    [
      'a field that is named description',
      openapi,
      (d) => delete d.components.schemas.Song.properties.description,
      ['#/components/schemas/Song: properties.description is gone [getSong]'],
    ],
    [
      'a value',
      openapi,
      (d) => d.paths['/songs/{id}'].get.parameters[0].schema.enum.pop(),
      ['getSong: operation.parameters.query market.schema.enum.SE is gone [getSong]'],
    ],
    [
      'a need',
      openapi,
      (d) => d.components.schemas.Song.required.push('next'),
      ['#/components/schemas/Song: required.next is new [getSong]'],
    ],
    [
      'an operation',
      openapi,
      (d) => delete d.paths['/songs/{id}'].delete,
      ['DELETE /songs/{id}: the operation is gone [DELETE /songs/{id}]'],
    ],
    [
      'a schema of Google',
      google,
      (d) => Object.assign(d.schemas.Song.properties.title, { type: 'integer' }),
      ['schemas.Song: properties.title.type: "string" is "integer" now [songs.get]'],
    ],
    [
      'a method of Google',
      google,
      (d) => delete d.resources.songs.methods.get,
      ['songs.get: the operation is gone [songs.get]'],
    ],
    [
      'a member of Smithy',
      smithy,
      (d) => delete d.shapes['x#Song'].members.title,
      ['x#Song: target.members.title is gone [GetSong]'],
    ],
    [
      'words of Smithy',
      smithy,
      (d) => Object.assign(d.shapes['x#Song'].members.title.traits, { 'smithy.api#documentation': 'b' }),
      [],
    ],
  ])('%s', (_, document, change, expected) => {
    expect(changes(document, change)).toEqual(expected);
  });

  it('of operations that are not used are left out', () => {
    expect(changes(openapi, (d) => delete d.paths['/songs/{id}'].delete, ['getSong'])).toEqual([]);
  });
});

describe('sources.json', () => {
  it('names a source of every description, but of versions that are closed', () => {
    const named = readWorkspace(repositoryRoot).packages.flatMap((one) =>
      integrationsOf(one).flatMap(({ specs }) => specs),
    );
    const closed = /^azure\/keyvault-/;
    expect(Object.keys(sources).sort()).toEqual(
      [...new Set(named)].filter((file) => !closed.test(file)).sort(),
    );
  });

  it('is fetched file by file, pinned or newest', async () => {
    const asked: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.statusCode = url.includes('stripe') ? 404 : 200;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    using folder = temporaryFolder();
    await fetchDescriptions(folder.path, 'newest', base);
    expect(asked).toHaveLength(Object.keys(sources).length);
    expect(asked).toContain('/sonallux/spotify-web-api/HEAD/fixed-spotify-open-api.yml');
    await expect(fetchDescriptions(folder.path, 'pinned', base)).rejects.toThrow(/stripe.* answered 404/);
  });
});
