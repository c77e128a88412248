/** Fields of a log line as plain data: bounded in every direction, without credentials, whatever was given. */
import { isIntegrationError, type LogFields, redacted } from '@im/core';
import { isSecretName, redactUrl } from '@im/http';
import { withoutCredentials } from './words.ts';

/** How large a line may become. */
export interface LogLimits {
  /** Fields of one object, members of one list. Default 32. */
  readonly maxMembers: number;
  /** Objects inside objects. Default 4. */
  readonly maxDepth: number;
  /** Characters of a text; of a stack four times as many. Default 1,000. */
  readonly maxText: number;
  /** Values in a line in all. Default 200. */
  readonly maxValues: number;
}

/** The limits where none are given. */
export const defaultLimits: LogLimits = { maxMembers: 32, maxDepth: 4, maxText: 1_000, maxValues: 200 };

/** Most characters of one text that are looked through; what is behind is dropped. */
const mostScanned = 16_384;

/** Names that readers look for by their value: never taken for a random word, as long as they look like a name. */
const identifier = /^(?:tenant|integration|provider|operation|service|version|id|.*(?:Id|ID|_id))$/;
const plainIdentifier = /^[\w.:=/+@-]{1,200}$/;

/** Makes the function that cleans the fields of a line. `isSecret` adds to the names that are never shown. */
export function createCleaner(limits: LogLimits, isSecret: (name: string) => boolean) {
  return (fields: LogFields): Record<string, unknown> => new Cleaning(limits, isSecret).object(fields, 0);
}

/** A message, or a text of a field. */
export function cleanText(text: string, maxText: number): string {
  const clean = withoutCredentials(text.slice(0, mostScanned));
  return clean.length > maxText ? `${clean.slice(0, maxText)}…` : clean;
}

/** One line on its way. */
class Cleaning {
  readonly #limits: LogLimits;
  readonly #isSecret: (name: string) => boolean;
  readonly #above = new Set<object>();
  #values = 0;

  constructor(limits: LogLimits, isSecret: (name: string) => boolean) {
    this.#limits = limits;
    this.#isSecret = isSecret;
  }

  object(value: object, depth: number): Record<string, unknown> {
    const names = Object.keys(value);
    const kept = names.slice(0, this.#limits.maxMembers);
    const entries = kept.flatMap((name) => {
      const read = readMember(value, name);
      const clean = this.#isHidden(name, read) ? redacted : this.#value(read, name, depth);
      return clean === undefined ? [] : [[cleanText(name, 100), clean] as const];
    });
    const more = names.length - kept.length;
    return Object.fromEntries(more > 0 ? [...entries, ['…', `${more} more`]] : entries);
  }

  /** A name says it; whether something is there or not, and true or false, is no secret. */
  #isHidden(name: string, value: unknown): boolean {
    if (value === undefined || value === null || typeof value === 'boolean') return false;
    return isSecretName(name) || this.#isSecret(name);
  }

  #value(value: unknown, name: string, depth: number): unknown {
    this.#values += 1;
    if (this.#values > this.#limits.maxValues) return '…';
    if (typeof value === 'string') return this.#text(value, name);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'function' || typeof value === 'symbol') return undefined;
    return typeof value === 'object' && value !== null ? this.#objectLike(value, name, depth) : value;
  }

  #text(value: string, name: string): string {
    if (identifier.test(name) && plainIdentifier.test(value)) return value;
    return cleanText(value, this.#limits.maxText);
  }

  #objectLike(value: object, name: string, depth: number): unknown {
    if ('reveal' in value) return redacted;
    if (value instanceof URL) return this.#text(redactUrl(value), name);
    if (value instanceof Date) return Number.isNaN(value.valueOf()) ? String(value) : value.toISOString();
    if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
    if (this.#above.has(value) || depth >= this.#limits.maxDepth) return '…';
    this.#above.add(value);
    try {
      if (value instanceof Error) return this.#error(value, depth + 1);
      if (value instanceof Map) return this.object(Object.fromEntries(value), depth + 1);
      return value instanceof Set || Array.isArray(value)
        ? this.#list([...value], name, depth + 1)
        : this.object(value, depth + 1);
    } finally {
      this.#above.delete(value);
    }
  }

  #list(values: readonly unknown[], name: string, depth: number): unknown[] {
    const kept = values.slice(0, this.#limits.maxMembers).map((one) => this.#value(one, name, depth) ?? null);
    const more = values.length - kept.length;
    return more > 0 ? [...kept, `… ${more} more`] : kept;
  }

  /** The stack only where it helps: an error of @im says by its fields where it comes from. Causes may quote a vendor, and are left out. */
  #error(error: Error, depth: number): Record<string, unknown> {
    const { maxText } = this.#limits;
    const stack = isIntegrationError(error) ? undefined : error.stack;
    return {
      ...this.object(error, depth),
      name: cleanText(String(error.name), 100),
      message: cleanText(String(error.message), maxText),
      ...(stack !== undefined && { stack: cleanText(stack, maxText * 4) }),
    };
  }
}

/** A getter may throw; the line is written all the same. */
function readMember(value: object, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return '[unreadable]';
  }
}
