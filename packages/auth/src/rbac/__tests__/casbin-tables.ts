/** Translates casbin's tables into our roles: what a line of policy says, in our terms. */
import type { Attributes } from '../conditions.ts';
import type { Assignment } from '../decide.ts';
import type { Grant, RoleDefinition } from '../roles.ts';

/** A table of `vectors/authorization`. */
export interface CasbinTable {
  readonly name: string;
  readonly model: string;
  readonly policy: readonly (readonly string[])[];
  readonly cases: readonly { readonly request: readonly string[]; readonly allow: boolean }[];
}

/** The same in our terms. */
export interface Translated {
  readonly roles: Readonly<Record<string, RoleDefinition>>;
  assignmentsOf(subject: string): readonly Assignment[];
  attributesOf(resource: string): Attributes;
}

/**
 * Rows `p` become the grants of a role named after their subject, which the subject has; rows `g` inherit; rows `g2` are an attribute `groups` of the
 * resource. `root`, where a matcher names it, has everything. Where only denials count, everybody may do what nothing denies.
 */
export function translate({ model, policy }: CasbinTable): Translated {
  const hasGroups = model.includes('g2(');
  const roles: Record<string, { inherits: string[]; allow: Grant[]; deny: Grant[] }> = {};
  const roleOf = (name: string) => {
    roles[name] ??= { inherits: [], allow: [], deny: [] };
    return roles[name];
  };
  const groups = new Map<string, string[]>();
  for (const [kind, first = '', second = '', third = '', effect] of policy) {
    if (kind === 'g') {
      roleOf(second);
      roleOf(first).inherits.push(second);
    } else if (kind === 'g2') groups.set(first, [...(groups.get(first) ?? []), second]);
    else {
      const actions = third.match(/\w+/g) ?? [];
      const grants = actions.map((action) =>
        hasGroups
          ? { permission: `*:${action}`, when: { attribute: 'groups', equals: second } }
          : { permission: `${second}:${action}` },
      );
      roleOf(first)[effect === 'deny' ? 'deny' : 'allow'].push(...grants);
    }
  }
  if (model.includes('"root"')) roleOf('root').allow.push({ permission: '*:*' });
  const onlyDenials = model.includes('!some(where (p.eft == deny))');
  if (onlyDenials) roleOf('everybody').allow.push({ permission: '*:*' });
  return {
    roles,
    assignmentsOf: (subject) => [
      ...(roles[subject] === undefined ? [] : [{ role: subject }]),
      ...(onlyDenials ? [{ role: 'everybody' }] : []),
    ],
    attributesOf: (resource) => ({ groups: [resource, ...(groups.get(resource) ?? [])] }),
  };
}
