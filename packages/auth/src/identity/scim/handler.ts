/**
 * SCIM 2.0 service provider (RFC 7643, RFC 7644): a tenant's directory keeps its people and groups here. Users, Groups, filters, sorting, pages,
 * PATCH, ETags and the discovery endpoints; no bulk, and no passwords.
 */
import { errorCode } from '@im/core';
import { type AuditOptions, createAudit } from '../../common/audit.ts';
import type { Groups } from '../groups.ts';
import type { People } from '../people.types.ts';
import { json, refusal } from './answers.ts';
import { discovery } from './discovery.ts';
import { checkExpressions } from './input.ts';
import { scimMessages } from './messages.ts';
import { methods } from './methods.ts';
import { groupKind, userKind } from './resources.ts';

/** Settings. `onEvent` is told `scim.refused`. */
export interface ScimOptions extends AuditOptions {
  readonly people: People;
  readonly groups: Groups;
  /**
   * Whose directory sends the request: as by an API key with a scope for it. Rejecting refuses the request, with 401 or 403.
   *
   * @returns the tenant
   */
  readonly authenticate: (request: Request) => Promise<string>;
  /** Where it is mounted. Default `/scim/v2`. */
  readonly path?: string | undefined;
  /** Whether addresses that a directory tells count as checked, so that its people are known by them at sign-in. Default true. */
  readonly emailsAreVerified?: boolean | undefined;
}

/** Makes the handler. It answers everything below `path`. */
export function createScimHandler(options: ScimOptions): (request: Request) => Promise<Response> {
  const { people, groups, path = '/scim/v2', emailsAreVerified = true } = options;
  const audit = createAudit(options);
  return async (request) => {
    const messages = await scimMessages();
    let tenant = '';
    try {
      tenant = await options.authenticate(request);
      const { pathname, origin, searchParams } = new URL(request.url);
      if (!pathname.startsWith(`${path}/`))
        throw new messages.types.Error(404, '', 'there is no such endpoint');
      const [name = '', id, ...rest] = pathname
        .slice(path.length + 1)
        .split('/')
        .map(decodeURIComponent);
      const [ours, theirs] = [people.tenant(tenant), groups.tenant(tenant)];
      const kinds = [userKind(ours, theirs, emailsAreVerified), groupKind(theirs, ours)];
      const kind = kinds.find(({ endpoint }) => endpoint === name);
      if (kind === undefined) {
        const found =
          rest.length === 0 && request.method === 'GET'
            ? discovery(messages, origin + path, name, id)
            : undefined;
        if (found === undefined) throw new messages.types.Error(404, '', 'there is no such endpoint');
        return json(200, found);
      }
      const method =
        rest.length === 0 ? methods[`${request.method} ${id === undefined ? 'all' : 'one'}`] : undefined;
      if (method === undefined) throw new messages.types.Error(501, '', 'this is not offered');
      const query = Object.fromEntries(
        [...searchParams].map(([key, value]) => [
          key,
          key === 'startIndex' || key === 'count' ? Number(value) : value,
        ]),
      );
      checkExpressions(Object.values(query), messages);
      return await method({ request, kind, id, query, base: `${origin}${path}/${name}`, messages });
    } catch (error) {
      return refusal(messages, error, (status, reason) =>
        audit.refuse({
          type: 'scim.refused',
          tenant,
          code: errorCode(error),
          reason,
          says: `SCIM ${status}`,
        }),
      );
    }
  };
}
