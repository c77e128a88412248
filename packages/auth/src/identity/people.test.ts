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

describe('signing in', () => {
  it('makes a person of somebody new where that is allowed, and knows them from then on', async () => {
    const { acme } = open();
    await expect(acme.signIn(identity())).rejects.toMatchObject({
      code: 'permission_denied',
      reason: 'not_provisioned',
    });
    const first = await acme.signIn(identity(), create);
    expect(first).toMatchObject({
      how: 'created',
      person: { name: 'Ada', email: 'ada@acme.test', emailVerified: false },
    });
    expect(await acme.signIn(identity())).toEqual({ how: 'known', person: first.person });
  });

  it('makes one person, of however many that come at the same time', async () => {
    const { acme } = open();
    const all = await Promise.all(Array.from({ length: 20 }, () => acme.signIn(identity(), create)));
    const ids = all.map(({ person }) => person.id);
    expect(new Set(ids).size).toBe(1);
    expect(await acme.list()).toHaveLength(1);
    expect(await acme.signIn(identity())).toMatchObject({ how: 'known', person: { id: ids[0] } });
  });

  it('never takes an address for a login, unless the issuer is trusted with addresses and checked it', async () => {
    const { acme } = open();
    const { person } = await acme.signIn(identity(), trusted);
    expect(person.emailVerified).toBe(true);
    const social = identity({ issuer: 'https://social.test', subject: 'x' });
    expect(await acme.signIn(social, create)).toMatchObject({ how: 'created' });
    const unchecked = identity({ issuer: 'https://hr.test', subject: 'y', emailVerified: undefined });
    expect(await acme.signIn(unchecked, trusted)).toMatchObject({ how: 'created' });
    const checked = identity({ issuer: 'https://hr.test', subject: 'z', email: 'ADA@acme.test' });
    expect(await acme.signIn(checked, trusted)).toMatchObject({ how: 'matched', person: { id: person.id } });
    expect(await acme.signIn(checked)).toMatchObject({ how: 'known', person: { id: person.id } });
  });

  it('does not match an address that nobody checked on our side', async () => {
    const { acme } = open();
    const planted = await acme.signIn(identity({ issuer: 'https://social.test', subject: 'eve' }), create);
    const owner = await acme.signIn(identity(), trusted);
    expect(owner.how).toBe('created');
    expect(owner.person.id).not.toBe(planted.person.id);
  });

  it('takes name and address over, but never an address that is somebody else’s', async () => {
    const { acme } = open();
    const ada = await acme.signIn(identity(), trusted);
    const bob = await acme.signIn(
      identity({ subject: 'bob-1', email: 'bob@acme.test', name: 'Bob' }),
      trusted,
    );
    const renamed = await acme.signIn(identity({ name: 'Ada L.', email: 'lovelace@acme.test' }), trusted);
    expect(renamed.person).toMatchObject({ id: ada.person.id, name: 'Ada L.', email: 'lovelace@acme.test' });
    const thief = await acme.signIn(
      identity({ subject: 'bob-1', email: 'lovelace@acme.test', name: 'B' }),
      trusted,
    );
    expect(thief.person).toMatchObject({ id: bob.person.id, name: 'B', email: 'bob@acme.test' });
    // The old address is free again.
    const next = await acme.signIn(identity({ subject: 'c', email: 'ada@acme.test' }), trusted);
    expect(next).toMatchObject({ how: 'created', person: { emailVerified: true } });
  });

  it('refuses who may not, and whose sign-in is for another tenant', async () => {
    const { acme, globex, events } = open();
    const { person } = await acme.signIn(identity(), create);
    await acme.update(person.id, { active: false });
    await expect(acme.signIn(identity(), create)).rejects.toMatchObject({ reason: 'deactivated' });
    await expect(globex.signIn(identity(), create)).rejects.toMatchObject({ reason: 'other_tenant' });
    expect(
      events.filter(({ outcome }) => outcome === 'refused').map(({ tenant, reason }) => [tenant, reason]),
    ).toEqual([
      ['acme', 'deactivated'],
      ['globex', 'other_tenant'],
    ]);
    expect(await globex.list()).toEqual([]);
  });

  it('tells subjects apart to the letter, and whatever issuer and subject are made of', async () => {
    const { acme } = open();
    const pairs = [
      ['i', 'a'],
      ['i', 'A'],
      ['i', 'a '],
      ['ia', ''],
      ['i/a', ''],
      ['i', '/a'],
      ['', 'ia'],
    ] as const;
    for (const [issuer, subject] of pairs)
      expect(await acme.signIn(identity({ issuer, subject, email: undefined }), create)).toMatchObject({
        how: 'created',
      });
    expect(await acme.list()).toHaveLength(pairs.length);
  });
});
