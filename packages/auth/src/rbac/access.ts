/**
 * Who may do what in each tenant, kept in a `StateStore`. Roles of the application hold in every tenant; a tenant may add its own, which
 * nobody else sees, and which may inherit from the application's but never replace them.
 *
 * Everything of a tenant lies under a part of the state of its own: no name of a subject or role can reach into another's.
 */
import {
  type Clock,
  changeJson,
  IntegrationError,
  type StateStore,
  scopedState,
  systemClock,
} from '@im/core';
import { z } from 'zod';
import { createAudit } from '../common/audit.ts';
import { createMembers } from '../common/members.ts';
import { checkSubject } from '../session/subject.ts';
import type { AccessControl, AccessControlOptions, ChangeCall, TenantAccess } from './access.types.ts';
import { type Attributes, conditionSchema, type Subject } from './conditions.ts';
import { type Assignment, decide, explain, type Question } from './decide.ts';
import { createRoleBook, type RoleBook, type RoleDefinition, roleId } from './roles.ts';

const assignmentSchema: z.ZodType<Assignment> = z.strictObject({
  role: roleId,
  when: conditionSchema.optional(),
  expiresAt: z.int().positive().optional(),
});
type Definitions = Readonly<Record<string, RoleDefinition>>;

/**
 * Makes the access control.
 *
 * @throws {@link IntegrationError} `invalid_argument` with all faults of `roles`
 */
export function createAccessControl(options: AccessControlOptions): AccessControl {
  const book = createRoleBook(options.roles);
  return { tenant: (id) => tenantAccess(options, book, id) };
}

function tenantAccess(options: AccessControlOptions, application: RoleBook, tenant: string): TenantAccess {
  const { clock = systemClock, maxStaleMs = 0 } = options;
  const audit = createAudit(options);
  const state = scopedState(options.state, 'rbac', tenant);
  const members = createMembers(state);
  const readBook = (text: string | undefined) =>
    text === undefined ? application : createRoleBook(JSON.parse(text) as Definitions, application);
  const bookNow = async () => readBook((await state.get('roles'))?.value);
  const bookOf = createCache<RoleBook>(state, clock, maxStaleMs, readBook);
  const assigned = createCache<readonly Assignment[]>(state, clock, maxStaleMs, (text) =>
    text === undefined ? [] : (JSON.parse(text) as Assignment[]),
  );
  const note = (type: `role.${string}`, role: string, call: ChangeCall | undefined, subject?: string) =>
    audit.note({ type, tenant, subject, facts: { role, by: call?.by } });

  const ask = async (subject: string | Subject, permission: string, resource?: Attributes) => {
    const who = typeof subject === 'string' ? { id: subject } : subject;
    const [book, assignments] = await Promise.all([bookOf('roles'), assigned(subjectKey(who.id))]);
    const question: Question = { subject: who, assignments, permission, resource, now: clock.now() };
    return { book, question };
  };
  const changeSubject = (subject: string, change: (old: readonly Assignment[]) => readonly Assignment[]) =>
    changeJson<readonly Assignment[]>(state, subjectKey(subject), (old = []) => change(old));

  return {
    can: async (...asked) => {
      const { book, question } = await ask(...asked);
      return decide(book, question);
    },
    require: async (subject, permission, resource) => {
      const { book, question } = await ask(subject, permission, resource);
      if (decide(book, question)) return;
      const { reason } = explain(book, question);
      // One that is malformed may be anything, of any length.
      const named = reason === 'malformed' ? undefined : permission;
      throw audit.refuse({
        type: 'access.refused',
        tenant,
        code: 'permission_denied',
        reason,
        says: named === undefined ? 'this is no permission' : `this needs the permission ${named}`,
        subject: question.subject.id,
        facts: { permission: named },
        remedy: 'ask an administrator for it',
      });
    },
    explain: async (...asked) => {
      const { book, question } = await ask(...asked);
      return explain(book, question);
    },
    load: async (subject) => {
      const { book, question } = await ask(subject, '');
      const now = () => clock.now();
      return {
        roles: question.assignments
          .filter(({ role, expiresAt }) => book.definitions.has(role) && (expiresAt ?? Infinity) > now())
          .map(({ role }) => role),
        can: (permission, resource) => decide(book, { ...question, permission, resource, now: now() }),
        explain: (permission, resource) => explain(book, { ...question, permission, resource, now: now() }),
      };
    },
    assign: async (subject, given, call) => {
      const assignment = checked(
        assignmentSchema,
        typeof given === 'string' ? { role: given } : given,
        'assignment',
      );
      const { role } = assignment;
      if (!(await bookOf('roles')).definitions.has(role)) throw noSuchRole(role);
      // Listed before, so that a crash hides nobody; and after, since somebody may have taken the last role away meanwhile.
      await members.add(checkSubject(subject, 'rbac'));
      await changeSubject(subject, (old) => {
        const next = [...old.filter((one) => one.role !== role), assignment];
        if (next.length > mostAssignments) throw tooMany(`a subject has at most ${mostAssignments} roles`);
        checkSize(next, mostAssignmentBytes, 'the roles of a subject have');
        return next;
      });
      await members.add(subject);
      // Deleted meanwhile: then whoever deleted it may not have seen this one.
      if (!(await bookNow()).definitions.has(role)) {
        await changeSubject(subject, (old) => old.filter((one) => one.role !== role));
        throw noSuchRole(role);
      }
      note('role.assigned', role, call, subject);
    },
    unassign: async (subject, role, call) => {
      const left = await changeSubject(subject, (old) => old.filter((one) => one.role !== role));
      if (left.length === 0) {
        await members.remove(subject);
        if ((await assigned(subjectKey(subject))).length > 0) await members.add(subject);
      }
      note('role.unassigned', role, call, subject);
    },
    assignmentsOf: (subject) => assigned(subjectKey(subject)),
    members: async (role) => {
      const all = await members.list();
      const roles = await Promise.all(all.map((subject) => assigned(subjectKey(subject))));
      return all.filter((_, index) => roles[index]?.some((one) => role === undefined || one.role === role));
    },
    roles: async () => (await bookOf('roles')).definitions,
    putRole: async (id, definition, call) => {
      if (application.definitions.has(id))
        throw audit.refuse({
          type: 'role.refused',
          tenant,
          code: 'invalid_argument',
          reason: 'role_of_application',
          says: `the role "${id}" is the application's and cannot be replaced`,
          facts: { role: id, by: call?.by },
          remedy: 'take another name, and let it inherit',
        });
      await changeJson<Definitions>(state, 'roles', (old) => {
        const next = { ...old, [id]: definition };
        if (Object.keys(next).length > mostRoles) throw tooMany(`a tenant has at most ${mostRoles} roles`);
        checkSize(next, mostRoleBytes, 'the roles of a tenant have');
        createRoleBook(next, application);
        return next;
      });
      note('role.put', id, call);
    },
    deleteRole: async (id, call) => {
      await changeJson<Definitions>(state, 'roles', (old = {}) => {
        const heirs = Object.keys(old).filter((each) => old[each]?.inherits?.includes(id));
        if (heirs.length > 0)
          throw accessError(`the role "${id}" is inherited by ${heirs.join(', ')}`, {
            code: 'failed_precondition',
            reason: 'role_in_use',
            remedy: 'change or delete those first',
          });
        const { [id]: _gone, ...next } = old;
        return next;
      });
      // Nobody keeps it: else a role that is called so later would be theirs. The application's own are not deleted here.
      if (!application.definitions.has(id))
        for (const subject of await members.list())
          await changeSubject(subject, (old) =>
            old.some(({ role }) => role === id) ? old.filter(({ role }) => role !== id) : old,
          );
      note('role.deleted', id, call);
    },
  };
}

