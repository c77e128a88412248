/** From an answer to a checked value, or to the one error that says where it was not what was promised. */
import { VendorError } from '@im/core';
import type { z } from 'zod';
import { announcedBytes } from './content.ts';
import { bytes, none, text } from './schemas.ts';
import type { HttpHeaders, HttpRequest, HttpResponse } from './transport.ts';

/** Most bytes of an error's body that are read. */
const maxErrorBytes = 256 * 1024;

const decoder = new TextDecoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the whole body.
 *
 * @throws VendorError `internal`, with reason `body_too_large`, as soon as there are more than `maxBytes`; whatever the body ends with
 */
export async function readBytes(response: HttpResponse, maxBytes: number): Promise<Uint8Array> {
  if (response.bytes !== undefined) return response.bytes(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size);
}

/** @throws VendorError `body_too_large` when the answer announces more than `maxBytes` */
export function refuseAnnounced(
  method: HttpRequest['method'],
  response: HttpResponse,
  maxBytes: number,
): void {
  if ((announcedBytes(method, response) ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** An answer of more bytes than was agreed. */
export function tooLarge(maxBytes: number): VendorError {
  return new VendorError({
    sent: true,
    code: 'internal',
    reason: 'body_too_large',
    says: `the answer is larger than ${maxBytes} bytes`,
  });
}

/**
 * Reads the body as `schema` wants it.
 *
 * @throws VendorError `internal` when it is too large, cut, not JSON, or not of the promised shape; with the path
 * inside the body, never with the body
 */
export async function readAnswer<Schema extends z.ZodType>(
  response: HttpResponse,
  schema: Schema,
  maxBytes: number,
  requestId: () => string | undefined,
): Promise<z.output<Schema>> {
  const body = await readBytes(response, maxBytes);
  if (is(schema, none)) return undefined as z.output<Schema>;
  if (is(schema, bytes)) return body as z.output<Schema>;
  const broken = (reason: string, says: string) =>
    new VendorError({
      sent: true,
      code: 'internal',
      status: response.status,
      reason,
      says,
      requestId: requestId(),
    });
  if (is(schema, text)) return decoder.decode(body) as z.output<Schema>;
  let value: unknown;
  if (body.byteLength > 0) {
    try {
      value = JSON.parse(strictDecoder.decode(body));
    } catch {
      throw broken('not_json', `the answer is ${kindOf(response.headers)}, not the JSON that was promised`);
    }
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw broken(
    'unexpected_body',
    `the answer is not what was promised: ${describeIssues(schema, checked.error.issues)}`,
  );
}

/** Identity of schemas of different types. */
function is(schema: unknown, other: unknown): boolean {
  return schema === other;
}

/** Content types that may be named in a message; any other could be anything. */
const namedTypes: Readonly<Record<string, string>> = {
  'application/json': 'broken JSON',
  'text/html': 'HTML',
  'text/plain': 'plain text',
  'application/xml': 'XML',
  'text/xml': 'XML',
  'application/x-www-form-urlencoded': 'a form',
};

function kindOf(headers: HttpHeaders): string {
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type.endsWith('+json')) return 'broken JSON';
  return (Object.hasOwn(namedTypes, type) ? namedTypes[type] : undefined) ?? 'of another type';
}

const issuesShown = 3;

/** Places and what was expected there; nothing of what was found. */
function describeIssues(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): string {
  const shown = issues
    .slice(0, issuesShown)
    .map((issue) => `${pathText(schema, issue.path)} ${expected(issue)}`);
  const more = issues.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function expected(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_type' ? `should be ${issue.expected}` : `breaks ${issue.code}`;
}

/** `body.items[3].name`. A key that the schema does not name comes from the body itself and stays out. */
function pathText(schema: z.ZodType, path: readonly PropertyKey[]): string {
  let text = 'body';
  let inside: Definition | undefined = definitionOf(schema);
  for (const part of path) {
    inside = unwrapped(inside);
    const member =
      typeof part === 'string' && inside?.shape && Object.hasOwn(inside.shape, part)
        ? inside.shape[part]
        : undefined;
    if (typeof part === 'number') text += `[${part}]`;
    else text += member === undefined ? '[…]' : `.${String(part)}`;
    inside = definitionOf(member ?? inside?.element ?? inside?.valueType);
  }
  return text;
}

/** The parts of zod's own definitions that lead from a schema to those inside it. */
interface Definition {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly valueType?: unknown;
  readonly innerType?: unknown;
  readonly in?: unknown;
}

function definitionOf(schema: unknown): Definition | undefined {
  return typeof schema === 'object' && schema !== null && 'def' in schema
    ? (schema.def as Definition)
    : undefined;
}

/** Past optional, nullable, default and pipe. */
function unwrapped(definition: Definition | undefined): Definition | undefined {
  let inner = definition;
  while (inner?.innerType !== undefined || inner?.in !== undefined)
    inner = definitionOf(inner.innerType ?? inner.in);
  return inner;
}

/** The body of an answer of status 400 and up; `undefined` where it is cut, or larger than an error should be. */
export async function readErrorBytes(response: HttpResponse): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(response, maxErrorBytes);
  } catch (error) {
    // The status says enough; a cut or endless error body does not change what it means. An abort does.
    if (error instanceof VendorError) return undefined;
    throw error;
  }
}

/** What an error's body says: JSON where it is, text where it is not, `undefined` where there is none. */
export function errorBodyOf(body: Uint8Array): unknown {
  if (body.byteLength === 0) return undefined;
  const content = decoder.decode(body);
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return content;
  }
}
