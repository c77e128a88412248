/**
 * Value checks from the JSON Schema dialects of OpenAPI and Swagger.
 *
 * Every schema is converted to JSON Schema 2020-12, once for requests and once for answers, and compiled by Ajv when
 * the first value meets it. A `$ref` becomes a schema of its own with an absolute id, so that schemas that refer to
 * themselves, or to another file, need nothing special. What differs between the dialects is data ({@link Dialect}).
 *
 * Read by intent where vendors' documents are looser than the standard: `nullable` beside an `enum`, an `allOf` or a
 * `$ref` allows null; a discriminator whose members name their own values (`enum: [track]`) goes by these.
 */
import type { Ajv2020, AnySchema, ValidateFunction } from 'ajv/dist/2020.js';
import { createAjv } from './ajv.ts';
import type { Direction, Finding, ValueCheck } from './description.ts';
import { convertDiscriminator } from './discriminator.ts';
import { asList, type Documents, entriesOf, isNode, type Node } from './documents.ts';
import { toFindings } from './findings.ts';

/** How a dialect differs from JSON Schema 2020-12. */
export interface Dialect {
  /** Keyword that allows null beside the type. */
  readonly nullable?: 'nullable' | 'x-nullable';
  /** `exclusiveMinimum: true` belongs to `minimum`. */
  readonly exclusiveFlags: boolean;
  /** Keywords beside a `$ref` count. */
  readonly refSiblings: boolean;
  /** No object holds what its schema does not describe, at any depth, in either direction. Default false. */
  readonly closed?: boolean;
}

const schemaMaps = ['properties', 'patternProperties', 'dependentSchemas'];
const schemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const schemas = [
  'items',
  'additionalProperties',
  'not',
  'contains',
  'propertyNames',
  'unevaluatedProperties',
  'unevaluatedItems',
  'if',
  'then',
  'else',
];
const plain = [
  ...[
    'type',
    'enum',
    'const',
    'format',
    'required',
    'dependentRequired',
    'uniqueItems',
    'multipleOf',
    'minimum',
    'maximum',
  ],
  ...[
    'exclusiveMinimum',
    'exclusiveMaximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
  ],
  ...['minContains', 'maxContains'],
];

interface Place {
  readonly file: string;
  readonly direction: Direction;
}

/** All schemas of one description. */
export class JsonSchemas {
  readonly #documents: Documents;
  readonly #dialect: Dialect;
  readonly #plain = createAjv(false);
  readonly #coercing = createAjv(true);
  readonly #known = new Set<string>();

  constructor(documents: Documents, dialect: Dialect) {
    this.#documents = documents;
    this.#dialect = dialect;
  }

