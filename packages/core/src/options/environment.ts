/** Names of environment variables for the fields of a schema, and their text as the schema wants it. */
import { z } from 'zod';
import { Secret } from '../secret.ts';
import { type AnySchema, coreOf, type Field, fieldsOf, schemasAt } from './fields.ts';

/** Options read from variables, not checked. */
export interface ReadVariables {
  readonly raw: unknown;
  /** The variable from which the value at `path`, or what is around it, would come. */
  variableOf(path: readonly PropertyKey[]): string | undefined;
}

/** Reads every field that has a variable set. */
export function readVariables(
  definition: { readonly id: string; readonly options: z.core.$ZodType },
  env: Readonly<Record<string, string | undefined>>,
  prefix?: string,
): ReadVariables {
  const raw: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const field of fieldsOf(definition.options)) {
    const name = variableName(field, definition.id, prefix);
    names.set(JSON.stringify(field.path), name);
    const text = Object.hasOwn(env, name) ? env[name] : undefined;
    if (text !== undefined && text !== '') place(raw, field.path, fieldValue(field, text));
  }
  return {
    raw,
    variableOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const name = names.get(JSON.stringify(path.slice(0, length)));
        if (name !== undefined) return name;
      }
      return undefined;
    },
  };
}

/** `text` as the schema at `path` wants it; as it is where no schema knows the path. */
export function coerceAt(schema: z.core.$ZodType, path: readonly PropertyKey[], text: string): unknown {
  for (const candidate of schemasAt(schema, path)) {
    const value = coerce(candidate, text);
    if (z.safeParse(candidate, value).success) return value;
  }
  return text;
}

/** `SPOTIFY_CLIENT_SECRET`, or the name that the field's `meta` gives unless another prefix was asked for. */
export function variableName(field: Field, id: string, prefix?: string): string {
  const given = field.meta.env;
  if (typeof given === 'string' && (prefix === undefined || prefix === screaming(id))) return given;
  return [prefix ?? screaming(id), ...field.path.map(screaming)].join('_');
}

/** `clientSecret` and `client-secret` are `CLIENT_SECRET`. */
export function screaming(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replaceAll(/[^a-zA-Z\d]+/g, '_')
    .toUpperCase();
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    // A text beside fields of the same name (a union of a string and an object): the fields have the last word.
    if (typeof target[first] !== 'object') target[first] = value;
    return;
  }
  const inside = target[first];
  const next: Record<string, unknown> =
    typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>) : {};
  target[first] = next;
  place(next, rest, value);
}

function fieldValue(field: Field, text: string): unknown {
  return field.secret ? new Secret(text) : coerce(field.schema, text);
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
]);

/** Text as the schema wants it; text that cannot be that stays as it is, and the check says so. */
function coerce(schema: z.core.$ZodType, text: string): unknown {
  const core = coreOf(schema);
  const definition: AnySchema['_zod']['def'] = core.schema._zod.def;
  switch (definition.type) {
    case 'number':
      return toNumber(text);
    case 'bigint':
      return /^\s*-?\d+\s*$/.test(text) ? BigInt(text) : text;
    case 'boolean':
      return truths.get(text.trim().toLowerCase()) ?? text;
    case 'date':
      return Number.isNaN(Date.parse(text)) ? text : new Date(text);
    case 'literal':
    case 'enum': {
      const values = [...(core.schema._zod.values ?? [])];
      return values.find((value) => String(value) === text.trim()) ?? text;
    }
    case 'array':
      return text.trimStart().startsWith('[')
        ? fromJson(text)
        : text.split(',').map((part) => itemValue(definition.element, part.trim()));
    case 'object':
    case 'record':
    case 'tuple':
      return fromJson(text);
    case 'union': {
      const values = definition.options.map((option) => [option, coerce(option, text)] as const);
      return (values.find(([option, value]) => z.safeParse(option, value).success) ?? [undefined, text])[1];
    }
    default:
      return text;
  }
}

function itemValue(schema: z.core.$ZodType, text: string): unknown {
  return coreOf(schema).secret ? new Secret(text) : coerce(schema, text);
}

function toNumber(text: string): unknown {
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) ? text : number;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: the text itself goes on to the check, which says what was wanted.
    return text;
  }
}
