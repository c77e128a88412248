import type { XmlLayout, XmlMember } from '../codecs/xml.ts';
import type { Node } from '../documents.ts';
import { type Member, nameTrait, type Shape, type SmithyModel } from './model.ts';

/**
 * How a shape is written in XML, and in the forms of the query protocol, which go by the same traits.
 *
 * @see {@link https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings | Smithy: XML bindings}
 */
export function layoutOf(model: SmithyModel, shape: Shape): XmlLayout {
  const member = (name: string) => shape.members.find((one) => one.name === name);
  const targetOf = (name: string) => () => {
    const found = member(name);
    return found === undefined ? ({ kind: 'text' } as const) : layoutOf(model, model.shape(found.target));
  };
  switch (shape.type) {
    case 'structure':
    case 'union':
      return { kind: 'structure', members: () => shape.members.map((one) => xmlMember(model, one)) };
    case 'list':
    case 'set':
      return { kind: 'list', item: xmlName(member('member')?.traits) ?? 'member', of: targetOf('member') };
    case 'map':
      return {
        kind: 'map',
        entry: 'entry',
        key: xmlName(member('key')?.traits) ?? 'key',
        value: xmlName(member('value')?.traits) ?? 'value',
        of: targetOf('value'),
      };
    default:
      return { kind: 'text' };
  }
}

/** A member of a structure in XML. */
export function xmlMember(model: SmithyModel, { name, target, traits }: Member): XmlMember {
  return {
    property: name,
    name: xmlName(traits) ?? name,
    as: traits['smithy.api#xmlAttribute'] === undefined ? 'element' : 'attribute',
    flattened: traits['smithy.api#xmlFlattened'] !== undefined,
    layout: layoutOf(model, model.shape(target)),
  };
}

/** What the trait `xmlName` says. */
export function xmlName(traits: Node | undefined): string | undefined {
  return traits && nameTrait(traits, 'smithy.api#xmlName');
}
