/**
 * What a directory sends, measured before anything looks at it. A directory has a key of its tenant; it must not be able to hold up the others:
 *
 * 1. a body is read up to its limit, and no further;
 * 2. filters and paths go to a parser that tries two ways for each line end, and each pair of `\`, of a text that is not closed: thirty line ends
 *    take it a minute, fifty a year; sixty backslashes, two days. No honest filter has a line end, or more than a few backslashes;
 * 3. it multiplies out what stands in groups: fifty of `(a or b)`, joined by `and`, become 2^50 parts.
 */
import { isDeeperThan } from '../../common/depth.ts';
import type { ScimMessages } from './messages.ts';

/** What bodies are sent as (RFC 7644 §8.1). */
export const contentType = 'application/scim+json';

const mostBytes = 1_000_000;
const mostLevels = 32;
const mostCharacters = 1_000;
const mostBackslashes = 8;
/** `and`, `or` and `not` in a filter with groups: at most 2^6 parts. */
const mostLogic = 12;
/** Of a list: addresses, members, operations. The library takes a tenth of a millisecond for each. */
const mostItems = 1_000;

/** Reads the body as JSON. */
export async function readJson(request: Request, { types }: ScimMessages): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== contentType && type !== 'application/json')
    throw new types.Error(400, 'invalidSyntax', `the content type must be ${contentType}`);
  const text = await readText(request);
  if (text === undefined) throw new types.Error(413, '', `a request has at most ${mostBytes} bytes`);
  const body = parsed(text, types);
  if (isDeeperThan(mostLevels, body))
    throw new types.Error(400, 'invalidSyntax', `a request is at most ${mostLevels} levels deep`);
  const { Operations: operations } = Object(body) as { readonly Operations?: unknown };
  const values = Array.isArray(operations)
    ? operations.map((one) => (Object(one) as { readonly value?: unknown }).value)
    : [];
  if ([body, ...values].some(isTooLong))
    throw new types.Error(413, '', `a list in a request has at most ${mostItems} items`);
  return body;
}

function parsed(text: string, types: ScimMessages['types']): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new types.Error(400, 'invalidSyntax', 'the body is no JSON');
  }
}

/** Itself, or an attribute of it. */
function isTooLong(value: unknown): boolean {
  const lists = Array.isArray(value) ? [value] : Object.values(Object(value));
  return lists.some((one) => Array.isArray(one) && one.length > mostItems);
}

/** `undefined`: it is too long; what has not been read of it stays unread. */
async function readText({ body, headers }: Request): Promise<string | undefined> {
  if (Number(headers.get('content-length') ?? 0) > mostBytes) return undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Refuses what the parser of filters should not see: of the query, and of the paths of a PATCH. */
export function checkExpressions(texts: Iterable<unknown>, { types }: ScimMessages): void {
  for (const text of texts) {
    if (typeof text !== 'string') continue;
    if (text.length > mostCharacters)
      throw new types.Error(400, 'tooMany', `a filter has at most ${mostCharacters} characters`);
    if (/\p{Cc}/u.test(text) || text.split('\\').length > mostBackslashes + 1)
      throw new types.Error(
        400,
        'invalidFilter',
        `a filter has no control characters and at most ${mostBackslashes} backslashes`,
      );
    if (/[([]/.test(text) && text.split(/\b(?:and|or|not)\b/i).length > mostLogic + 1)
      throw new types.Error(
        400,
        'invalidFilter',
        `a filter with groups has at most ${mostLogic} of and, or and not`,
      );
  }
}

/** The paths of a PATCH, as far as it is one: what else is wrong with it, the library says. */
export function checkOperations(body: unknown, messages: ScimMessages): void {
  const { Operations: operations } = Object(body) as { readonly Operations?: unknown };
  if (!Array.isArray(operations)) return;
  // Without a path, the names in the value are paths.
  const paths = operations.flatMap((one) => {
    const { path, value } = Object(one) as { readonly path?: unknown; readonly value?: unknown };
    return path === undefined ? Object.keys(Object(value)) : [path];
  });
  checkExpressions(paths, messages);
}

/** The text that a filter has in quotes. */
export function unquoted(quoted: string, { types }: ScimMessages): string {
  try {
    return JSON.parse(`"${quoted}"`) as string;
  } catch {
    throw new types.Error(400, 'invalidFilter', 'what stands in quotes is no text of JSON');
  }
}

/** What the library makes of what was sent: its `TypeError`s are about that, and nothing else is. */
export async function understood<Value>(
  { types }: ScimMessages,
  make: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof TypeError) throw new types.Error(400, 'invalidValue', error.message);
    throw error;
  }
}
