/** What the methods of HTTP do with people and groups (RFC 7644 §3). Every write is made on what was read. */
import { json } from './answers.ts';
import { mostPerPage } from './discovery.ts';
import { checkOperations, readJson, understood, unquoted } from './input.ts';
import type { ScimMessages, ScimResource } from './messages.ts';
import type { ResourceKind } from './resources.ts';

/** One request, as far as it is understood. */
export interface Visit {
  readonly request: Request;
  readonly kind: ResourceKind;
  readonly id: string | undefined;
  readonly query: Record<string, string | number>;
  /** Where resources stand: `https://app.test/scim/v2/Users`. */
  readonly base: string;
  readonly messages: ScimMessages;
}

/** Methods, by whether one resource is named. */
export const methods: Readonly<Record<string, (visit: Visit) => Promise<Response>>> = {
  'GET all': list,
  'POST all': create,
  'GET one': read,
  'PUT one': replace,
  'PATCH one': patch,
  'DELETE one': remove,
};

async function read(visit: Visit): Promise<Response> {
  const found = await demand(visit);
  const { version } = found.meta as { readonly version: string };
  return names(visit.request.headers.get('if-none-match'), version)
    ? new Response(null, { status: 304, headers: { etag: version } })
    : answer(visit, 200, found);
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

/** What was read is what goes: changed meanwhile, it is looked at again. */
async function remove(visit: Visit): Promise<Response> {
  for (;;) {
    const before = await demand(visit);
    checkVersion(visit, before);
    if (await visit.kind.delete(before)) return new Response(null, { status: 204 });
  }
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
  if (wanted === null || names(wanted, version)) return;
  throw new messages.types.Error(412, '', 'the resource has changed since: read it again');
}

/** Whether a list of versions has this one in it. */
function names(versions: string | null, version: string): boolean {
  return versions === '*' || (versions?.split(',').some((one) => one.trim() === version) ?? false);
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
