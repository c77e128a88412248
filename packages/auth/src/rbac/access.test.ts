import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import { createAccessControl } from './access.ts';
import type { AccessControlOptions } from './access.types.ts';

const roles = { viewer: { allow: ['document:read'] }, admin: { allow: ['*:*'] } };

function open(options: Partial<AccessControlOptions> = {}) {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = memoryState(clock);
  const access = createAccessControl({ state, roles, clock, ...options });
  return { clock, state, access, acme: access.tenant('acme'), globex: access.tenant('globex') };
}

describe('access control', () => {
  it('holds in the tenant where a role was given, and nowhere else', async () => {
    const { acme, globex } = open();
    await acme.assign('ada', 'admin');
    expect(await acme.can('ada', 'server:stop')).toBe(true);
    expect(await globex.can('ada', 'server:stop')).toBe(false);
    expect(await globex.members()).toEqual([]);
  });

  it('keeps tenants apart whatever they and their people are called', async () => {
    const { access } = open();
    const names = ['a', 'a/b', 'a:b', '../a', 'a%2Fb', 'A', 'a/subject', 'ä', 'a\u0308', ''];
    for (const tenant of names) await access.tenant(tenant).assign(`only-${tenant}`, 'admin');
    for (const tenant of names)
      for (const other of names)
        expect(await access.tenant(tenant).can(`only-${other}`, 'x:y')).toBe(tenant === other);
  });

  it('lets a tenant have roles of its own, which inherit the application’s', async () => {
    const { acme, globex } = open();
    await acme.putRole('approver', { inherits: ['viewer'], allow: ['invoice:approve'] });
    await acme.assign('ada', 'approver');
    expect(await acme.can('ada', 'document:read')).toBe(true);
    expect(await acme.can('ada', 'invoice:approve')).toBe(true);
    expect([...(await globex.roles()).keys()]).toEqual(['viewer', 'admin']);
    await expect(globex.assign('ada', 'approver')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets no tenant replace a role of the application', async () => {
    const { acme } = open();
    await expect(acme.putRole('viewer', { allow: ['*:*'] })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('cannot be replaced'),
    });
  });

  it('takes a role back at once, in every process', async () => {
    const { acme, state, clock } = open();
    const elsewhere = createAccessControl({ state, roles, clock }).tenant('acme');
    await acme.assign('ada', 'admin');
    expect(await elsewhere.can('ada', 'x:y')).toBe(true);
    await acme.unassign('ada', 'admin');
    expect(await elsewhere.can('ada', 'x:y')).toBe(false);
    expect(await elsewhere.members()).toEqual([]);
  });

  it('believes what it read for as long as it was told to, and no longer', async () => {
    const { acme, state, clock } = open();
    const cached = createAccessControl({ state, roles, clock, maxStaleMs: 1_000 }).tenant('acme');
    expect(await cached.can('ada', 'x:y')).toBe(false);
    await acme.assign('ada', 'admin');
    expect(await cached.can('ada', 'x:y')).toBe(false);
    await clock.advance(1_000);
    expect(await cached.can('ada', 'x:y')).toBe(true);
  });

  it('requires, and says what is missing and why, but not of whom', async () => {
    const { acme } = open();
    await acme.assign('ada', 'viewer');
    await acme.require('ada', 'document:read');
    const refused = acme.require('ada', 'document:write');
    await expect(refused).rejects.toMatchObject({
      code: 'permission_denied',
      reason: 'no_permission',
      effect: 'none',
    });
    await expect(refused).rejects.toThrow('this needs the permission document:write');
  });

  it('gives a view that answers without waiting', async () => {
    const { acme, clock } = open();
    await acme.assign('ada', { role: 'viewer', expiresAt: clock.now() + 1_000 });
    const view = await acme.load('ada');
    expect([view.roles, view.can('document:read'), view.explain('document:write').reason]).toEqual([
      ['viewer'],
      true,
      'no_permission',
    ]);
    await clock.advance(1_000);
    expect(view.can('document:read')).toBe(false);
  });

  it('loses no assignment of two writers', async () => {
    const { acme, access } = open();
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        access.tenant('acme').assign(`user-${index % 20}`, index < 20 ? 'viewer' : 'admin'),
      ),
    );
    expect(await acme.members()).toHaveLength(20);
    expect(await acme.members('admin')).toHaveLength(20);
    expect((await acme.assignmentsOf('user-3')).map(({ role }) => role).toSorted()).toEqual([
      'admin',
      'viewer',
    ]);
  });

  it('refuses what cannot be', async () => {
    const { acme } = open();
    await acme.putRole('lead', { inherits: ['viewer'] });
    await acme.putRole('head', { inherits: ['lead'] });
    await expect(acme.deleteRole('lead')).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'role_in_use',
    });
    await acme.deleteRole('head');
    await acme.deleteRole('lead');
    await expect(acme.assign('', 'viewer')).rejects.toMatchObject({ code: 'invalid_argument' });
    const bad = { role: 'viewer', expiresAt: -1, when: { attribute: '' } } as never;
    await expect(acme.assign('ada', bad)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/when.*expiresAt|expiresAt.*when/),
    });
    expect(() => createAccessControl({ state: memoryState(), roles: { a: { inherits: ['b'] } } })).toThrow(
      /"b"/,
    );
  });

  it('tells every change, with who did it', async () => {
    const events: AuthEvent[] = [];
    const { acme, clock } = open({ onEvent: (event) => events.push(event) });
    await acme.putRole('lead', {}, { by: 'root' });
    await acme.assign('ada', 'lead', { by: 'root' });
    await acme.unassign('ada', 'lead');
    await acme.deleteRole('lead');
    const common = { tenant: 'acme', at: clock.now(), outcome: 'ok' };
    const [byRoot, bySomebody] = [{ role: 'lead', by: 'root' }, { role: 'lead' }];
    expect(events).toEqual([
      { ...common, type: 'role.put', facts: byRoot },
      { ...common, type: 'role.assigned', subject: 'ada', facts: byRoot },
      { ...common, type: 'role.unassigned', subject: 'ada', facts: bySomebody },
      { ...common, type: 'role.deleted', facts: bySomebody },
    ]);
  });

  it('says in the log and to the listener what was refused, and nothing that is no permission', async () => {
    const events: AuthEvent[] = [];
    const { acme } = open({ onEvent: (event) => events.push(event) });
    const odd = `no permission ${'x'.repeat(10_000)}`;
    await expect(acme.require('ada', 'document:write')).rejects.toMatchObject({ reason: 'no_role' });
    await expect(acme.require('ada', odd)).rejects.toMatchObject({ reason: 'malformed' });
    expect(events).toMatchObject([
      { type: 'access.refused', subject: 'ada', reason: 'no_role', facts: { permission: 'document:write' } },
      { type: 'access.refused', subject: 'ada', reason: 'malformed' },
    ]);
    expect(JSON.stringify(events)).not.toContain('xxx');
  });

  it('does not follow a path out of what a pattern covers', async () => {
    const { acme } = open({ roles: { reader: { allow: ['/reports/*:read'] } } });
    await acme.assign('ada', 'reader');
    expect(await acme.can('ada', '/reports/2030/may.pdf:read')).toBe(true);
    for (const path of [
      '/reports/../keys',
      '/reports/%2e%2E/keys',
      '/reports/.%2e/keys',
      '/reports/..',
      '/reports/./x',
    ])
      expect(await acme.can('ada', `${path}:read`)).toBe(false);
  });

  it('takes a role from everybody when it is deleted: who had it does not have what is called so later', async () => {
    const { acme } = open();
    await acme.putRole('auditor', { allow: ['log:read'] });
    await acme.assign('bob', 'auditor');
    await acme.deleteRole('auditor');
    await acme.putRole('auditor', { allow: ['*:*'] });
    expect(await acme.can('bob', 'log:read')).toBe(false);
    expect(await acme.members()).toEqual([]);
  });

  it('is bounded: roles of a tenant, and of a subject', async () => {
    const roles = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`r${at}`, {}]));
    const { acme, state, clock } = open({ roles });
    for (let at = 0; at < 1_000; at += 1) await acme.assign('ada', `r${at}`);
    const refused = { code: 'failed_precondition', reason: 'too_many' };
    await expect(acme.assign('ada', 'r1000')).rejects.toMatchObject(refused);
    await state.set('rbac/globex/roles', JSON.stringify(Object.fromEntries(Object.entries(roles).slice(1))));
    const globex = createAccessControl({ state, clock, roles: {} }).tenant('globex');
    await expect(globex.putRole('one-more', {})).rejects.toMatchObject(refused);
    const allow = Array.from({ length: 1_000 }, (_, at) => `${'x'.repeat(250)}${at}:read`);
    const large = createAccessControl({ state, clock, roles: {} }).tenant('large');
    for (let at = 0; at < 8; at += 1) await large.putRole(`role-${at}`, { allow });
    await expect(large.putRole('role-8', { allow })).rejects.toMatchObject(refused);
    const when = { attribute: 'owner', equals: Array.from({ length: 64 }, () => 'y'.repeat(1_024)) };
    for (let at = 0; at < 3; at += 1) await acme.assign('bob', { role: `r${at}`, when });
    await expect(acme.assign('bob', { role: 'r3', when })).rejects.toMatchObject(refused);
  });
});
