/** Bodies against their description: type of content, then content. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type {
  Codec,
  Decoded,
  DescribedContent,
  DescribedMedia,
  Direction,
  Finding,
  SentBody,
} from './description.ts';
import { isNode } from './documents.ts';
import { nested } from './parameters.ts';

const json = /^application\/(.+\+)?json$/;
const form = /^(application\/x-www-form-urlencoded|multipart\/form-data)$/;

/** RFC 9110 §8.4.1; `identity` and what else there is stays as it is. */
const unpackers: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** The body of a request or an answer, unpacked where it was packed for the way. */
export function toBody(message: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}): SentBody {
  const unpack = unpackers[message.headers['content-encoding'] ?? ''];
  return { bytes: unpacked(message.body, unpack), contentType: message.headers['content-type'] };
}

function unpacked(bytes: Uint8Array, unpack: ((bytes: Uint8Array) => Uint8Array) | undefined): Uint8Array {
  try {
    return unpack?.(bytes) ?? bytes;
  } catch {
    // An object may be stored under an encoding that it does not have.
    return bytes;
  }
}

/** Everything about a body, which is not empty, that `content` does not allow. Places begin with `body`. */
export async function checkBody(
  content: DescribedContent,
  body: SentBody,
  direction: Direction,
): Promise<Finding[]> {
  if (content.size === 0) return [{ place: 'body', says: 'is there, but none is described' }];
  const type = (body.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const described = find(content, type);
  if (described !== undefined && described.check === undefined) return [];
  if (type === '') return [{ place: 'header content-type', says: 'is missing beside a body' }];
  if (described?.check === undefined)
    return [
      {
        place: 'header content-type',
        says: `${type} is not described; ${[...content.keys()].join(', ')} is`,
      },
    ];
  const found = await checkContent(described.check, type, body, direction);
  return found.map(({ place, says }) => ({ place: place === '' ? 'body' : `body ${place}`, says }));
}

/** The most exact of the described media types and ranges that covers `type`. */
function find(
  content: DescribedContent,
  type: string,
): { readonly check: DescribedMedia | undefined } | undefined {
  const names = new Map([...content].map(([name, check]) => [(name.split(';')[0] ?? name).trim(), check]));
  for (const range of [type, `${type.split('/')[0]}/*`, '*/*'])
    if (names.has(range)) return { check: names.get(range) };
  return undefined;
}

async function checkContent(
  check: DescribedMedia,
  type: string,
  body: SentBody,
  direction: Direction,
): Promise<readonly Finding[]> {
  const codec = check.codec ?? (json.test(type) ? readJson : form.test(type) ? readForm : undefined);
  if (codec === undefined)
    return check.types.has('string') || check.types.size === 0
      ? check.check(Buffer.from(body.bytes).toString('utf8'), direction)
      : [];
  const decoded = await codec(body);
  if (typeof decoded === 'string') return [{ place: '', says: decoded }];
  const { value, isText, findings = [] } = decoded;
  return [...findings, ...(isText ? check.checkText(value, direction) : check.check(value, direction))];
}

/** JSON, whatever it is called. */
export function readJson({ bytes }: SentBody): Decoded | string {
  try {
    return { value: JSON.parse(Buffer.from(bytes).toString('utf8')), isText: false };
  } catch {
    return 'is not JSON';
  }
}

/** JSON in which null stands for what is not there, or is to go away. */
export function readJsonWithoutNulls(body: SentBody): Decoded | string {
  const decoded = readJson(body);
  return typeof decoded === 'string' ? decoded : { ...decoded, value: withoutNulls(decoded.value) };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isNode(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

/** Fields of a form; a file's content counts as text. */
const readForm: Codec = async ({ bytes, contentType }) => {
  const data = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType ?? '' } })
    .formData()
    .catch(() => undefined);
  if (data === undefined) return `is no ${contentType?.split(';')[0]}`;
  const fields = await Promise.all(
    [...data].map(
      async ([name, value]): Promise<[string, string]> => [
        name,
        typeof value === 'string' ? value : await value.text(),
      ],
    ),
  );
  return { value: nested(fields), isText: true };
};
