/** Requests to any JSON API of Google's, and their types. */
import {
  type Call,
  type CallOptions,
  type Client,
  type Page,
  type Pages,
  type PagesOptions,
  VendorError,
} from '@im/core';
import { fromPageToken, type Http, pageTokenPage, type QueryValue } from '@im/http';
import { z } from 'zod';

/** A request to one of the APIs. */
export interface GoogleRequest {
  /** Its name in the domain: `cloudresourcemanager` for `cloudresourcemanager.googleapis.com`. */
  readonly service: string;
  /** `v3/projects/my-project`, escaped where it has to be. */
  readonly path: string;
  /** Default `GET` for what reads, `POST` for what is unsafe, `PUT` for the rest. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  readonly json?: unknown;
}

/** A request that is answered in pages, by `pageToken` and `nextPageToken`. */
export interface GoogleListRequest extends Omit<GoogleRequest, 'method' | 'json'> {
  /** Field of the answer that holds the items: `projects`. */
  readonly items: string;
  /** Parameter that says how many a page may have. Default `pageSize`; some older APIs call it `maxResults`. */
  readonly pageSizeParameter?: string | undefined;
}

/** Gives the client of a service. */
export type HttpFor = (service: string) => Http;

/** Refuses what is no name of a service, so that it cannot become part of another host. */
export function checkService(service: string): string {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(service)) return service;
  throw new VendorError({
    sent: false,
    code: 'invalid_argument',
    reason: 'bad_service',
    says: 'the service is no name in the domain of the APIs; give one such as cloudresourcemanager',
  });
}

/** Sends a request and checks its answer. */
export async function send(
  httpFor: HttpFor,
  { service, path, method, query, json }: GoogleRequest,
  usual: NonNullable<GoogleRequest['method']>,
  schema: z.ZodType,
  call: Call,
): Promise<unknown> {
  const { body } = await httpFor(service).request(method ?? usual, path, schema, call, { query, json });
  return body;
}

/** One page of a list. */
export async function sendPage(
  httpFor: HttpFor,
  { service, path, query, items, pageSizeParameter = 'pageSize' }: GoogleListRequest,
  schema: z.ZodType,
  call: Call,
): Promise<Page<unknown>> {
  const page = z.object({ [items]: z.array(schema).nullish(), nextPageToken: z.string().nullish() });
  const body: Readonly<Record<string, unknown>> = await httpFor(service).get(path, page, call, {
    query: { ...query, [pageSizeParameter]: call.pageSize, pageToken: fromPageToken(call) },
  });
  const { nextPageToken } = body;
  const found = Array.isArray(body[items]) ? body[items] : [];
  return pageTokenPage(found, typeof nextPageToken === 'string' ? nextPageToken : undefined);
}

/** The requests of a client of `gcp`, with the types of their schemas. Made by {@link googleApi}. */
export interface GoogleApi {
  /** A request that changes nothing: repeated freely. */
  read<Schema extends z.ZodType>(
    request: GoogleRequest,
    schema: Schema,
    call?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** A request whose repetition leaves the same result: repeated after a failure. */
  idempotent<Schema extends z.ZodType>(
    request: GoogleRequest,
    schema: Schema,
    call?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** A request that happens again each time it is sent: sent once. */
  unsafe<Schema extends z.ZodType>(
    request: GoogleRequest,
    schema: Schema,
    call?: CallOptions,
  ): Promise<z.output<Schema>>;
  /** A list in pages; `schema` is that of one item. */
  list<Schema extends z.ZodType>(
    request: GoogleListRequest,
    schema: Schema,
    options?: PagesOptions,
  ): Pages<z.output<Schema>>;
}

/** What {@link googleApi} needs of a client. */
type Requests = Pick<
  Client<ReturnType<typeof import('./gcp.ts').requestOperations>>,
  'requestRead' | 'requestIdempotent' | 'requestUnsafe' | 'requestPages'
>;

/**
 * The requests of a client of `gcp` with types: operations know their schema by the time they run, their callers by the time they are written.
 *
 * ```ts
 * const api = googleApi(client);
 * const project = await api.read({ service: 'cloudresourcemanager', path: 'v3/projects/my-project' }, projectSchema);
 * ```
 */
export function googleApi(client: Requests): GoogleApi {
  return {
    read: <Schema extends z.ZodType>(request: GoogleRequest, schema: Schema, call?: CallOptions) =>
      client.requestRead(request, schema, call) as Promise<z.output<Schema>>,
    idempotent: <Schema extends z.ZodType>(request: GoogleRequest, schema: Schema, call?: CallOptions) =>
      client.requestIdempotent(request, schema, call) as Promise<z.output<Schema>>,
    unsafe: <Schema extends z.ZodType>(request: GoogleRequest, schema: Schema, call?: CallOptions) =>
      client.requestUnsafe(request, schema, call) as Promise<z.output<Schema>>,
    list: <Schema extends z.ZodType>(request: GoogleListRequest, schema: Schema, options?: PagesOptions) =>
      client.requestPages(request, schema, options) as Pages<z.output<Schema>>,
  };
}
