import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeOperations, type Pages } from '@im/core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openBench } from './__tests__/connect.ts';
import { spotify } from './spotify.ts';
import { harness } from './testing.ts';

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}
interface DescribedOperation {
  readonly operationId: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string }[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

const operations = describeOperations(spotify);
const idOf = (docs: string | undefined) => docs?.split('/reference/')[1] ?? '';

test('each operation links its page of the reference', () => {
  for (const { name, docs } of operations) {
    expect(docs, name).toMatch(
      /^https:\/\/developer\.spotify\.com\/documentation\/web-api\/reference\/[a-z-]+$/,
    );
  }
});

test('changes that happen again each time are unsafe', () => {
  const unsafe = operations.filter(({ effect }) => effect === 'unsafe').map(({ name }) => name);
  expect(unsafe.sort()).toEqual([
    'addPlaylistItems',
    'addPlaylistTracks',
    'addToQueue',
    'createPlaylist',
    'createPlaylistForUser',
    'reorderPlaylistItems',
    'reorderPlaylistTracks',
    'skipToNext',
    'skipToPrevious',
  ]);
});

const isPages = (value: unknown): value is Pages<unknown> =>
  typeof value === 'object' && value !== null && 'toArray' in value;

const folder = process.env.IM_SPECS;
const file = folder === undefined ? undefined : join(folder, 'spotify', 'fixed-spotify-open-api.yml');
if (file === undefined && process.env.CI !== 'true')
  console.log('IM_SPECS is not set: the vendor’s description is not compared');

describe.skipIf(file === undefined && process.env.CI !== 'true')('the vendor’s description', () => {
  const described = (): (readonly [method: string, operation: DescribedOperation])[] => {
    if (file === undefined || !existsSync(file))
      throw new Error('IM_SPECS must name the folder of descriptions');
    const { paths } = parse(readFileSync(file, 'utf8')) as Described;
    return Object.values(paths).flatMap((methods) => Object.entries(methods));
  };
  /** Paths of which the description says that they take a market. */
  const marketPaths = (): RegExp[] => {
    if (file === undefined) return [];
    const { paths } = parse(readFileSync(file, 'utf8')) as Described;
    return Object.entries(paths).flatMap(([path, { get }]) =>
      get?.parameters?.some(({ $ref }) => $ref?.endsWith('/QueryMarket'))
        ? [new RegExp(`^/v1${path.replace(/\{\w+\}/g, '[^/]+')}$`)]
        : [],
    );
  };
  const facts = (id: string) => operations.filter(({ docs }) => idOf(docs) === id);

  test('has an operation here for each of its own, and none is made up', () => {
    const theirs = described().map(([, { operationId }]) => operationId);
    expect([...new Set(operations.map(({ docs }) => idOf(docs)))].sort()).toEqual(theirs.sort());
  });

  test('marks the same operations as deprecated', () => {
    const ours = operations
      .filter(({ deprecated }) => deprecated !== undefined)
      .map(({ docs }) => idOf(docs));
    const theirs = described().flatMap(([, { deprecated, operationId }]) =>
      deprecated ? [operationId] : [],
    );
    expect([...new Set(ours)].sort()).toEqual(theirs.sort());
  });

  test('a GET is a read, nothing else is, and POST is never taken as safe to repeat', () => {
    for (const [method, { operationId }] of described()) {
      for (const { effect } of facts(operationId)) {
        expect(effect === 'read', operationId).toBe(method === 'get');
        if (method === 'post') expect(effect, operationId).toBe('unsafe');
      }
    }
  });

  test('gets the market wherever it takes one', async () => {
    await using bench = await openBench();
    const client = bench.client() as unknown as Readonly<
      Record<string, (...args: readonly unknown[]) => unknown>
    >;
    for (const [name, args] of Object.entries(harness.samples)) {
      const answer = client[name]?.(...args);
      await (isPages(answer) ? answer.toArray() : answer);
    }
    const patterns = marketPaths();
    const asked = bench.fake.exchanges
      .filter(({ method, target }) => method === 'GET' && !target.includes('fields='))
      .map(({ target }) => new URL(target, 'http://fake.test'))
      .filter(({ pathname }) => patterns.some((pattern) => pattern.test(pathname)));
    const seen = patterns.filter((pattern) => asked.some(({ pathname }) => pattern.test(pathname)));
    expect(seen).toHaveLength(patterns.length);
    for (const { pathname, searchParams } of asked)
      expect(searchParams.get('market'), pathname).toMatch(/^(SE|GB)$/);
  });

  test('asks for the same scopes', () => {
    for (const [, { operationId, security = [] }] of described()) {
      const theirs = security.flatMap((one) => Object.values(one).flat());
      for (const { scopes = [] } of facts(operationId))
        expect(scopes, operationId).toEqual(expect.arrayContaining(theirs));
    }
  });
});
