import { IntegrationError, memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { createApiKeys } from '../../api-keys/index.ts';
import { createGroups } from '../groups.ts';
import { createPeople } from '../people.ts';
import { createScimHandler } from './handler.ts';

const root = 'https://app.test/scim/v2';
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

type Json = Record<string, unknown>;

async function open() {
  const clock = createVirtualClock(Date.UTC(2030, 0, 1));
  const state = memoryState(clock);
  const people = createPeople({ state, clock });
  const groups = createGroups({ state, clock });
  const keys = createApiKeys({ state, prefix: 'app', clock });
  const refused: (string | undefined)[] = [];
  const scim = createScimHandler({
    people,
    groups,
    onEvent: ({ reason }) => refused.push(reason),
    authenticate: async (request) => {
      const tenant = request.headers.get('x-tenant') ?? 'acme';
      return (await keys.authenticate(request, { tenant, scope: 'scim:write' })).tenant;
    },
  });
  const tokens = new Map<string, string>();
  for (const tenant of ['acme', 'globex'])
    tokens.set(
      tenant,
      (await keys.create(tenant, { name: 'directory', scopes: ['scim:write'] })).key.reveal(),
    );
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const tenant = headers['x-tenant'] ?? 'acme';
    const response = await scim(
      new Request(root + path, {
        method,
        headers: {
          authorization: `Bearer ${tokens.get(tenant)}`,
          'content-type': 'application/scim+json',
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      json: (text === '' ? {} : JSON.parse(text)) as Json,
    };
  };
  return { clock, people, groups, send, refused, acme: people.tenant('acme') };
}

/** As a directory sends it: RFC 7643 §8.2, shortened. */
const barbara = {
  schemas: [userSchema, enterprise],
  userName: 'bjensen@example.com',
  externalId: '701984',
  name: { formatted: 'Ms. Barbara J Jensen, III', familyName: 'Jensen', givenName: 'Barbara' },
  displayName: 'Babs Jensen',
  emails: [
    { value: 'babs@jensen.org', type: 'home' },
    { value: 'bjensen@example.com', type: 'work', primary: true },
  ],
  active: true,
  [enterprise]: { employeeNumber: '701984', department: 'Tour Operations' },
};

describe('SCIM users', () => {
  it('are made, read, and become people', async () => {
    const { send, acme } = await open();
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
    const { send, acme } = await open();
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
    const { send } = await open();
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
    const { send } = await open();
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
    const { send } = await open();
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
    const { send } = await open();
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
    const { send, clock } = await open();
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

describe('SCIM groups', () => {
  it('have people of the tenant, and lose who is gone', async () => {
    const { send } = await open();
    const { json: user } = await send('POST', '/Users', barbara);
    const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
    const made = await send('POST', '/Groups', {
      schemas: [groupSchema],
      displayName: 'Guides',
      members: [{ value: user.id }],
    });
    expect(made).toMatchObject({
      status: 201,
      json: { displayName: 'Guides', members: [{ value: user.id, display: 'Babs Jensen' }] },
    });
    expect((await send('GET', `/Users/${user.id}`)).json).toMatchObject({
      groups: [{ value: made.json.id, display: 'Guides' }],
    });
    const strangers = await send('POST', '/Groups', {
      schemas: [groupSchema],
      displayName: 'X',
      members: [{ value: 'nobody' }],
    });
    expect(strangers).toMatchObject({
      status: 400,
      json: { scimType: 'invalidValue', detail: expect.stringContaining('nobody') },
    });
    const foreign = await send(
      'POST',
      '/Groups',
      { schemas: [groupSchema], displayName: 'X', members: [{ value: user.id }] },
      { 'x-tenant': 'globex' },
    );
    expect(foreign.status).toBe(400);
    const path = `members[value eq "${user.id}"]`;
    const removed = await send('PATCH', `/Groups/${made.json.id}`, {
      schemas: [patchSchema],
      Operations: [{ op: 'remove', path }],
    });
    expect(removed.json.members ?? []).toEqual([]);
    await send('PATCH', `/Groups/${made.json.id}`, {
      schemas: [patchSchema],
      Operations: [{ op: 'add', path: 'members', value: [{ value: user.id }] }],
    });
    await send('DELETE', `/Users/${user.id}`);
    expect((await send('GET', `/Groups/${made.json.id}`)).json.members ?? []).toEqual([]);
    expect((await send('DELETE', `/Groups/${made.json.id}`)).status).toBe(204);
  });
});

describe('the service provider', () => {
  it.each([
    [
      '/ServiceProviderConfig',
      { patch: { supported: true }, bulk: { supported: false }, filter: { maxResults: 200 } },
    ],
    ['/ResourceTypes', { totalResults: 2 }],
    ['/ResourceTypes/User', { endpoint: '/Users', schemaExtensions: [{ schema: enterprise }] }],
    ['/Schemas', { totalResults: 3 }],
    [`/Schemas/${userSchema}`, { id: userSchema, name: 'User' }],
  ])('says what it can do at %s', async (path, expected) => {
    const { send } = await open();
    expect(await send('GET', path)).toMatchObject({ status: 200, json: expected });
  });

  it.each([
    ['GET', '/Nothing', undefined, 404, undefined],
    ['GET', '/Users/x/y', undefined, 501, undefined],
    ['DELETE', '/Users', undefined, 501, undefined],
    ['GET', '/Users?filter=userName%20is%20x', undefined, 400, 'invalidFilter'],
    ['GET', `/Users?filter=${'a'.repeat(1_001)}`, undefined, 400, 'tooMany'],
    ['POST', '/Users', '{', 400, 'invalidSyntax'],
    ['POST', '/Users', { schemas: [userSchema] }, 400, 'invalidValue'],
    ['POST', '/Users', { schemas: [userSchema], userName: 'x', emails: 'me' }, 400, 'invalidValue'],
    ['POST', '/Users', 'x'.repeat(1_000_001), 413, undefined],
    ['PATCH', '/Users/nobody', {}, 404, undefined],
  ])('answers %s %s in its own form', async (method, path, body, status, scimType) => {
    const { send } = await open();
    const { json, status: got } = await send(method, path, body);
    expect([got, json.status, json.scimType]).toEqual([status, String(status), scimType]);
    expect(json.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
  });

  it('is closed to strangers, and to the directory of another tenant', async () => {
    const { send, refused } = await open();
    const stranger = await send('GET', '/Users', undefined, { authorization: 'Bearer x' });
    expect(stranger).toMatchObject({ status: 401, json: { status: '401' } });
    expect(stranger.headers.get('www-authenticate')).toBe('Bearer');
    const { json } = await send('POST', '/Users', barbara);
    expect(await send('GET', `/Users/${json.id}`, undefined, { 'x-tenant': 'globex' })).toMatchObject({
      status: 404,
    });
    expect((await send('GET', '/Users', undefined, { 'x-tenant': 'globex' })).json).toMatchObject({
      totalResults: 0,
    });
    expect(refused).toEqual(['unauthenticated']);
  });

  it('tells nothing of a failure of ours', async () => {
    const people = createPeople({ state: memoryState() });
    const scim = createScimHandler({
      people,
      groups: createGroups({ state: memoryState() }),
      authenticate: () => Promise.reject(new Error('the password of the database is x')),
    });
    const response = await scim(new Request(`${root}/Users`));
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('database')]);
    const down = createScimHandler({
      people,
      groups: createGroups({ state: memoryState() }),
      authenticate: () => Promise.reject(new IntegrationError('no', { code: 'permission_denied' })),
    });
    expect((await down(new Request(`${root}/Users`))).status).toBe(403);
  });
});
