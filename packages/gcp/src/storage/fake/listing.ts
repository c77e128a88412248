/** Lists of objects: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import { compareKeys } from '@im/storage';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeContext } from './context.ts';
import { refuse } from './refuse.ts';
import { answer, objectResource } from './resource.ts';
import type { FakeBucket, FakeObject } from './store.ts';

/** Most lines of a page, objects and prefixes together. */
const mostLines = 1_000;

export function listObjects(
  { store, origin }: FakeContext,
  bucket: FakeBucket,
  { query }: FakeRequest,
): FakeResponse {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const most = Math.min(Number(query.get('maxResults') ?? mostLines), mostLines);
  if (!Number.isInteger(most) || most < 0) return refuse(400, 'Invalid maxResults', 'invalidParameter');
  const after = readToken(query.get('pageToken'));
  const isWanted = filterOf(query);
  const items: FakeObject[] = [];
  const prefixes: string[] = [];
  let last: Token | undefined;
  for (const object of store.listed(bucket, query.get('versions') === 'true')) {
    const { name, generation } = object;
    if (!name.startsWith(prefix) || !isWanted(name)) continue;
    const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    const group = end < 0 ? undefined : name.slice(0, end + delimiter.length);
    if (isTold(after, group ?? name, group === undefined ? generation : '')) continue;
    if (group !== undefined && prefixes.at(-1) === group) continue;
    if (items.length + prefixes.length === most) {
      return answer(page(items, prefixes, origin, last), query);
    }
    if (group === undefined) items.push(object);
    else prefixes.push(group);
    last = [group ?? name, group === undefined ? generation : ''];
  }
  return answer(page(items, prefixes, origin, undefined), query);
}

function page(
  items: readonly FakeObject[],
  prefixes: readonly string[],
  origin: string,
  last: Token | undefined,
): Readonly<Record<string, unknown>> {
  return {
    kind: 'storage#objects',
    ...(last && { nextPageToken: Buffer.from(JSON.stringify(last)).toString('base64') }),
    ...(prefixes.length > 0 && { prefixes }),
    ...(items.length > 0 && { items: items.map((item) => objectResource(item, origin)) }),
  };
}

/** The last line that was told: a name and its generation, or a prefix. */
type Token = readonly [name: string, generation: string];

function isTold(after: Token | undefined, name: string, generation: string): boolean {
  if (after === undefined) return false;
  const order = compareKeys(name, after[0]);
  return order < 0 || (order === 0 && Number(generation) <= Number(after[1]));
}

function readToken(text: string | null): Token | undefined {
  if (text === null) return undefined;
  try {
    const [name, generation] = JSON.parse(Buffer.from(text, 'base64').toString()) as unknown[];
    if (typeof name === 'string' && typeof generation === 'string') return [name, generation];
  } catch {
    // Not one of ours: refused below.
  }
  return refuse(400, 'Invalid page token', 'invalid');
}

function filterOf(query: URLSearchParams): (name: string) => boolean {
  const start = query.get('startOffset');
  const end = query.get('endOffset');
  const glob = query.get('matchGlob');
  const pattern = glob === null ? undefined : patternOf(glob);
  return (name) =>
    (start === null || compareKeys(name, start) >= 0) &&
    (end === null || compareKeys(name, end) < 0) &&
    (pattern === undefined || pattern.test(name));
}

/** `*` stops at a slash, `**` does not. */
function patternOf(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^$(){}|\\]/g, '\\$&')
    .replaceAll(/\*\*|\*|\?/g, (sign) => (sign === '**' ? '.*' : sign === '*' ? '[^/]*' : '[^/]'));
  return new RegExp(`^${source}$`, 's');
}
