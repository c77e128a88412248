import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { createApiKeys } from '../../../api-keys/index.ts';
import { createGroups } from '../../groups.ts';
import { createPeople } from '../../people.ts';
import { createScimHandler } from '../handler.ts';
import { root, userSchema } from './open-scim.ts';

export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export type Json = Record<string, unknown>;

/** Two tenants, each with a directory that has a key. */
export async function openDirectory() {
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
export const barbara = {
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
