/**
 * Conditions on the resource, as data: they can be stored, shown and explained. An attribute that nobody gave makes a condition neither true nor
 * false: then what it would allow is not allowed, and what it would deny is denied.
 */
import { z } from 'zod';

/** A value of an attribute. */
export type Attribute = string | number | boolean;

/** Attributes of a resource or of a subject. A list stands for any of its members. */
export type Attributes = Readonly<Record<string, Attribute | readonly Attribute[] | undefined>>;

/** What a condition compares with: values, or an attribute of the one who asks; `id` is who that is. */
export type Operand = Attribute | readonly Attribute[] | { readonly subject: string };

/**
 * `equals`: some value of the resource's attribute is one of those given. `startsWith`: it is a text that begins so.
 * `all`, `any` and `not` put conditions together.
 */
export type Condition =
  | { readonly attribute: string; readonly equals: Operand }
  | { readonly attribute: string; readonly startsWith: string }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

const name = z.string().min(1).max(128);
const value = z.union([z.string().max(1024), z.number(), z.boolean()]);

/** Schema of a condition; at most 8 deep and 64 wide. */
export const conditionSchema: z.ZodType<Condition> = levels(8);

function levels(depth: number): z.ZodType<Condition> {
  const leaves = [
    z.strictObject({
      attribute: name,
      equals: z.union([value, z.array(value).min(1).max(64), z.strictObject({ subject: name })]),
    }),
    z.strictObject({ attribute: name, startsWith: z.string().min(1).max(1024) }),
  ] as const;
  if (depth === 0) return z.union(leaves);
  const below = levels(depth - 1);
  const several = z.array(below).min(1).max(64);
  return z.union([
    ...leaves,
    z.strictObject({ all: several }),
    z.strictObject({ any: several }),
    z.strictObject({ not: below }),
  ]);
}

/** Who asks. */
export interface Subject {
  readonly id: string;
  readonly attributes?: Attributes | undefined;
}

/** Whether the condition holds; `undefined`: an attribute is missing, so nobody can say. */
export function holds(
  condition: Condition,
  resource: Attributes | undefined,
  subject: Subject,
): boolean | undefined {
  if ('all' in condition) return join(condition.all, false, resource, subject);
  if ('any' in condition) return join(condition.any, true, resource, subject);
  if ('not' in condition) {
    const inner = holds(condition.not, resource, subject);
    return inner === undefined ? undefined : !inner;
  }
  const given = own(resource, condition.attribute);
  if (given === undefined) return undefined;
  const values = listOf(given);
  if ('startsWith' in condition)
    return values.some((each) => typeof each === 'string' && each.startsWith(condition.startsWith));
  const wanted = operand(condition.equals, subject);
  if (wanted === undefined) return undefined;
  return values.some((each) => wanted.includes(each));
}

/** `decides`: the outcome that settles it at once; a part that cannot be told leaves it open unless another settles it. */
function join(
  parts: readonly Condition[],
  decides: boolean,
  resource: Attributes | undefined,
  subject: Subject,
): boolean | undefined {
  let isOpen = false;
  for (const part of parts) {
    const outcome = holds(part, resource, subject);
    if (outcome === decides) return decides;
    if (outcome === undefined) isOpen = true;
  }
  return isOpen ? undefined : !decides;
}

function operand(wanted: Operand, subject: Subject): readonly Attribute[] | undefined {
  if (typeof wanted !== 'object' || Array.isArray(wanted)) return listOf(wanted as Attribute);
  const { subject: attribute } = wanted as { readonly subject: string };
  const value = attribute === 'id' ? subject.id : own(subject.attributes, attribute);
  return value === undefined ? undefined : listOf(value);
}

/** Own properties only: `constructor` is no attribute. */
function own(attributes: Attributes | undefined, key: string) {
  return attributes !== undefined && Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

function listOf(value: Attribute | readonly Attribute[]): readonly Attribute[] {
  return Array.isArray(value) ? value : [value as Attribute];
}
