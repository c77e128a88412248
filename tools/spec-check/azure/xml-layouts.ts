/**
 * How a schema of Swagger is written in XML, as AutoRest reads it: a property that is a reference goes by the name that
 * the schema behind it has in XML, and items of a list by the name of their schema.
 *
 * @see {@link https://swagger.io/specification/v2/#xml-object | Swagger 2.0: XML Object}
 */
import type { XmlLayout, XmlMember, XmlRoot } from '../codecs/xml.ts';
import { asList, type Documents, entriesOf, isNode, type Node } from '../documents.ts';

const text: XmlLayout = { kind: 'text' };

/** A schema behind its references. */
interface Target {
  readonly node: Node;
  readonly file: string;
  /** What it says on XML itself, over what the schema behind it says. */
  readonly xml: Node;
  /** Name of its definition; `undefined`: it stands where it is used. */
  readonly definition: string | undefined;
}

/** The document whose root is the schema `node` of `file`; `name` is that of the parameter, where no other is said. */
export function xmlRootOf(documents: Documents, node: unknown, file: string, name: string): XmlRoot {
  const target = follow(documents, node, file);
  return {
    name: nameOf(target) ?? target.definition ?? name,
    layout: layoutOf(documents, target),
  };
}

function layoutOf(documents: Documents, target: Target): XmlLayout {
  const { node, file } = target;
  if (node.items !== undefined) {
    const item = follow(documents, node.items, file);
    const name = nameOf(item) ?? item.definition ?? 'item';
    return { kind: 'list', item: name, of: () => layoutOf(documents, item) };
  }
  if (!isObject(node)) return text;
  const rest = isNode(node.additionalProperties)
    ? layoutOf(documents, follow(documents, node.additionalProperties, file))
    : undefined;
  return { kind: 'structure', members: () => membersOf(documents, node, file), rest };
}

function isObject({ type, properties, additionalProperties, allOf }: Node): boolean {
  return type === 'object' || properties !== undefined || allOf !== undefined || isNode(additionalProperties);
}

function membersOf(documents: Documents, node: Node, file: string): XmlMember[] {
  const inherited = asList(node.allOf).flatMap((one) => {
    const base = follow(documents, one, file);
    return membersOf(documents, base.node, base.file);
  });
  const own = entriesOf(node.properties).map(([property, value]): XmlMember => {
    const target = follow(documents, value, file);
    const layout = layoutOf(documents, target);
    const flattened = layout.kind === 'list' && target.xml.wrapped !== true;
    const as =
      target.xml.attribute === true ? 'attribute' : target.xml['x-ms-text'] === true ? 'text' : 'element';
    const item = follow(documents, target.node.items, target.file);
    const name = flattened ? (nameOf(item) ?? item.definition ?? property) : (nameOf(target) ?? property);
    return { property, name, as, flattened, always: flattened, layout };
  });
  return [...inherited, ...own];
}

function follow(documents: Documents, node: unknown, file: string): Target {
  const located = documents.follow(node, file);
  const target = isNode(located.node) ? located.node : {};
  const own = isNode(node) && isNode(node.xml) ? node.xml : {};
  return {
    node: target,
    file: located.file,
    xml: { ...(isNode(target.xml) ? target.xml : {}), ...own },
    definition: /^\/definitions\/([^/]+)$/.exec(located.pointer)?.[1],
  };
}

function nameOf({ xml }: Target): string | undefined {
  return typeof xml.name === 'string' ? xml.name : undefined;
}
