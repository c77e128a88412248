import { IntegrationError, memoryState } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createGroups } from '../groups.ts';
import { createPeople } from '../people.ts';
import { barbara, enterprise, openDirectory } from './__tests__/open-directory.ts';
import { patchSchema, root, userSchema } from './__tests__/open-scim.ts';
import { createScimHandler } from './handler.ts';

describe('SCIM groups', () => {
  it('have people of the tenant, and lose who is gone', async () => {
    const { send } = await openDirectory();
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
    const { send } = await openDirectory();
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
    const { send } = await openDirectory();
    const { json, status: got } = await send(method, path, body);
    expect([got, json.status, json.scimType]).toEqual([status, String(status), scimType]);
    expect(json.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
  });

  it('is closed to strangers, and to the directory of another tenant', async () => {
    const { send, refused } = await openDirectory();
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
