/** Roles: what each allows and denies, and from which it inherits. */
import { IntegrationError } from '@im/core';
import { z } from 'zod';
import { type Condition, conditionSchema } from './conditions.ts';
import { type PermissionPattern, readPattern } from './permission.ts';

/** A permission that holds only for some resources. */
export interface Grant {
  readonly permission: string;
  /** For which resources. Default: all that the permission covers. */
  readonly when?: Condition | undefined;
}

/** What a role is. */
export interface RoleDefinition {
  /** For people. */
  readonly title?: string | undefined;
  /** Roles whose grants it has as well. */
  readonly inherits?: readonly string[] | undefined;
  readonly allow?: readonly (string | Grant)[] | undefined;
  /** Wins over whatever any role of the subject allows. */
  readonly deny?: readonly (string | Grant)[] | undefined;
}

/** One grant, ready to be compared. */
export interface Rule {
  readonly effect: 'allow' | 'deny';
  readonly pattern: PermissionPattern;
  readonly when?: Condition | undefined;
  /** From which role it comes. */
  readonly role: string;
}

/** A role with everything that it inherits, by what it is looked up by. */
export interface CompiledRole {
  /** By the permission itself. */
  readonly exact: ReadonlyMap<string, readonly Rule[]>;
  /** By the resource, of rules for any action. */
  readonly anyAction: ReadonlyMap<string, readonly Rule[]>;
  /** Those of which only the beginning of the resource is given. */
  readonly prefixes: readonly Rule[];
}

/** All roles that count in one place. */
export interface RoleBook {
  readonly definitions: ReadonlyMap<string, RoleDefinition>;
  /** `undefined`: there is no such role. Made with the first question. */
  role(id: string): CompiledRole | undefined;
}

/** Names of roles and tenants' subjects: printable, without spaces. */
export const roleId: z.ZodType<string> = z
  .string()
  .regex(/^[\w.\-:/@]{1,128}$/, 'must be 1 to 128 of A–Z, a–z, 0–9 and _ . - : / @');

const permission = z
  .string()
  .max(400)
  .refine(
    (text) => readPattern(text) !== undefined,
    'must be like invoice:approve, invoice:* or /reports/*:read',
  );
const grants = z
  .array(z.union([permission, z.strictObject({ permission, when: conditionSchema.optional() })]))
  .max(1_000);

/** Schema of a role's definition, strict. */
export const roleSchema: z.ZodType<RoleDefinition> = z.strictObject({
  title: z.string().max(200).optional(),
  inherits: z.array(roleId).max(100).optional(),
  allow: grants.optional(),
  deny: grants.optional(),
});

/**
 * Makes the book of roles. `inherited` are roles of a wider place, which these may inherit from and must not replace.
 *
 * @throws {@link IntegrationError} `invalid_argument` with all faults: what is malformed, parents that are not there, circles, names that are taken
 */
export function createRoleBook(
  definitions: Readonly<Record<string, RoleDefinition>>,
  inherited?: RoleBook,
): RoleBook {
  const all = new Map(inherited?.definitions);
  const faults: string[] = [];
  for (const [id, definition] of Object.entries(definitions)) {
    const named = roleId.safeParse(id);
    if (!named.success) faults.push(...says(`role ${JSON.stringify(id)}`, named.error));
    if (all.has(id)) faults.push(`role "${id}" is there already and cannot be replaced`);
    const checked = roleSchema.safeParse(definition);
    if (checked.success) all.set(id, checked.data);
    else faults.push(...says(`role "${id}"`, checked.error));
  }
  for (const [id, { inherits = [] }] of all)
    for (const parent of inherits)
      if (!all.has(parent)) faults.push(`role "${id}" inherits "${parent}", which is not there`);
  if (faults.length === 0) faults.push(...circles(all));
  if (faults.length > 0)
    throw new IntegrationError(`these roles cannot be: ${faults.join('; ')}`, {
      code: 'invalid_argument',
      provider: 'auth',
      operation: 'rbac.roles',
      remedy: 'mend the definitions named',
    });
  const compiled = new Map<string, CompiledRole>();
  return {
    definitions: all,
    role: (id) => {
      const known = compiled.get(id);
      if (known !== undefined || !all.has(id)) return known;
      const made = compile(all, id);
      compiled.set(id, made);
      return made;
    },
  };
}

/** The role itself and all that it inherits, each once, nearest first. */
export function lineage(definitions: ReadonlyMap<string, RoleDefinition>, id: string): readonly string[] {
  const seen = new Set([id]);
  for (const each of seen) for (const parent of definitions.get(each)?.inherits ?? []) seen.add(parent);
  return [...seen];
}

function compile(definitions: ReadonlyMap<string, RoleDefinition>, id: string): CompiledRole {
  const exact = new Map<string, Rule[]>();
  const anyAction = new Map<string, Rule[]>();
  const prefixes: Rule[] = [];
  for (const rule of lineage(definitions, id).flatMap((role) => rulesOf(role, definitions.get(role)))) {
    const { pattern } = rule;
    if (pattern.isPrefix) prefixes.push(rule);
    else {
      const [index, key] = pattern.action === '*' ? [anyAction, pattern.resource] : [exact, pattern.text];
      const there = index.get(key);
      if (there === undefined) index.set(key, [rule]);
      else there.push(rule);
    }
  }
  return { exact, anyAction, prefixes };
}

/** The grants of one definition, without what it inherits. */
export function rulesOf(role: string, { allow = [], deny = [] }: RoleDefinition = {}): readonly Rule[] {
  const toRule = (effect: Rule['effect']) => (grant: string | Grant) => {
    const { permission: text, when } = typeof grant === 'string' ? { permission: grant } : (grant as Grant);
    const pattern = readPattern(text);
    return pattern === undefined ? [] : [{ effect, pattern, when, role }];
  };
  return [...deny.flatMap(toRule('deny')), ...allow.flatMap(toRule('allow'))];
}

/** Takes roles away whose parents are all gone, until none is left but those in circles and those below them. */
function circles(all: ReadonlyMap<string, RoleDefinition>): readonly string[] {
  const waiting = new Map([...all].map(([id, { inherits = [] }]) => [id, new Set(inherits)]));
  const children = new Map<string, string[]>();
  for (const [id, parents] of waiting)
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), id]);
  const free = [...waiting].filter(([, parents]) => parents.size === 0).map(([id]) => id);
  for (const id of free) {
    waiting.delete(id);
    for (const child of children.get(id) ?? []) {
      const parents = waiting.get(child);
      parents?.delete(id);
      if (parents?.size === 0) free.push(child);
    }
  }
  const [first] = waiting.keys();
  if (first === undefined) return [];
  const path = [first];
  for (;;) {
    const [next] = waiting.get(path.at(-1) ?? '') ?? [];
    if (next === undefined) return [];
    if (path.includes(next))
      return [`roles inherit in a circle: ${[...path.slice(path.indexOf(next)), next].join(' → ')}`];
    path.push(next);
  }
}

function says(what: string, { issues }: z.ZodError): readonly string[] {
  return issues.map(
    ({ path, message }) => `${what}${path.length > 0 ? ` at ${path.join('.')}` : ''}: ${message}`,
  );
}
