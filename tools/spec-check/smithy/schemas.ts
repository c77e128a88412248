/** Smithy shapes as JSON Schema, once as they are in JSON and once as text (XML, forms, headers, paths). */
import type { ValueCheck } from '../description.ts';
import { type Documents, isNode, type Node } from '../documents.ts';
import { JsonSchemas } from '../json-schemas.ts';
import { type Member, nameTrait, type Shape, type SmithyModel } from './model.ts';

/** Where a value stands, which decides how it is written. */
export type Context = 'json' | 'xml' | 'header' | 'uri';

type Form = 'json' | 'text';

/** @see {@link https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait | Smithy: timestampFormat} */
const timestampFormats: Readonly<Record<Context, string>> = {
  json: 'epoch-seconds',
  xml: 'date-time',
  header: 'http-date',
  uri: 'date-time',
};
const timestamps: Readonly<Record<string, Node>> = {
  'epoch-seconds': { type: 'number' },
  'date-time': { type: 'string', format: 'date-time' },
  'http-date': { type: 'string', format: 'http-date' },
};
const integers: Readonly<Record<string, number>> = { byte: 2 ** 7, short: 2 ** 15, integer: 2 ** 31 };
const notFinite = { type: ['number', 'string'], pattern: '^(NaN|-?Infinity)$' };

/** Checks for the shapes of one model. */
export class SmithySchemas {
  readonly #model: SmithyModel;
  readonly #schemas: JsonSchemas;
  readonly #file: string;

  constructor(model: SmithyModel, documents: Documents, file: string) {
    this.#model = model;
    this.#schemas = new JsonSchemas(documents, { exclusiveFlags: false, refSiblings: true });
    this.#file = file;
    for (const form of ['json', 'text'] as const) documents.add(this.#fileOf(form), this.#definitions(form));
  }

  /** The check of one member by itself. */
  checkMember(member: Member, context: Context): ValueCheck {
    return this.check(this.member(member, context), context);
  }

  /** The check of a schema that may refer to shapes. */
  check(schema: Node, context: Context): ValueCheck {
    return this.#schemas.checkOf(schema, this.#fileOf(formOf(context)));
  }

  /** Schema of an object with these members and `more` properties, and nothing else. */
  structure(members: readonly Member[], context: Context, more: Node = {}): Node {
    const named = members.map((member) => [propertyOf(member, context), member] as const);
    return {
      type: 'object',
      properties: {
        ...Object.fromEntries(named.map(([name, member]) => [name, this.member(member, context)])),
        ...more,
      },
      required: named
        .filter(([, { traits }]) => traits['smithy.api#required'] !== undefined)
        .map(([name]) => name),
      additionalProperties: false,
    };
  }

  /** Schema of a member: its shape, and what its own traits say besides. */
  member({ target, traits }: Member, context: Context): Node {
    const shape = this.#model.shape(target);
    if (shape.type === 'timestamp') {
      const format = traits['smithy.api#timestampFormat'] ?? shape.traits['smithy.api#timestampFormat'];
      return timestamps[String(format ?? timestampFormats[context])] ?? {};
    }
    const reference = { $ref: `#/definitions/${keyOf(target)}` };
    const own = constraints(shape, traits);
    return Object.keys(own).length === 0 ? reference : { allOf: [reference, own] };
  }

  #fileOf(form: Form): string {
    return `${this.#file}/${form}`;
  }

