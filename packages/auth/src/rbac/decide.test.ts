import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Assignment, decide, explain } from './decide.ts';
import { createRoleBook, type RoleDefinition } from './roles.ts';

const roles: Readonly<Record<string, RoleDefinition>> = {
  viewer: { allow: ['document:read'] },
  author: {
    inherits: ['viewer'],
    allow: [
      { permission: 'document:write', when: { attribute: 'ownerId', equals: { subject: 'id' } } },
      '/drafts/*:*',
    ],
  },
  admin: { inherits: ['author'], allow: ['*:*'], deny: ['audit-log:delete'] },
  suspended: { deny: ['*:*'] },
  secretive: { deny: [{ permission: 'document:read', when: { attribute: 'label', equals: 'secret' } }] },
};
const book = createRoleBook(roles);

function ask(names: readonly (string | Assignment)[], permission: string, resource = {}, now = 1_000) {
  const assignments = names.map((one) => (typeof one === 'string' ? { role: one } : one));
  const question = { subject: { id: 'ada' }, assignments, permission, resource, now };
  const { allowed, reason } = explain(book, question);
  expect(allowed).toBe(decide(book, question));
  return { allowed, reason };
}

const yes = { allowed: true, reason: 'allowed' };
const no = (reason: string) => ({ allowed: false, reason });

