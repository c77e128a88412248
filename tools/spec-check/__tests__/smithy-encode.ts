/**
 * The published examples of a Smithy model, encoded as the protocols say. Requests of most services are made by the
 * vendor's own clients instead (`aws-clients.ts`); this is for answers, and for services without a client here.
 */
import { isNode, type Node } from '../documents.ts';
import { type Member, type Operation, type Shape, type SmithyModel, shortName } from '../smithy/model.ts';
import { xmlName } from '../smithy/xml-layouts.ts';
import type { Sent } from './exchanges.ts';

/** One example: what goes in, and what comes out if it says. */
export interface Example {
  readonly title: string;
  readonly input: Node;
  readonly output: Node | undefined;
}

/** The published examples of an operation that do not end in an error. */
export function examplesOf({ traits }: Operation): Example[] {
  const all = traits['smithy.api#examples'];
  return (Array.isArray(all) ? all : []).flatMap((one: unknown) =>
    isNode(one) && one.error === undefined
      ? [
          {
            title: String(one.title),
            input: isNode(one.input) ? one.input : {},
            output: isNode(one.output) ? one.output : undefined,
          },
        ]
      : [],
  );
}

/** Values of examples as another form has them: examples write times and bytes as text. */
export type Leaf = (value: unknown, shape: Shape) => unknown;

/** `value` with each of its leaves as `leaf` makes it. */
export function mapLeaves(model: SmithyModel, value: unknown, shape: Shape, leaf: Leaf): unknown {
  const below = (name: string, inner: unknown) => {
    const member = shape.members.find((one) => one.name === name);
    return member === undefined ? inner : mapLeaves(model, inner, model.shape(member.target), leaf);
  };
  if (Array.isArray(value)) return value.map((one) => below('member', one));
  if (isNode(value)) {
    const isMap = shape.type === 'map';
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, below(isMap ? 'value' : name, inner)]),
    );
  }
  return leaf(value, shape);
}

/** Leaves as JSON has them. */
export const jsonLeaf: Leaf = (value, { type }) => {
  if (type === 'timestamp') return new Date(String(value)).getTime() / 1000;
  return type === 'blob' ? Buffer.from(String(value)).toString('base64') : value;
};

/** Leaves as clients take them. */
export const clientLeaf: Leaf = (value, { type }) => {
  if (type === 'timestamp') return new Date(String(value));
  if (type === 'blob') return Buffer.from(String(value));
  return type === 'integer' || type === 'long' ? Number(value) : value;
};

/** Leaves as XML and forms have them. */
export const textLeaf: Leaf = (value, { type }) => {
  if (type === 'timestamp') return new Date(String(value)).toISOString();
  return type === 'blob' ? Buffer.from(String(value)).toString('base64') : String(value);
};

/** Fields of the query protocol for the members of `value`. */
export function formFieldsOf(
  model: SmithyModel,
  value: unknown,
  shape: Shape,
  prefix = '',
): [string, string][] {
  const at = (name: string) => (prefix === '' ? name : `${prefix}.${name}`);
  const fields = (name: string, inner: unknown, member: string) => {
    const target = shape.members.find((one) => one.name === member)?.target ?? 'smithy.api#String';
    return formFieldsOf(model, inner, model.shape(target), at(name));
  };
  if (Array.isArray(value))
    return value.flatMap((one, index) => fields(`member.${index + 1}`, one, 'member'));
  if (!isNode(value)) return [[prefix, String(textLeaf(value, shape))]];
  return Object.entries(value).flatMap(([name, inner]) => fields(name, inner, name));
}

