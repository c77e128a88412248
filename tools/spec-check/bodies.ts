/** Bodies against their description: type of content, then content. */
import type { DescribedContent, Direction, Finding, ValueCheck } from './description.ts';
import { nested } from './parameters.ts';

const json = /^application\/(.+\+)?json$/;

/** A body and how it was labelled. */
export interface SentBody {
  readonly bytes: Uint8Array;
  /** The whole header. Absent: there was none. */
  readonly contentType: string | undefined;
}

/** Everything about a body, which is not empty, that `content` does not allow. Places begin with `body`. */
export async function checkBody(
  content: DescribedContent,
  body: SentBody,
  direction: Direction,
): Promise<Finding[]> {
  if (content.size === 0) return [{ place: 'body', says: 'is there, but none is described' }];
  const type = (body.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '') return [{ place: 'header content-type', says: 'is missing beside a body' }];
  const described = find(content, type);
  if (described === undefined)
    return [
      {
        place: 'header content-type',
        says: `${type} is not described; ${[...content.keys()].join(', ')} is`,
      },
    ];
  if (described.check === undefined) return [];
  const found = await checkContent(described.check, type, body, direction);
  return found.map(({ place, says }) => ({ place: place === '' ? 'body' : `body ${place}`, says }));
}

/** The most exact of the described media types and ranges that covers `type`. */
function find(
  content: DescribedContent,
  type: string,
): { readonly check: ValueCheck | undefined } | undefined {
  const names = new Map([...content].map(([name, check]) => [(name.split(';')[0] ?? name).trim(), check]));
  for (const range of [type, `${type.split('/')[0]}/*`, '*/*'])
    if (names.has(range)) return { check: names.get(range) };
  return undefined;
}

async function checkContent(
  check: ValueCheck,
  type: string,
  body: SentBody,
  direction: Direction,
): Promise<readonly Finding[]> {
  if (json.test(type)) {
    const value = parseJson(body.bytes);
    return value === undefined ? [{ place: '', says: 'is not JSON' }] : check.check(value.json, direction);
  }
  if (type === 'application/x-www-form-urlencoded' || type === 'multipart/form-data') {
    const fields = await readForm(body);
    return fields === undefined
      ? [{ place: '', says: `is no ${type}` }]
      : check.checkText(nested(fields), direction);
  }
  return check.types.has('string') || check.types.size === 0
    ? check.check(Buffer.from(body.bytes).toString('utf8'), direction)
    : [];
}

function parseJson(bytes: Uint8Array): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(Buffer.from(bytes).toString('utf8')) };
  } catch {
    return undefined;
  }
}

/** Fields of a form in order; a file's content counts as text. */
async function readForm({ bytes, contentType }: SentBody): Promise<[string, string][] | undefined> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType ?? '' } })
    .formData()
    .catch(() => undefined);
  if (form === undefined) return undefined;
  return Promise.all(
    [...form].map(
      async ([name, value]): Promise<[string, string]> => [
        name,
        typeof value === 'string' ? value : await value.text(),
      ],
    ),
  );
}