const subjectKey = (id: string) => `subject/${id}`;
const mostCached = 10_000;
const mostAssignments = 1_000;
const mostRoles = 1_000;
/** All of it is read with a question: nobody may make it dear for the others. */
const mostRoleBytes = 2_097_152;
const mostAssignmentBytes = 262_144;

/** What is read and parsed, kept by its version. */
function createCache<Value>(
  state: StateStore,
  clock: Clock,
  maxStaleMs: number,
  parse: (text: string | undefined) => Value,
) {
  const cached = new Map<string, { readonly version?: string; readonly value: Value; readonly at: number }>();
  return async (key: string): Promise<Value> => {
    const known = cached.get(key);
    const now = clock.now();
    if (known !== undefined && now - known.at < maxStaleMs) return known.value;
    const stored = await state.get(key);
    const isSame = known !== undefined && known.version === stored?.version;
    const value = isSame ? known.value : parse(stored?.value);
    if (cached.size >= mostCached && !cached.has(key)) cached.clear();
    cached.set(key, { ...(stored && { version: stored.version }), value, at: now });
    return value;
  };
}

function noSuchRole(role: string): IntegrationError {
  return accessError(`there is no role "${role}"`, {
    code: 'not_found',
    reason: 'no_such_role',
    remedy: 'put the role first, or correct its name',
  });
}

function tooMany(says: string): IntegrationError {
  return accessError(says, {
    code: 'failed_precondition',
    reason: 'too_many',
    remedy: 'take others away first',
  });
}

function checkSize(record: unknown, mostBytes: number, whose: string): void {
  if (Buffer.byteLength(JSON.stringify(record)) > mostBytes)
    throw tooMany(`${whose} at most ${mostBytes} bytes of JSON`);
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const { data, error } = schema.safeParse(value);
  if (error === undefined) return data;
  const faults = error.issues.map(({ path, message }) => `${path.join('.') || what}: ${message}`);
  throw accessError(`this ${what} cannot be: ${faults.join('; ')}`, {
    code: 'invalid_argument',
    remedy: 'mend the parts named',
  });
}

function accessError(
  says: string,
  fields: { readonly code: IntegrationError['code']; readonly reason?: string; readonly remedy: string },
): IntegrationError {
  return new IntegrationError(says, { ...fields, provider: 'auth', operation: 'rbac', effect: 'none' });
}