describe('a decision', () => {
  it.each([
    ['what a role allows', ['viewer'], 'document:read', {}, yes],
    ['what it inherits', ['author'], 'document:read', {}, yes],
    ['what nothing allows', ['viewer'], 'document:write', {}, no('no_permission')],
    ['nothing without a role', [], 'document:read', {}, no('no_role')],
    ['nothing by a role that is not there', ['gone'], 'document:read', {}, no('no_role')],
    ['a condition that holds', ['author'], 'document:write', { ownerId: 'ada' }, yes],
    ['a condition that does not', ['author'], 'document:write', { ownerId: 'bob' }, no('condition')],
    ['a condition on what was not given', ['author'], 'document:write', {}, no('condition')],
    ['any action of a beginning', ['author'], '/drafts/7:publish', {}, yes],
    ['not what only resembles it', ['author'], '/draft:publish', {}, no('no_permission')],
    ['everything but what is denied', ['admin'], 'server:stop', {}, yes],
    ['a denial, although everything is allowed', ['admin'], 'audit-log:delete', {}, no('denied')],
    ['a denial of another role', ['admin', 'suspended'], 'document:read', {}, no('denied')],
    ['a denial whatever the order', ['suspended', 'admin'], 'document:read', {}, no('denied')],
    [
      'a denial whose condition holds',
      ['viewer', 'secretive'],
      'document:read',
      { label: 'secret' },
      no('denied'),
    ],
    ['no denial whose condition does not', ['viewer', 'secretive'], 'document:read', { label: 'open' }, yes],
    ['a denial that cannot be told', ['viewer', 'secretive'], 'document:read', {}, no('denied')],
    ['no pattern in place of a permission', ['admin'], '*:*', {}, no('malformed')],
    ['no text that is no permission', ['admin'], 'document', {}, no('malformed')],
  ] as const)('gives %s', (_what, names, permission, resource, decision) => {
    expect(ask(names, permission, resource)).toEqual(decision);
  });

  it('lets a role end at its instant', () => {
    const assignment = { role: 'viewer', expiresAt: 1_000 };
    expect(ask([assignment], 'document:read', {}, 999)).toEqual(yes);
    expect(ask([assignment], 'document:read', {}, 1_000)).toEqual(no('no_role'));
  });

  it('holds a role to the resources that it was given for', () => {
    const assignment = { role: 'admin', when: { attribute: 'project', equals: ['p1', 'p2'] } };
    expect(ask([assignment], 'document:write', { project: 'p2' })).toEqual(yes);
    expect(ask([assignment], 'document:write', { project: 'p3' })).toEqual(no('condition'));
    expect(ask([assignment], 'audit-log:delete', {})).toEqual(no('denied'));
  });

  it('finds nothing in what every object has', () => {
    const assignment = { role: 'admin', when: { not: { attribute: 'constructor', equals: 'x' } } };
    expect(ask([assignment], 'document:write', {})).toEqual(no('condition'));
    expect(ask(['constructor', '__proto__', 'toString'], 'document:read')).toEqual(no('no_role'));
  });

  it('explains itself: the rule, the role that has it, the role that was given', () => {
    const question = {
      subject: { id: 'ada' },
      assignments: [{ role: 'admin' }],
      permission: 'document:read',
      now: 0,
    };
    const { by, considered, roles: counted } = explain(book, question);
    const rule = {
      effect: 'allow',
      permission: 'document:read',
      assigned: 'admin',
      role: 'viewer',
      applies: true,
    };
    expect(by).toEqual(rule);
    expect(considered).toContainEqual({ ...rule, permission: '*:*', role: 'admin' });
    expect(counted).toEqual(['admin', 'author', 'viewer']);
  });

  it('is what a plain reading of the definitions gives, for any roles', () => {
    const permission = fc.constantFrom('a:x', 'a:y', 'b:x', 'a:*', 'b:*', '*:x', '*:*', 'a*:y');
    const role = fc.constantFrom('r0', 'r1', 'r2', 'r3');
    const when = fc.option(fc.constantFrom({ attribute: 'k', equals: 1 }, { attribute: 'k', equals: 2 }), {
      nil: undefined,
    });
    const grant = fc.record({ permission, when });
    const grants = fc.array(grant, { maxLength: 3 });
    const definition = fc.record({ allow: grants, deny: fc.array(grant, { maxLength: 1 }) });
    fc.assert(
      fc.property(
        fc.tuple(definition, definition, definition, definition),
        fc.subarray(['r0', 'r1', 'r2', 'r3']),
        fc.constantFrom('a:x', 'a:y', 'b:x', 'b:y'),
        fc.constantFrom({}, { k: 1 }, { k: 3 }),
        role,
        (definitions, names, asked, resource, parent) => {
          // r0 inherits from one of those that inherit from nobody.
          const made = Object.fromEntries(
            definitions.map((one, index) => [
              `r${index}`,
              index === 0 && parent !== 'r0' ? { ...one, inherits: [parent] } : one,
            ]),
          );
          const all = names.flatMap((name) => [name, ...(name === 'r0' && parent !== 'r0' ? [parent] : [])]);
          const isMet = (
            one: { permission: string; when: { equals: number } | undefined },
            unknown: boolean,
          ) => {
            const [resourcePart = '', actionPart = ''] = one.permission.split(':');
            const pattern = new RegExp(
              `^${resourcePart.replace('*', '.*')}:${actionPart.replace('*', '.*')}$`,
            );
            if (!pattern.test(asked)) return false;
            if (one.when === undefined) return true;
            return 'k' in resource ? resource.k === one.when.equals : unknown;
          };
          const grantsOf = (effect: 'allow' | 'deny') =>
            all.flatMap((name) => definitions[Number(name.slice(1))]?.[effect] ?? []);
          const expected =
            !grantsOf('deny').some((one) => isMet(one, true)) &&
            grantsOf('allow').some((one) => isMet(one, false));
          const question = {
            subject: { id: 's' },
            assignments: names.map((name) => ({ role: name })),
            permission: asked,
            resource,
            now: 0,
          };
          const small = createRoleBook(made);
          expect(decide(small, question)).toBe(expected);
          expect(explain(small, question).allowed).toBe(expected);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('a book of roles', () => {
  it('names all faults at once', () => {
    expect(() =>
      createRoleBook({
        'bad name': { allow: ['document'] },
        one: { inherits: ['nobody'], allow: [{ permission: 'a:b', when: { attribute: 'x' } as never }] },
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringMatching(/bad name.*allow\.0.*invoice:approve.*role "one" at allow\.0/),
      }),
    );
  });

  it('refuses parents that are not there', () => {
    expect(() => createRoleBook({ one: { inherits: ['nobody'] } })).toThrow(/"one" inherits "nobody"/);
  });

  it('refuses circles, and says which', () => {
    const circle = {
      a: { inherits: ['b'] },
      b: { inherits: ['c'] },
      c: { inherits: ['a'] },
      d: { inherits: ['a'] },
    };
    expect(() => createRoleBook(circle)).toThrow(/circle: a → b → c → a/);
    expect(() => createRoleBook({ self: { inherits: ['self'] } })).toThrow(/circle: self → self/);
  });

  it('takes a chain of 10,000 roles', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, index) => [
        `r${index}`,
        index === 0 ? { allow: ['a:b'] } : { inherits: [`r${index - 1}`] },
      ]),
    );
    const question = { subject: { id: 's' }, assignments: [{ role: 'r9999' }], permission: 'a:b', now: 0 };
    expect(decide(createRoleBook(chain), question)).toBe(true);
  });
});
