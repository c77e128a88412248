/**
 * Schemas of Google's discovery documents as JSON Schema. They are near its draft 3, with types of their own behind
 * `format`, and say on each property which methods need it.
 *
 * @see {@link https://developers.google.com/discovery/v1/type-format | Google: Type and format summary}
 */
import type { Direction, ValueCheck } from '../description.ts';
import { asList, type Documents, entriesOf, isNode, type Node } from '../documents.ts';
import { JsonSchemas } from '../json-schemas.ts';

const whole = '^-?[0-9]+$';
const notFinite = '^(NaN|-?Infinity)$';

/** By `format`. Servers take numbers for their text, and either alphabet of base64; they answer in one way only. */
const formats: Readonly<Record<string, Readonly<Record<Direction, Node>>>> = {
  int64: {
    request: { type: ['string', 'integer'], pattern: whole },
    answer: { type: 'string', pattern: whole },
  },
  uint64: {
    request: { type: ['string', 'integer'], pattern: '^[0-9]+$' },
    answer: { type: 'string', pattern: '^[0-9]+$' },
  },
  byte: {
    request: { type: 'string', pattern: '^[A-Za-z0-9+/_-]*={0,2}$' },
    answer: { type: 'string', format: 'byte' },
  },
  double: both({ type: ['number', 'string'], pattern: notFinite }),
  float: both({ type: ['number', 'string'], pattern: notFinite }),
  int32: both({ type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }),
  uint32: both({ type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 }),
  'date-time': both({ type: 'string', format: 'date-time' }),
  'google-datetime': both({ type: 'string', format: 'date-time' }),
  'google-duration': both({ type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$' }),
  date: both({ type: 'string', format: 'date' }),
};

/** What the vendor's own client of BigQuery sends, whatever the description says: values of parameters as they are. */
const looserRequests: Readonly<Record<string, Node>> = {
  'QueryParameterValue.value': { type: ['string', 'number', 'boolean'] },
};

function both(schema: Node): Readonly<Record<Direction, Node>> {
  return { request: schema, answer: schema };
}

/** How values are written: in a request, in an answer, and in an answer to a request for numbers in place of names. */
export type Form = Direction | 'numbered answer';

/** Checks for the schemas of one document. */
export class GoogleSchemas {
  readonly #schemas: JsonSchemas;
  readonly #named: Node;
  readonly #file: string;

  constructor(root: Node, documents: Documents, file: string) {
    this.#schemas = new JsonSchemas(documents, { exclusiveFlags: false, refSiblings: true });
    this.#named = isNode(root.schemas) ? root.schemas : {};
    this.#file = file;
    for (const form of ['request', 'answer', 'numbered answer'] as const) {
      const named = entriesOf(this.#named).map(([name, schema]) => [name, convert(schema, form, name)]);
      documents.add(this.#fileOf(form), { schemas: Object.fromEntries(named) });
    }
  }

  /** The check of what a method sends; `undefined`: it sends nothing. */
  request(method: Node): ValueCheck | undefined {
    const name = isNode(method.request) ? method.request.$ref : undefined;
    if (typeof name !== 'string') return undefined;
    return this.check({ allOf: [reference(name), { required: this.#required(name, method.id) }] }, 'request');
  }

  /** Whether a method needs a part of what it sends. */
  needsRequest(method: Node): boolean {
    const name = isNode(method.request) ? method.request.$ref : undefined;
    return typeof name === 'string' && this.#required(name, method.id).length > 0;
  }

  /** The check of what a method answers; `undefined`: it answers nothing. */
  answer(method: Node, form: Exclude<Form, 'request'> = 'answer'): ValueCheck | undefined {
    const name = isNode(method.response) ? method.response.$ref : undefined;
    return typeof name === 'string' ? this.check(reference(name), form) : undefined;
  }

  /** The check of a parameter, which stands as text. */
  parameter(node: Node): ValueCheck {
    const { required: _, repeated, ...schema } = node;
    const one = convertText(schema);
    return this.check(repeated === true ? { type: 'array', items: one } : one, 'request');
  }

  /** The check of any schema. */
  check(schema: Node, form: Form): ValueCheck {
    return this.#schemas.checkOf(schema, this.#fileOf(form));
  }

  #fileOf(form: Form): string {
    return `${this.#file}/${form}`;
  }

  /** Properties of the schema `name` that the method `id` needs. */
  #required(name: string, id: unknown): string[] {
    const schema = this.#named[name];
    return entriesOf(isNode(schema) ? schema.properties : {})
      .filter(([, property]) => {
        const annotations = isNode(property) ? property.annotations : undefined;
        return isNode(annotations) && asList(annotations.required).includes(id);
      })
      .map(([property]) => property);
  }
}

function reference(name: string): Node {
  return { $ref: `#/schemas/${name}` };
}

/** `place`: `Topic.labels`, from the name of the schema down. */
function convert(node: unknown, form: Form, place: string): Node {
  if (!isNode(node)) return {};
  const looser = form === 'request' ? looserRequests[place] : undefined;
  if (looser !== undefined) return looser;
  const { readOnly } = node;
  if (typeof node.$ref === 'string') return { ...reference(node.$ref), readOnly };
  const properties = entriesOf(node.properties).map(([name, one]) => [
    name,
    convert(one, form, `${place}.${name}`),
  ]);
  const rest = node.additionalProperties;
  return defined({
    ...typeOf(node, form),
    readOnly,
    items: node.items === undefined ? undefined : convert(node.items, form, `${place}[]`),
    properties: isNode(node.properties) ? Object.fromEntries(properties) : undefined,
    // An object that says nothing about properties, not even that it has none, may hold anything.
    additionalProperties: rest === undefined ? !isNode(node.properties) : convert(rest, form, `${place}{}`),
  });
}

function typeOf({ type, format, pattern, enum: values }: Node, form: Form): Node {
  const known = typeof format === 'string' ? formats[format]?.[directionOf(form)] : undefined;
  if (known !== undefined) return known;
  if (type === 'any') return {};
  if (values === undefined) return { type, pattern };
  if (form === 'answer') return { type, enum: values };
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  return { if: { type: 'integer' }, then: {}, else: { type, enum: values } };
}

function directionOf(form: Form): Direction {
  return form === 'request' ? 'request' : 'answer';
}

/** Bounds of parameters are written as text. */
function convertText(node: Node): Node {
  const { type, format, pattern, enum: values, minimum, maximum } = node;
  const number = type === 'integer' || type === 'number';
  return defined({
    type,
    pattern: pattern ?? (format === 'int64' || format === 'uint64' ? whole : undefined),
    enum: values,
    minimum: number && minimum !== undefined ? Number(minimum) : undefined,
    maximum: number && maximum !== undefined ? Number(maximum) : undefined,
  });
}

function defined(node: Node): Node {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined));
}
