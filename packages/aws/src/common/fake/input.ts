/** Reads the input of a JSON operation, which may be anything. */
import { fault } from './protocols.ts';

/** Input of an operation. */
export type JsonInput = Readonly<Record<string, unknown>>;

/** A text that must be there. @throws the service's validation error */
export function text(input: JsonInput, name: string, code = 'ValidationException'): string {
  const value = input[name];
  if (typeof value === 'string') return value;
  throw fault(code, `The request must contain the parameter ${name}.`);
}

/** A text, where it is there. */
export function optionalText(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === 'string' ? value : undefined;
}

/** A number, where it is there. */
export function optionalNumber(input: JsonInput, name: string): number | undefined {
  const value = input[name];
  return typeof value === 'number' ? value : undefined;
}

/** Objects of a list; none when it is not there. */
export function objects(input: JsonInput, name: string): readonly JsonInput[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Texts of a list. */
export function texts(input: JsonInput, name: string): readonly string[] {
  const value = input[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Texts by name. */
export function textMap(input: JsonInput, name: string): Record<string, string> {
  const value = input[name];
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}

/** An object, where it is there. */
export function object(input: JsonInput, name: string): JsonInput | undefined {
  const value = input[name];
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One page of `all`: items after the token, and the token of the next page. */
export function pageOf<Item>(
  all: readonly Item[],
  token: string | undefined,
  size: number,
): { readonly items: readonly Item[]; readonly next: string | undefined } {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  };
}
