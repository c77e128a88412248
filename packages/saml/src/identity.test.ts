import { describe, expect, it } from 'vitest';
import { openRig } from './__tests__/rig.ts';
import { nameIdFormats } from './xml/names.ts';

describe('an identity', () => {
  it('is made of what attributes are usually called, or of what the settings say', async () => {
    const oids = {
      'urn:oid:0.9.2342.19200300.100.1.3': 'ada@oid.example.org',
      'urn:oid:2.16.840.1.113730.3.1.241': 'Ada by number',
    };
    const rig = openRig({ provider: { trustEmail: true } });
    await rig.signIn({ attributes: oids });
    expect(rig.signIns[0]?.identity).toMatchObject({
      email: 'ada@oid.example.org',
      emailVerified: true,
      name: 'Ada by number',
      groups: [],
    });
    const mapped = openRig({
      provider: {
        attributes: { subject: 'employee', email: ['none', 'work'], name: 'nick', groups: 'roles' },
      },
    });
    await mapped.signIn({
      nameId: { value: 'changes-each-time', format: nameIdFormats.transient },
      attributes: { employee: '4711', work: 'a@example.org', nick: 'Countess', roles: ['x', 'y'] },
    });
    expect(mapped.signIns[0]?.identity).toMatchObject({
      subject: '4711',
      email: 'a@example.org',
      name: 'Countess',
      groups: ['x', 'y'],
    });
  });

  it('takes an address for a name where the name is one', async () => {
    const rig = openRig();
    await rig.signIn({
      nameId: { value: 'ada@example.org', format: nameIdFormats.emailAddress },
      attributes: {},
    });
    expect(rig.signIns[0]?.identity).toMatchObject({ subject: 'ada@example.org', email: 'ada@example.org' });
    expect(rig.signIns[0]?.identity.emailVerified).toBeUndefined();
  });

  it('tells people of two sources behind one provider apart', async () => {
    const rig = openRig();
    await rig.signIn({ nameId: { nameQualifier: 'https://okta.example.net/metadata' } });
    await rig.signIn({ nameId: { nameQualifier: 'https://upstream.example.net' } });
    expect(rig.signIns.map(({ identity }) => identity.subject)).toEqual([
      'ada-persistent-id',
      'https://upstream.example.net!ada-persistent-id',
    ]);
  });

  it.each([
    ['a name that changes each time', { format: nameIdFormats.transient }, {}, 'unstable_subject'],
    ['an attribute that is not there', {}, { attributes: { subject: 'employee' } }, 'subject_missing'],
  ])('is not made of %s, and the administrator is told', async (_what, nameId, provider, reason) => {
    const rig = openRig({ provider });
    const response = await rig.signIn({ nameId });
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('not set up right; tell the administrator');
    expect(rig.reasons()).toEqual([reason]);
  });

  it('keeps attributes with names of the language apart from the language', async () => {
    const rig = openRig();
    await rig.signIn({ attributes: { __proto__x: 'a', constructor: 'b', toString: 'c' } });
    expect(rig.signIns[0]?.identity.claims).toMatchObject({ constructor: ['b'], toString: ['c'] });
    expect({}.toString()).toBe('[object Object]');
  });
});
