/** Bodies and errors in XML: REST XML, and answers of the query protocol. */
import { type XmlLayout, type XmlMember, xmlCodec } from '../codecs/xml.ts';
import { parseXml } from '../codecs/xml-nodes.ts';
import type { DescribedContent, DescribedMedia, SentAnswer } from '../description.ts';
import { isNode, type Node } from '../documents.ts';
import { type ErrorForm, oncePerShape } from './errors.ts';
import { type Member, type Shape, type SmithyModel, shortName } from './model.ts';
import type { RestForm } from './rest.ts';
import type { SmithySchemas } from './schemas.ts';
import { layoutOf, xmlMember, xmlName } from './xml-layouts.ts';

/** Services differ in which they label their XML with. */
const xmlTypes = ['application/xml', 'text/xml'];

/** XML of one service. */
export class XmlForm {
  readonly #model: SmithyModel;
  readonly #schemas: SmithySchemas;
  readonly #namespace: string | undefined;

  constructor(model: SmithyModel, schemas: SmithySchemas) {
    this.#model = model;
    this.#schemas = schemas;
    const trait = model.serviceTrait('smithy.api#xmlNamespace');
    this.#namespace = isNode(trait) && typeof trait.uri === 'string' ? trait.uri : undefined;
  }

  /** A document whose root has these members of `shape`. */
  structure(shape: Shape, members: readonly Member[]): DescribedContent {
    const layout: XmlLayout = {
      kind: 'structure',
      members: () => members.map((one) => xmlMember(this.#model, one)),
    };
    const schema = this.#schemas.structure(members, 'xml');
    return this.content(xmlName(shape.traits) ?? shortName(shape.id), layout, schema);
  }

  /** A document that is one member. */
  payload(member: Member): DescribedContent {
    const shape = this.#model.shape(member.target);
    const name = xmlName(member.traits) ?? xmlName(shape.traits) ?? shortName(shape.id);
    return this.content(name, layoutOf(this.#model, shape), this.#schemas.member(member, 'xml'));
  }

  /** A document whose root is the value of its only member: S3 answers GetBucketLocation so. */
  unwrapped(shape: Shape, member: Member): DescribedContent {
    const text: XmlMember = { ...xmlMember(this.#model, member), as: 'text' };
    const schema = this.#schemas.structure([member], 'xml');
    const layout: XmlLayout = { kind: 'structure', members: () => [text] };
    return this.content(xmlName(shape.traits) ?? member.name, layout, schema);
  }

  /** A document of any layout. */
  content(name: string, layout: XmlLayout, schema: Node): DescribedContent {
    const media: DescribedMedia = {
      ...this.#schemas.check(schema, 'xml'),
      codec: xmlCodec({ name, namespace: this.#namespace, layout }),
    };
    return new Map(xmlTypes.map((type) => [type, media]));
  }

  /** Errors in an element `Error`, which stands in an `ErrorResponse` unless it is `bare`. */
  errors(options: {
    readonly bare: boolean;
    readonly queryNames: boolean;
    readonly more?: ErrorForm['more'];
  }): ErrorForm {
    const { bare, queryNames, more } = options;
    const isOpen = more !== undefined;
    return {
      nameOf: (answer) => codeOf(answer, bare),
      content: oncePerShape((shape) => {
        const { layout, schema } = this.#error(shape, isOpen);
        if (bare) return this.content('Error', layout, schema);
        const wrapped = {
          type: 'object',
          properties: { Error: schema, RequestId: { type: 'string' } },
          required: ['Error'],
          additionalProperties: false,
        };
        const members = [element('Error', layout), element('RequestId')];
        return this.content('ErrorResponse', { kind: 'structure', members: () => members }, wrapped);
      }),
      queryNames,
      more,
    };
  }

  #error(shape: Shape | undefined, isOpen: boolean): { readonly layout: XmlLayout; readonly schema: Node } {
    const own = (shape?.members ?? []).filter(({ name }) => name.toLowerCase() !== 'message');
    const members = [
      ...['Type', 'Code', 'Message', 'Detail'].map((name) => element(name)),
      ...own.map((member) => xmlMember(this.#model, member)),
    ];
    const string = { type: 'string' };
    const schema = this.#schemas.structure(own, 'xml', {
      Type: { enum: ['Sender', 'Receiver'] },
      Code: string,
      Message: string,
      Detail: string,
    });
    const required = [...(Array.isArray(schema.required) ? schema.required : []), 'Code', 'Message'];
    return {
      layout: { kind: 'structure', members: () => members, rest: isOpen ? { kind: 'text' } : undefined },
      schema: { ...schema, required, additionalProperties: isOpen },
    };
  }
}

/** How REST XML writes bodies. */
export function restXml(form: XmlForm, errors: ErrorForm): RestForm {
  return {
    structure: (shape, members) => form.structure(shape, members),
    payload: (member) => form.payload(member),
    unwrapped: (shape, member) => form.unwrapped(shape, member),
    errors,
  };
}

/** A member that is an element of that name; text unless it has a layout. */
export function element(name: string, layout: XmlLayout = { kind: 'text' }): XmlMember {
  return { property: name, name, as: 'element', flattened: false, layout };
}

function codeOf({ body }: SentAnswer, bare: boolean): string | undefined {
  const root = parseXml(body);
  if (typeof root === 'string') return undefined;
  const error = bare ? root : root.children.find(({ name }) => name === 'Error');
  return error?.children.find(({ name }) => name === 'Code')?.text;
}