  /** The check that the schema `node` of `file` describes. `closed`: a request with properties nobody described is wrong. */
  checkOf(node: unknown, file: string, options: { readonly closed?: boolean } = {}): ValueCheck {
    const compiled = new Map<string, ValidateFunction>();
    const run = (ajv: Ajv2020, value: unknown, direction: Direction): readonly Finding[] => {
      const key = `${direction} ${ajv === this.#plain}`;
      let validate = compiled.get(key);
      if (validate === undefined) {
        const schema = this.#convert(node, { file, direction });
        const closed = this.#dialect.closed || (options.closed && direction === 'request');
        validate = ajv.compile(wrap(closed ? this.#closed(schema, node, file) : schema));
        compiled.set(key, validate);
      }
      const wrapped = { value: structuredClone(value) };
      return validate(wrapped) ? [] : toFindings(validate.errors ?? []);
    };
    return {
      check: (value, direction) => run(this.#plain, value, direction),
      checkText: (value, direction) => run(this.#coercing, value, direction),
      types: this.#typesOf(node, file, 0),
    };
  }

  #convert(node: unknown, place: Place, absent: ReadonlySet<string> = new Set()): AnySchema {
    if (!isNode(node)) return node !== false;
    if (typeof node.$ref === 'string') return this.#convertReference(node, node.$ref, place);
    const hidden = new Set([...absent, ...this.#hidden(node, place, 0)]);
    const out: Record<string, unknown> = {};
    for (const key of plain) if (node[key] !== undefined) out[key] = node[key];
    for (const key of schemas) if (node[key] !== undefined) out[key] = this.#convertValue(node[key], place);
    for (const key of schemaMaps) {
      if (isNode(node[key]))
        out[key] = Object.fromEntries(
          entriesOf(node[key]).map(([name, value]) => [name, this.#convertValue(value, place)]),
        );
    }
    for (const key of schemaLists) {
      if (Array.isArray(node[key]))
        out[key] = node[key].map((one) => this.#convert(one, place, key === 'allOf' ? hidden : undefined));
    }
    this.#hide(out, hidden);
    if (isPattern(node.pattern)) out.pattern = node.pattern;
    if (this.#dialect.exclusiveFlags) convertExclusive(out);
    const follow = (one: unknown) => this.#documents.follow(one, place.file).node;
    const discriminated = convertDiscriminator(node, follow, (one) => this.#convert(one, place));
    if (discriminated !== undefined) {
      delete out.oneOf;
      delete out.anyOf;
      out.allOf = [...asList(out.allOf), discriminated];
    }
    return this.#allowsNull(node) ? orNull(out) : out;
  }

  /** The schema of a value by itself, as those in `allOf` are not. */
  #convertValue(node: unknown, place: Place): AnySchema {
    const schema = this.#convert(node, place);
    return this.#dialect.closed ? this.#closed(schema, node, place.file) : schema;
  }

  #closed(schema: AnySchema, node: unknown, file: string): AnySchema {
    return this.#mayClose(node, file) ? { allOf: [schema], unevaluatedProperties: false } : schema;
  }

  #convertReference(node: Node, reference: string, place: Place): AnySchema {
    const target = this.#documents.resolve(reference, place.file);
    const id = `im://${place.direction}/${encodeURIComponent(target.file)}${target.pointer.split('/').map(encodeURIComponent).join('/')}`;
    if (!this.#known.has(id)) {
      this.#known.add(id);
      const schema = this.#convert(target.node, { ...place, file: target.file });
      const object = typeof schema === 'boolean' ? (schema ? {} : { not: {} }) : schema;
      for (const ajv of [this.#plain, this.#coercing]) ajv.addSchema(object, id);
    }
    const { $ref: _, ...siblings } = node;
    const rest = this.#dialect.refSiblings ? this.#convert(siblings, place) : {};
    const schema =
      isNode(rest) && Object.keys(rest).length > 0 ? { allOf: [{ $ref: id }, rest] } : { $ref: id };
    return this.#allowsNull(node) ? orNull(schema) : schema;
  }

  #allowsNull(node: Node): boolean {
    return this.#dialect.nullable !== undefined && node[this.#dialect.nullable] === true;
  }

  /** Names of properties that have no place in this direction, in `node` and what it is composed of. */
  #hidden(node: Node, place: Place, depth: number): string[] {
    const keyword = place.direction === 'request' ? 'readOnly' : 'writeOnly';
    const own = entriesOf(node.properties)
      .filter(([, value]) => {
        const target = this.#documents.follow(value, place.file).node;
        return (isNode(value) && value[keyword] === true) || (isNode(target) && target[keyword] === true);
      })
      .map(([name]) => name);
    const composed = asList(node.allOf).flatMap((one) => {
      const { node: member, file } = this.#documents.follow(one, place.file);
      return isNode(member) && depth < 8 ? this.#hidden(member, { ...place, file }, depth + 1) : [];
    });
    return [...own, ...composed];
  }

  #hide(out: Record<string, unknown>, hidden: ReadonlySet<string>): void {
    if (hidden.size === 0) return;
    if (Array.isArray(out.required)) out.required = out.required.filter((name) => !hidden.has(name));
    if (isNode(out.properties))
      out.properties = Object.fromEntries(
        Object.entries(out.properties).map(([name, value]) => [name, hidden.has(name) ? false : value]),
      );
  }

  /** Whether the description leaves open what else an object may hold; where it says `true`, anything may be sent. */
  #mayClose(node: unknown, file: string): boolean {
    const { node: target } = this.#documents.follow(node, file);
    if (!isNode(target) || target.additionalProperties !== undefined) return false;
    return target.properties !== undefined || target.allOf !== undefined;
  }

  #typesOf(node: unknown, file: string, depth: number): ReadonlySet<string> {
    const located = this.#documents.follow(node, file);
    if (!isNode(located.node) || depth > 8) return new Set();
    const { type } = located.node;
    if (type !== undefined) return new Set((Array.isArray(type) ? type : [type]).map(String));
    if (located.node.properties !== undefined) return new Set(['object']);
    if (located.node.items !== undefined) return new Set(['array']);
    const members = ['allOf', 'anyOf', 'oneOf'].flatMap((key) =>
      asList(isNode(located.node) ? located.node[key] : []),
    );
    return new Set(members.flatMap((one) => [...this.#typesOf(one, located.file, depth + 1)]));
  }
}

/** Under a property, since a value that stands alone cannot be replaced by what its text stands for. */
function wrap(schema: AnySchema): AnySchema {
  return { type: 'object', properties: { value: schema } };
}

function orNull(schema: Node): AnySchema {
  const { type, enum: values } = schema;
  if (typeof type === 'string' && schema.allOf === undefined) {
    return { ...schema, type: [type, 'null'], ...(Array.isArray(values) && { enum: [...values, null] }) };
  }
  return { anyOf: [{ type: 'null' }, schema] };
}

function convertExclusive(out: Record<string, unknown>): void {
  for (const [flag, bound] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (out[flag] === true && out[bound] !== undefined) {
      out[flag] = out[bound];
      delete out[bound];
    } else if (typeof out[flag] === 'boolean') delete out[flag];
  }
}

/** Vendors write patterns for other engines; one that is no pattern here says nothing. */
function isPattern(pattern: unknown): pattern is string {
  if (typeof pattern !== 'string') return false;
  try {
    return new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}