/** An element with `value` inside, as REST XML and answers of the query protocol have it. */
export function xmlOf(model: SmithyModel, name: string, value: unknown, shape: Shape): string {
  const child = (of: string) => shape.members.find((one) => one.name === of);
  const shapeOf = (member: Member | undefined) => model.shape(member?.target ?? 'smithy.api#String');
  const nameOf = (of: string) => xmlName(child(of)?.traits) ?? of;
  if (Array.isArray(value))
    return tag(
      name,
      value.map((one) => xmlOf(model, nameOf('member'), one, shapeOf(child('member')))).join(''),
    );
  if (!isNode(value)) return tag(name, escaped(String(textLeaf(value, shape))));
  if (shape.type === 'map')
    return tag(
      name,
      Object.entries(value)
        .map(([key, inner]) =>
          tag(
            'entry',
            tag(nameOf('key'), escaped(key)) + xmlOf(model, nameOf('value'), inner, shapeOf(child('value'))),
          ),
        )
        .join(''),
    );
  const attributes = shape.members
    .filter(({ traits }) => traits['smithy.api#xmlAttribute'] !== undefined)
    .flatMap((one) => (value[one.name] === undefined ? [] : [` ${nameOf(one.name)}="${value[one.name]}"`]));
  return tag(
    name,
    shape.members
      .filter(
        ({ name: of, traits }) => value[of] !== undefined && traits['smithy.api#xmlAttribute'] === undefined,
      )
      .map((member) => memberXml(model, member, value[member.name]))
      .join(''),
    attributes.join(''),
  );
}

/** A member's element, or elements where it is flattened. */
function memberXml(model: SmithyModel, { name, target, traits }: Member, value: unknown): string {
  const element = xmlName(traits) ?? name;
  const shape = model.shape(target);
  if (traits['smithy.api#xmlFlattened'] === undefined || !Array.isArray(value))
    return xmlOf(model, element, value, shape);
  const item = model.shape(shape.members[0]?.target ?? 'smithy.api#String');
  return value.map((one) => xmlOf(model, element, one, item)).join('');
}

/** An answer of a REST protocol with the members of `output` in headers and body. */
export function restAnswer(
  model: SmithyModel,
  { output: shape, traits }: Operation,
  output: Node,
  form: 'json' | 'xml',
): Pick<Sent, 'status' | 'answerHeaders' | 'answer'> {
  const given = shape.members.filter(({ name }) => output[name] !== undefined);
  const headers = given.flatMap(({ name, target, traits: own }): [string, string][] => {
    const header = own['smithy.api#httpHeader'];
    if (typeof header !== 'string') return [];
    const isTime = model.shape(target).type === 'timestamp';
    const text = isTime ? new Date(String(output[name])).toUTCString() : String(output[name]);
    return [[header.toLowerCase(), text]];
  });
  const http = traits['smithy.api#http'];
  return {
    status: isNode(http) ? Number(http.code ?? 200) : 200,
    answerHeaders: { 'content-type': `application/${form}`, ...Object.fromEntries(headers) },
    answer: restBody(model, shape, output, form),
  };
}

function restBody(model: SmithyModel, shape: Shape, output: Node, form: 'json' | 'xml'): unknown {
  const payload = shape.members.find(({ traits }) => traits['smithy.api#httpPayload'] !== undefined);
  if (payload !== undefined) {
    const [value, target] = [output[payload.name], model.shape(payload.target)];
    if (!isNode(value)) return value === undefined ? undefined : String(value);
    const name = xmlName(payload.traits) ?? rootOf(target);
    return form === 'json' ? mapLeaves(model, value, target, jsonLeaf) : xmlOf(model, name, value, target);
  }
  const inBody = shape.members.filter(
    ({ traits }) =>
      !Object.keys(traits).some((trait) => /#http(Header|PrefixHeaders|ResponseCode)$/.test(trait)),
  );
  if (inBody.length === 0) return undefined;
  const names = inBody.map(({ name }) => name).filter((name) => output[name] !== undefined);
  const value = Object.fromEntries(names.map((name) => [name, output[name]]));
  return form === 'json'
    ? mapLeaves(model, value, shape, jsonLeaf)
    : xmlOf(model, rootOf(shape), value, shape);
}

function rootOf({ id, traits }: Shape): string {
  return xmlName(traits) ?? shortName(id);
}

function tag(name: string, inner: string, attributes = ''): string {
  return `<${name}${attributes}>${inner}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
