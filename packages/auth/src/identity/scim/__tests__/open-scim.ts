import { memoryState } from '@im/core';
import { createGroups } from '../../groups.ts';
import { createPeople } from '../../people.ts';
import { createScimHandler } from '../handler.ts';

export const root = 'https://app.test/scim/v2';
export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const headers = { 'content-type': 'application/scim+json' };

/** A directory's endpoint over a state, as one tenant's directory reaches it. */
export function openScim(state = memoryState()) {
  const people = createPeople({ state });
  const groups = createGroups({ state });
  const scim = createScimHandler({ people, groups, authenticate: async () => 'acme' });
  const send = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await scim(
      new Request(root + path, {
        method,
        headers: { ...headers, ...more },
        ...(body !== undefined && { body: text }),
      }),
    );
    const answer = await response.text();
    return {
      status: response.status,
      etag: response.headers.get('etag') ?? '',
      json: (answer === '' ? {} : JSON.parse(answer)) as Record<string, unknown>,
    };
  };
  const filter = (text: string) => send('GET', `/Users?filter=${encodeURIComponent(text)}`);
  const patch = (id: unknown, ...operations: readonly unknown[]) =>
    send('PATCH', `/Users/${id}`, { schemas: [patchSchema], Operations: operations });
  const ada = async () =>
    (
      await send('POST', '/Users', {
        schemas: [userSchema],
        userName: 'ada',
        emails: [{ value: 'ada@acme.test', type: 'work' }],
      })
    ).json.id;
  return { people: people.tenant('acme'), groups: groups.tenant('acme'), scim, send, filter, patch, ada };
}
