/**
 * SCIM 2.0 service provider (RFC 7643, RFC 7644): a tenant's directory keeps its people and groups here. Users, Groups, filters, sorting, pages,
 * PATCH, ETags and the discovery endpoints; no bulk, and no passwords.
 */
import { errorCode, isIntegrationError } from '@im/core';
import { type AuditOptions, createAudit } from '../../common/audit.ts';
import type { Groups } from '../groups.ts';
import type { People } from '../people.types.ts';
import { discovery, mostPerPage } from './discovery.ts';
import { checkExpressions, checkOperations, contentType, readJson, understood, unquoted } from './input.ts';
import { type ScimMessages, type ScimResource, scimMessages } from './messages.ts';
import { groupKind, type ResourceKind, userKind } from './resources.ts';

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

interface Visit {
  readonly request: Request;
  readonly kind: ResourceKind;
  readonly id: string | undefined;
  readonly query: Record<string, string | number>;
  /** Where resources stand: `https://app.test/scim/v2/Users`. */
  readonly base: string;
  readonly messages: ScimMessages;
}

/** Methods, by whether one resource is named. */
const methods: Readonly<Record<string, (visit: Visit) => Promise<Response>>> = {
  'GET all': list,
  'POST all': create,
  'GET one': async (visit) => answer(visit, 200, await demand(visit)),
  'PUT one': replace,
  'PATCH one': patch,
  'DELETE one': remove,
};

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

async function list({ kind, query, base, messages }: Visit): Promise<Response> {
  const { filter, attributes, constraints } = await understood(messages, () => queryOf(messages, query));
  // The question that every directory asks before it creates somebody.
  const [, userName] = /^\s*userName\s+eq\s+"((?:[^"\\]|\\.)*)"\s*$/i.exec(filter?.expression ?? '') ?? [];
  const isQuick = userName !== undefined && kind.byUserName !== undefined;
  const found = isQuick ? [await kind.byUserName?.(unquoted(userName, messages))] : await kind.list();
  const all = found.filter((one) => one !== undefined);
  const Schema = kind.schema(messages);
  const itemsPerPage = Math.min(constraints?.count ?? mostPerPage, mostPerPage);
  const page = await understood(messages, () => {
    const matching = filter === undefined || isQuick ? all : filter.match(all.map(messages.searchable));
    const shaped = matching.map((one) => new Schema(one, 'out', base, attributes));
    return new messages.messages.ListResponse(shaped, { ...constraints, itemsPerPage });
  });
  return json(200, page);
}

async function create(visit: Visit): Promise<Response> {
  const { request, kind, messages } = visit;
  const body = await readJson(request, messages);
  const given = await understood(messages, () => record(new (kind.schema(messages))(body, 'in')));
  return answer(visit, 201, await kind.create(given));
}

async function replace(visit: Visit): Promise<Response> {
  const { request, kind, messages } = visit;
  const before = await demand(visit);
  checkVersion(visit, before);
  const body = await readJson(request, messages);
  const given = await understood(messages, () => record(new (kind.schema(messages))(body, 'in')));
  return write(visit, before, () => given);
}

async function patch(visit: Visit): Promise<Response> {
  const { request, kind, base, messages } = visit;
  const before = await demand(visit);
  checkVersion(visit, before);
  const body = await readJson(request, messages);
  checkOperations(body, messages);
  const Schema = kind.schema(messages);
  return write(visit, before, (now) =>
    understood(messages, async () => {
      let given = {};
      await new messages.messages.PatchOp(body as never).apply(
        new Schema(now, 'out', base),
        async (instance) => {
          given = record(new Schema(instance, 'in'));
          return instance as unknown as Record<string, unknown>;
        },
      );
      return given;
    }),
  );
}

/** Written at the version that was read: what somebody else wrote meanwhile is changed in its turn, or refused where a version was asked for. */
async function write(
  visit: Visit,
  before: ScimResource,
  change: (
    now: ScimResource,
  ) => Readonly<Record<string, unknown>> | Promise<Readonly<Record<string, unknown>>>,
): Promise<Response> {
  for (let now = before; ; ) {
    const written = await visit.kind.replace(now, await change(now));
    if (written !== undefined) return answer(visit, 200, written);
    now = await demand(visit);
    checkVersion(visit, now);
  }
}

async function remove(visit: Visit): Promise<Response> {
  const { kind } = visit;
  const before = await demand(visit);
  checkVersion(visit, before);
  await kind.delete(before.id);
  return new Response(null, { status: 204 });
}

async function demand({ kind, id = '', messages }: Visit): Promise<ScimResource> {
  const found = await kind.get(id);
  if (found === undefined)
    throw new messages.types.Error(404, '', `there is no such resource of ${kind.endpoint}`);
  return found;
}

/** RFC 7644 §3.14. */
function checkVersion({ request, messages }: Visit, { meta }: ScimResource): void {
  const wanted = request.headers.get('if-match');
  const { version } = meta as { readonly version: string };
  if (wanted === null || wanted === '*' || wanted.split(/,\s*/).includes(version)) return;
  throw new messages.types.Error(412, '', 'the resource has changed since: read it again');
}

async function answer(
  { kind, query, base, messages }: Visit,
  status: 200 | 201,
  resource: ScimResource,
): Promise<Response> {
  const shaped = await understood(
    messages,
    () => new (kind.schema(messages))(resource, 'out', base, queryOf(messages, query).attributes),
  );
  const { version } = resource.meta as { readonly version: string };
  return json(status, shaped, {
    etag: version,
    ...(status === 201 && { location: `${base}/${resource.id}` }),
  });
}

/** The library takes the query alone, too; its type does not say so. */
function queryOf({ Query }: ScimMessages, query: Visit['query']) {
  return new Query(query as unknown as string);
}

const record = (resource: object) => ({ ...resource }) as Readonly<Record<string, unknown>>;

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': contentType, ...headers } });
}

const statuses: Readonly<Record<string, readonly [status: number, scimType?: string]>> = {
  invalid_argument: [400, 'invalidValue'],
  unauthenticated: [401],
  permission_denied: [403],
  not_found: [404],
  already_exists: [409, 'uniqueness'],
  resource_exhausted: [429],
};

/** SCIM's own form (RFC 7644 §3.12). What nobody foresaw is told to the log alone. */
function refusal(
  { messages, types }: ScimMessages,
  error: unknown,
  note: (status: number, reason: string) => unknown,
): Response {
  const known = isIntegrationError(error) ? statuses[error.code] : undefined;
  const [status, scimType, detail] =
    error instanceof types.Error
      ? [error.status, error.scimType, error.message]
      : error instanceof URIError
        ? [400, 'invalidValue', error.message]
        : known !== undefined
          ? [known[0], known[1], (error as Error).message]
          : [500, undefined, 'this failed here; try again later'];
  // Where our own state is away, the directory may come again; what is said of it is for the log.
  if (status >= 500 || status === 401 || status === 403) note(status, errorCode(error));
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  // The library's message knows fewer statuses than HTTP does, so its form is written here.
  const body = {
    schemas: [messages.ErrorResponse.id],
    status: String(status),
    ...(scimType && { scimType }),
    detail,
  };
  return json(status, body, headers);
}