  #definitions(form: Form): Node {
    const ids = this.#model.ids().flatMap((id) => {
      const { members } = this.#model.shape(id);
      return [id, ...members.map(({ target }) => target)];
    });
    return {
      definitions: Object.fromEntries(
        [...new Set(ids)].map((id) => [keyOf(id), this.#schema(this.#model.shape(id), form)]),
      ),
    };
  }

  #schema(shape: Shape, form: Form): Node {
    const context = form === 'json' ? 'json' : 'xml';
    const own = constraints(shape, shape.traits);
    const of = (name: string) => this.#itemOf(shape, name, context);
    switch (shape.type) {
      case 'string':
        return { type: 'string', ...own };
      case 'enum':
      case 'intEnum':
        return { type: shape.type === 'enum' ? 'string' : 'integer', enum: enumValues(shape), ...own };
      case 'blob':
        return { type: 'string', format: 'byte', ...own };
      case 'boolean':
        return { type: 'boolean' };
      case 'byte':
      case 'short':
      case 'integer':
      case 'long':
      case 'bigInteger':
        return { type: 'integer', ...bounds(shape.type), ...own };
      case 'float':
      case 'double':
      case 'bigDecimal':
        return form === 'json' ? { ...notFinite, ...own } : { type: 'number', ...own };
      case 'timestamp':
        return this.member({ name: '', target: shape.id, traits: {} }, context);
      case 'list':
      case 'set':
        return { type: 'array', items: of('member'), ...own };
      case 'map':
        return { type: 'object', propertyNames: of('key'), additionalProperties: of('value'), ...own };
      case 'structure':
        return this.structure(shape.members, context);
      case 'union':
        return { ...this.structure(shape.members, context), minProperties: 1, maxProperties: 1 };
      default:
        // Documents hold anything; services and operations are no values.
        return {};
    }
  }

  #itemOf(shape: Shape, name: string, context: Context): Node {
    const member = shape.members.find((one) => one.name === name);
    if (member === undefined) return {};
    const item = this.member(member, context);
    const isSparse = shape.traits['smithy.api#sparse'] !== undefined && name !== 'key';
    return isSparse ? { anyOf: [{ type: 'null' }, item] } : item;
  }
}

/** Name of a member's property in a value of that form: in text it is read by its layout, under its own name. */
export function propertyOf({ name, traits }: Member, context: Context): string {
  return (context === 'json' ? nameTrait(traits, 'smithy.api#jsonName') : undefined) ?? name;
}

function formOf(context: Context): Form {
  return context === 'json' ? 'json' : 'text';
}

/** A pointer to a definition is split at `#` and at `/`. */
function keyOf(id: string): string {
  return id.replace('#', '$');
}

function enumValues({ members }: Shape): unknown[] {
  return members.map(({ name, traits }) => traits['smithy.api#enumValue'] ?? name);
}

function bounds(type: string): Node {
  const bound = integers[type];
  return bound === undefined ? {} : { minimum: -bound, maximum: bound - 1 };
}

/** What `length`, `range`, `pattern`, `enum` and `uniqueItems` say about a value of this shape. */
function constraints({ type }: Shape, traits: Node): Node {
  const { min, max } = limits(traits['smithy.api#length']);
  const range = limits(traits['smithy.api#range']);
  const pattern = nameTrait(traits, 'smithy.api#pattern');
  const values = traits['smithy.api#enum'];
  // Three bytes are four characters of base64, and the last group is filled up.
  const size = (bytes: unknown) =>
    type === 'blob' && typeof bytes === 'number' ? Math.ceil(bytes / 3) * 4 : bytes;
  const kind = type === 'list' || type === 'set' ? 'Items' : type === 'map' ? 'Properties' : 'Length';
  const all = {
    [`min${kind}`]: size(min),
    [`max${kind}`]: size(max),
    minimum: range.min,
    maximum: range.max,
    pattern: pattern === undefined ? undefined : plainPattern(pattern),
    enum: Array.isArray(values) ? values.map((one) => (isNode(one) ? one.value : one)) : undefined,
    uniqueItems: traits['smithy.api#uniqueItems'] === undefined ? undefined : true,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function limits(trait: unknown): { readonly min?: unknown; readonly max?: unknown } {
  return isNode(trait) ? trait : {};
}

/** Without the needless `\_` and `\!`, which are errors where expressions are Unicode. */
function plainPattern(pattern: string): string {
  return pattern.replace(/\\([_!@=:,;"'#%&<>~` ])/g, '$1');
}
