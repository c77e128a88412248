/** What the service provider can do, for directories that ask (RFC 7644 §4). */
import type { ScimMessages } from './messages.ts';

/** Most resources of one page. */
export const mostPerPage = 200;

/** What is at this endpoint. `undefined`: nothing. */
export function discovery(
  messages: ScimMessages,
  base: string,
  name: string,
  id: string | undefined,
): unknown {
  if (name === 'ServiceProviderConfig' && id === undefined) return provider(base);
  const all = Object.hasOwn(lists, name) ? lists[name]?.(messages, base) : undefined;
  if (all === undefined) return undefined;
  if (id !== undefined) return all.find((one) => one.id === id);
  return new messages.messages.ListResponse(all as never[]);
}

const lists: Readonly<
  Record<string, (messages: ScimMessages, base: string) => readonly { readonly id: string }[]>
> = {
  Schemas: ({ definitions }, base) => definitions.map((one) => one.describe(`${base}/Schemas`)),
  ResourceTypes: ({ definitions: [user, group], enterprise }, base) =>
    [
      {
        id: 'User',
        endpoint: '/Users',
        schema: user?.id,
        schemaExtensions: [{ schema: enterprise, required: false }],
      },
      { id: 'Group', endpoint: '/Groups', schema: group?.id },
    ].map((one) => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      name: one.id,
      ...one,
      meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${one.id}` },
    })),
};

function provider(base: string) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: mostPerPage },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'an API key in the Authorization header',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}
