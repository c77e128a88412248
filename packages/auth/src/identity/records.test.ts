/** Records of people, and addresses that read alike. */
import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { AuthEvent } from '../common/audit.ts';
import type { ExternalIdentity } from '../common/principal.ts';
import { createPeople } from './people.ts';

const directory = 'https://login.acme.test';

function open() {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = memoryState(clock);
  const events: AuthEvent[] = [];
  const people = createPeople({ state, clock, onEvent: (event) => events.push(event) });
  return { clock, state, events, people, acme: people.tenant('acme'), globex: people.tenant('globex') };
}

function identity(change: Partial<ExternalIdentity> = {}): ExternalIdentity {
  return {
    issuer: directory,
    subject: 'ada-1',
    tenant: 'acme',
    email: 'ada@acme.test',
    emailVerified: true,
    name: 'Ada',
    claims: {},
    authenticatedAt: 0,
    method: 'oidc',
    ...change,
  };
}

const create = { create: true } as const;

const trusted = { create: true, matchVerifiedEmail: true } as const;

describe('a person', () => {
  it('has several logins, none of them another’s, and never none', async () => {
    const { acme } = open();
    const { person } = await acme.signIn(identity(), create);
    const saml = identity({ issuer: 'urn:idp', subject: 'ada', method: 'saml' });
    const linked = await acme.link(person.id, saml);
    expect(linked.logins.map(({ method }) => method)).toEqual(['oidc', 'saml']);
    expect(await acme.link(person.id, saml)).toMatchObject({ logins: { length: 2 } });
    const other = await acme.signIn(identity({ subject: 'bob' }), create);
    await expect(acme.link(other.person.id, saml)).rejects.toMatchObject({
      code: 'already_exists',
      reason: 'taken',
    });
    await acme.unlink(person.id, identity());
    await expect(acme.signIn(identity())).rejects.toMatchObject({ reason: 'not_provisioned' });
    await expect(acme.unlink(person.id, saml)).rejects.toMatchObject({
      code: 'failed_precondition',
      reason: 'last_login',
    });
    expect(await acme.signIn(saml)).toMatchObject({ person: { id: person.id } });
    expect(await acme.link(other.person.id, identity())).toMatchObject({ logins: { length: 2 } });
  });

  it('gets a login that two want at once, or the other does', async () => {
    const { acme } = open();
    const both = [await acme.create({ userName: 'a' }), await acme.create({ userName: 'b' })];
    const settled = await Promise.allSettled(both.map(({ id }) => acme.link(id, identity())));
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const have = (await acme.list()).filter(({ logins }) => logins.length > 0);
    expect(have).toHaveLength(1);
    expect((await acme.findByLogin(identity()))?.id).toBe(have[0]?.id);
  });

  it('has a userName of its own, whatever its case', async () => {
    const { acme, globex } = open();
    const ada = await acme.create({ userName: 'Ada', email: 'ada@acme.test' });
    await expect(acme.create({ userName: 'ADA' })).rejects.toMatchObject({ code: 'already_exists' });
    expect(await acme.list()).toHaveLength(1);
    expect((await acme.findByUserName('aDA'))?.id).toBe(ada.id);
    expect(await globex.findByUserName('Ada')).toBeUndefined();
    await globex.create({ userName: 'ada' });
    await acme.update(ada.id, { userName: 'lovelace' });
    expect(await acme.findByUserName('Ada')).toBeUndefined();
    await acme.create({ userName: 'ada' });
    await expect(acme.update(ada.id, { userName: 'ada' })).rejects.toMatchObject({ reason: 'taken' });
    expect((await acme.get(ada.id))?.userName).toBe('lovelace');
    expect(await acme.update(ada.id, { userName: null, name: 'Ada' })).not.toHaveProperty('userName');
  });

  it('leaves nothing when it is deleted', async () => {
    const { acme } = open();
    const { person } = await acme.signIn(identity(), trusted);
    expect([await acme.delete(person.id), await acme.delete(person.id)]).toEqual([true, false]);
    expect([await acme.get(person.id), await acme.list(), await acme.findByLogin(identity())]).toEqual([
      undefined,
      [],
      undefined,
    ]);
    await expect(acme.update(person.id, {})).rejects.toMatchObject({ code: 'not_found' });
    expect(await acme.signIn(identity(), trusted)).toMatchObject({ how: 'created' });
  });

  it('can be had by a claim that a crash left, after a minute', async () => {
    const { acme, state, clock, people } = open();
    const ada = await acme.create({ userName: 'ada' });
    const dying = {
      ...state,
      compareAndSet: (...args: Parameters<typeof state.compareAndSet>) =>
        args[0].includes('/person/') ? Promise.reject(new Error('killed')) : state.compareAndSet(...args),
      delete: () => Promise.reject(new Error('killed')),
    };
    const broken = createPeople({ state: dying, clock }).tenant('acme');
    await expect(broken.link(ada.id, identity())).rejects.toThrow('killed');
    const bob = await people.tenant('acme').create({ userName: 'bob' });
    await expect(acme.link(bob.id, identity())).rejects.toMatchObject({ reason: 'taken' });
    await clock.advance(60_000);
    expect(await acme.link(bob.id, identity())).toMatchObject({ logins: { length: 1 } });
  });
});

describe('an address that reads like another', () => {
  it.each([
    ['a Kelvin sign for a k', 'mark@acme.test', 'mar\u212a@acme.test'],
    ['full-width letters', 'ada@acme.test', '\uff41da@acme.test'],
    ['a ligature', 'effie@acme.test', 'e\ufb00ie@acme.test'],
  ])('is not the same mailbox: %s (account takeover by look-alikes)', async (_what, mine, theirs) => {
    const { acme, events } = open();
    const victim = await acme.create({ userName: 'victim', email: mine, emailVerified: true });
    const attack = acme.signIn(identity({ subject: 'eve', email: theirs }), trusted);
    await expect(attack).rejects.toMatchObject({ code: 'permission_denied', reason: 'look_alike_address' });
    expect(events.at(-1)).toMatchObject({ type: 'person.refused', subject: victim.id });
    expect((await acme.get(victim.id))?.logins).toEqual([]);
    await acme.signIn(identity({ email: mine.toUpperCase() }), trusted);
    expect((await acme.get(victim.id))?.logins).toHaveLength(1);
  });
});

describe('a record', () => {
  it('is bounded, and says which address was checked', async () => {
    const { acme } = open();
    const ada = await acme.create({ userName: 'ada', email: 'ada@acme.test' });
    const refused = { code: 'invalid_argument' };
    await expect(acme.create({ name: 'x'.repeat(70_000) })).rejects.toMatchObject(refused);
    await expect(acme.update(ada.id, { attributes: { x: 'x'.repeat(70_000) } })).rejects.toMatchObject(
      refused,
    );
    // Which one that is may have changed since.
    await expect(acme.update(ada.id, { emailVerified: true })).rejects.toMatchObject(refused);
    await acme.update(ada.id, { email: 'ada@acme.test', emailVerified: true });
    expect(await acme.list()).toMatchObject([{ userName: 'ada', emailVerified: true }]);
  });

  it('can be changed by what it is', async () => {
    const { acme } = open();
    const { id } = await acme.create({ name: 'Ada' });
    await Promise.all(
      ['1', '2', '3'].map((more) => acme.update(id, ({ name }) => ({ name: `${name}${more}` }))),
    );
    expect((await acme.get(id))?.name).toHaveLength(6);
  });
});
