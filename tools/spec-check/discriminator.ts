/**
 * Discriminators (OpenAPI 3.0.3 §4.7.25): of several schemas, a property's value names the one that holds.
 *
 * The value that names a member is, in this order: what `mapping` says; what the member itself allows for the property
 * (`enum`, `const`); the member's own name. A member with none of them cannot be told apart, and then the plain
 * `oneOf` or `anyOf` stays.
 */
import { asList, isNode, type Node } from './documents.ts';

/**
 * What stands in place of the `oneOf` or `anyOf` of `node`: one of the values, and for each value its member.
 * `undefined`: there is no discriminator, or its members cannot be told apart.
 */
export function convertDiscriminator(
  node: Node,
  follow: (schema: unknown) => unknown,
  convert: (schema: unknown) => unknown,
): Node | undefined {
  const members = asList(node.oneOf ?? node.anyOf);
  const property = isNode(node.discriminator) ? node.discriminator.propertyName : undefined;
  if (typeof property !== 'string' || members.length === 0 || !isNode(node.discriminator)) return undefined;
  const { mapping } = node.discriminator;
  const named = members.map((member) => ({ member, values: valuesOf(member, property, mapping, follow) }));
  if (named.some(({ values }) => values.length === 0)) return undefined;
  return {
    type: 'object',
    required: [property],
    properties: { [property]: { enum: named.flatMap(({ values }) => values) } },
    allOf: named.map(({ member, values }) => ({
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: convert(member),
      if: { type: 'object', required: [property], properties: { [property]: { enum: values } } },
    })),
  };
}

function valuesOf(
  member: unknown,
  property: string,
  mapping: unknown,
  follow: (schema: unknown) => unknown,
): readonly unknown[] {
  const reference = isNode(member) && typeof member.$ref === 'string' ? member.$ref : undefined;
  const name = reference?.split('/').at(-1);
  const mapped = isNode(mapping)
    ? Object.entries(mapping).filter(([, target]) => target === reference || target === name)
    : [];
  if (mapped.length > 0) return mapped.map(([value]) => value);
  const own = ownValues(follow(member), property, follow, 0);
  if (own.length > 0) return own;
  return name === undefined ? [] : [name];
}

function ownValues(
  schema: unknown,
  property: string,
  follow: (schema: unknown) => unknown,
  depth: number,
): readonly unknown[] {
  if (!isNode(schema) || depth > 8) return [];
  const described = isNode(schema.properties) ? follow(schema.properties[property]) : undefined;
  if (isNode(described) && Array.isArray(described.enum)) return described.enum;
  if (isNode(described) && described.const !== undefined) return [described.const];
  return asList(schema.allOf).flatMap((one) => ownValues(follow(one), property, follow, depth + 1));
}
