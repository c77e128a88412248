/** The decision: deny wins, then allow, and what nothing allows is not allowed. */
import { type Attributes, type Condition, holds, type Subject } from './conditions.ts';
import { type Permission, readPermission } from './permission.ts';
import { type CompiledRole, lineage, type RoleBook, type Rule } from './roles.ts';

/** That a subject has a role. */
export interface Assignment {
  readonly role: string;
  /** For which resources. Default: all. */
  readonly when?: Condition | undefined;
  /** Instant at which it ends, milliseconds since 1970. Default: it stays. */
  readonly expiresAt?: number | undefined;
}

/** What is asked. */
export interface Question {
  readonly subject: Subject;
  readonly assignments: readonly Assignment[];
  /** `invoice:approve`. */
  readonly permission: string;
  /** Attributes of the resource that it is about. */
  readonly resource?: Attributes | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A rule that applied, or would have but for its condition. */
export interface Considered {
  readonly effect: 'allow' | 'deny';
  readonly permission: string;
  /** The role assigned, and that of its lineage whose grant it is. */
  readonly assigned: string;
  readonly role: string;
  /** `unknown`: an attribute that its condition asks for was not given. */
  readonly applies: boolean | 'unknown';
}

/** Why a decision is what it is. */
export interface Explanation {
  readonly allowed: boolean;
  /**
   * `allowed` and `denied` by `by`; `condition`: something would have allowed it, but for its condition; `no_permission`: no role of the subject has it;
   * `no_role`: the subject has no role; `malformed`: what was asked is no permission.
   */
  readonly reason: 'allowed' | 'denied' | 'condition' | 'no_permission' | 'no_role' | 'malformed';
  readonly by?: Considered | undefined;
  readonly considered: readonly Considered[];
  /** Roles that count now. */
  readonly roles: readonly string[];
}

/** Permissions already taken apart: applications ask for a few, and ask often. */
const parsed = new Map<string, Permission | undefined>();
const mostParsed = 10_000;

function permissionOf(text: string): Permission | undefined {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const made = readPermission(text);
  if (made !== undefined) {
    if (parsed.size >= mostParsed) parsed.clear();
    parsed.set(text, made);
  }
  return made;
}

/** Whether it is allowed. */
export function decide(book: RoleBook, question: Question): boolean {
  const asked = permissionOf(question.permission);
  if (asked === undefined) return false;
  let isAllowed = false;
  for (const assignment of question.assignments) {
    const compiled = book.role(assignment.role);
    if (compiled === undefined || isOver(assignment, question.now)) continue;
    const outcome = decideRole(compiled, assignment, asked, question);
    if (outcome === 'deny') return false;
    if (outcome === 'allow') isAllowed = true;
  }
  return isAllowed;
}

function decideRole(
  compiled: CompiledRole,
  assignment: Assignment,
  asked: Permission,
  question: Question,
): 'allow' | 'deny' | undefined {
  let outcome: 'allow' | undefined;
  for (const rules of candidates(compiled, asked)) {
    for (const rule of rules) {
      if (outcome === 'allow' && rule.effect === 'allow') continue;
      const applies = applicability(rule, assignment, question);
      if (rule.effect === 'deny' && applies !== false) return 'deny';
      if (rule.effect === 'allow' && applies === true) outcome = 'allow';
    }
  }
  return outcome;
}

const none: readonly Rule[] = [];

function candidates({ exact, anyAction, prefixes }: CompiledRole, asked: Permission) {
  const matching =
    prefixes.length === 0
      ? none
      : prefixes.filter(
          ({ pattern }) =>
            asked.resource.startsWith(pattern.resource) &&
            (pattern.action === '*' || pattern.action === asked.action),
        );
  return [exact.get(asked.text) ?? none, anyAction.get(asked.resource) ?? none, matching];
}

/** A denial holds unless a condition surely does not; the role's own condition counts like the rule's. */
function applicability(
  rule: Rule,
  { when }: Assignment,
  { resource, subject }: Question,
): boolean | undefined {
  if (rule.when === undefined && when === undefined) return true;
  const own = when === undefined ? true : holds(when, resource, subject);
  if (own === false || rule.when === undefined) return own;
  const inner = holds(rule.when, resource, subject);
  return inner === false ? false : own === undefined ? undefined : inner;
}

function isOver({ expiresAt }: Assignment, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** The decision with every rule that had a say. Slower than {@link decide}, and of the same mind. */
export function explain(book: RoleBook, question: Question): Explanation {
  const asked = readPermission(question.permission);
  const current = question.assignments.filter(
    (assignment) => book.role(assignment.role) !== undefined && !isOver(assignment, question.now),
  );
  const roles = [...new Set(current.flatMap(({ role }) => lineage(book.definitions, role)))];
  if (asked === undefined) return { allowed: false, reason: 'malformed', considered: [], roles };
  const considered = current.flatMap((assignment) => {
    const compiled = book.role(assignment.role);
    const rules = compiled === undefined ? [] : candidates(compiled, asked).flat();
    return rules.map((rule) => ({
      effect: rule.effect,
      permission: rule.pattern.text,
      assigned: assignment.role,
      role: rule.role,
      applies: applicability(rule, assignment, question) ?? ('unknown' as const),
    }));
  });
  const denial = considered.find(({ effect, applies }) => effect === 'deny' && applies !== false);
  if (denial !== undefined) return { allowed: false, reason: 'denied', by: denial, considered, roles };
  const allowance = considered.find(({ effect, applies }) => effect === 'allow' && applies === true);
  if (allowance !== undefined) return { allowed: true, reason: 'allowed', by: allowance, considered, roles };
  const nearly = considered.find(({ effect }) => effect === 'allow');
  if (nearly !== undefined) return { allowed: false, reason: 'condition', by: nearly, considered, roles };
  return { allowed: false, reason: roles.length === 0 ? 'no_role' : 'no_permission', considered, roles };
}
