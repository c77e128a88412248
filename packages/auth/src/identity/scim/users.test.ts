import { describe, expect, it } from 'vitest';
import { barbara, enterprise, type Json, openDirectory } from './__tests__/open-directory.ts';
import { patchSchema, root, userSchema } from './__tests__/open-scim.ts';

describe('SCIM users', () => {
  it('are made, read, and become people', async () => {
    const { send, acme } = await openDirectory();
    const { status, json, headers } = await send('POST', '/Users', { ...barbara, password: 't1meMa$heen' });
    expect([status, headers.get('content-type')]).toEqual([201, 'application/scim+json']);
    expect(json).toMatchObject({
      ...barbara,
      meta: { resourceType: 'User', location: `${root}/Users/${json.id}` },
    });
    expect(headers.get('location')).toBe(`${root}/Users/${json.id}`);
    expect(JSON.stringify(json)).not.toContain('t1meMa');
    expect((await send('GET', `/Users/${json.id}`)).json).toEqual(json);
    const person = await acme.get(String(json.id));
    expect(person).toMatchObject({
      userName: barbara.userName,
      name: 'Babs Jensen',
      email: 'bjensen@example.com',
      emailVerified: true,
    });
    expect(JSON.stringify(person)).not.toContain('t1meMa');
  });

  it('are who then signs in by the same directory', async () => {
    const { send, acme } = await openDirectory();
    const { json } = await send('POST', '/Users', barbara);
    const identity = {
      issuer: 'https://login.acme.test',
      subject: '1',
      tenant: 'acme',
      email: 'BJensen@example.com',
      emailVerified: true,
      claims: {},
      authenticatedAt: 0,
      method: 'oidc',
    } as const;
    expect(await acme.signIn(identity, { matchVerifiedEmail: true })).toMatchObject({
      how: 'matched',
      person: { id: json.id },
    });
    await send('PATCH', `/Users/${json.id}`, {
      schemas: [patchSchema],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    });
    await expect(acme.signIn(identity)).rejects.toMatchObject({ reason: 'deactivated' });
  });

  it('are told apart by userName, whatever its case', async () => {
    const { send } = await openDirectory();
    await send('POST', '/Users', barbara);
    const again = await send('POST', '/Users', { ...barbara, userName: 'BJENSEN@example.com' });
    expect(again).toMatchObject({ status: 409, json: { status: '409', scimType: 'uniqueness' } });
  });

  it.each([
    ['userName eq "bjensen@example.com"', ['bjensen@example.com']],
    ['userName eq "BJENSEN@EXAMPLE.COM"', ['bjensen@example.com']],
    ['userName eq "nobody"', []],
    ['userName sw "b" and active eq true', ['bjensen@example.com']],
    ['externalId eq "701984"', ['bjensen@example.com']],
    ['emails[type eq "home" and value co "jensen"]', ['bjensen@example.com']],
    ['name.familyName eq "Smith" or displayName pr', ['bjensen@example.com', 'smith']],
    ['not (active eq true)', ['smith']],
    [`${enterprise}:department eq "Tour Operations"`, ['bjensen@example.com']],
  ])('are found by %s', async (filter, expected) => {
    const { send } = await openDirectory();
    await send('POST', '/Users', barbara);
    await send('POST', '/Users', {
      schemas: [userSchema],
      userName: 'smith',
      displayName: 'S',
      active: false,
    });
    const { status, json } = await send('GET', `/Users?filter=${encodeURIComponent(filter)}&sortBy=userName`);
    expect([status, json.totalResults]).toEqual([200, expected.length]);
    expect((json.Resources as Json[]).map(({ userName }) => userName)).toEqual(expected);
  });

  it('are listed in pages, with the attributes that are asked for', async () => {
    const { send } = await openDirectory();
    for (let at = 0; at < 5; at += 1)
      await send('POST', '/Users', { schemas: [userSchema], userName: `user-${at}`, displayName: 'X' });
    const { json } = await send(
      'GET',
      '/Users?sortBy=userName&sortOrder=descending&startIndex=2&count=2&attributes=userName',
    );
    expect(json).toMatchObject({ totalResults: 5, startIndex: 2, itemsPerPage: 2 });
    expect((json.Resources as Json[]).map(({ userName, displayName }) => [userName, displayName])).toEqual([
      ['user-3', undefined],
      ['user-2', undefined],
    ]);
    expect((await send('GET', '/Users?count=0')).json).toMatchObject({ totalResults: 5, Resources: [] });
  });

  it('are patched as directories do it', async () => {
    const { send } = await openDirectory();
    const { json } = await send('POST', '/Users', barbara);
    const patch = (...Operations: readonly Json[]) =>
      send('PATCH', `/Users/${json.id}`, { schemas: [patchSchema], Operations });
    const { status, json: patched } = await patch(
      { op: 'replace', path: 'name.familyName', value: 'Smith' },
      { op: 'add', path: 'emails', value: [{ value: 'b@work.test', type: 'other' }] },
      { op: 'remove', path: 'emails[type eq "home"]' },
      { op: 'replace', value: { title: 'Guide', displayName: 'B. Smith' } },
    );
    expect(status).toBe(200);
    expect(patched).toMatchObject({
      title: 'Guide',
      displayName: 'B. Smith',
      name: { familyName: 'Smith', givenName: 'Barbara' },
    });
    expect((patched.emails as Json[]).map(({ value }) => value)).toEqual([
      'bjensen@example.com',
      'b@work.test',
    ]);
    expect((await send('GET', `/Users/${json.id}`)).json).toEqual(patched);
    expect(await patch({ op: 'jump', path: 'x' })).toMatchObject({
      status: 400,
      json: { scimType: 'invalidSyntax' },
    });
    expect(await patch({ op: 'remove', path: 'userName' })).toMatchObject({ status: 400 });
    expect((await send('GET', `/Users/${json.id}`)).json).toEqual(patched);
  });

  it('are replaced whole, at the version that was read', async () => {
    const { send, clock } = await openDirectory();
    const { json, headers } = await send('POST', '/Users', barbara);
    const first = headers.get('etag') ?? '';
    await clock.advance(1_000);
    const replaced = await send(
      'PUT',
      `/Users/${json.id}`,
      { schemas: [userSchema], userName: 'babs' },
      { 'if-match': first },
    );
    expect(replaced).toMatchObject({ status: 200, json: { userName: 'babs', active: true } });
    expect(replaced.json).not.toHaveProperty('displayName');
    expect(replaced.headers.get('etag')).not.toBe(first);
    for (const method of ['PUT', 'DELETE'])
      expect(
        await send(method, `/Users/${json.id}`, method === 'PUT' ? barbara : undefined, {
          'if-match': first,
        }),
      ).toMatchObject({ status: 412 });
    expect((await send('DELETE', `/Users/${json.id}`)).status).toBe(204);
    expect(await send('GET', `/Users/${json.id}`)).toMatchObject({ status: 404, json: { status: '404' } });
    expect((await send('DELETE', `/Users/${json.id}`)).status).toBe(404);
  });
});
