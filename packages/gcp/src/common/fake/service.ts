/** What all fakes of Google's JSON services have in common: a token endpoint, a world for each account, refusals, pages. */
import { type AnyDefinition, type Clock, type OptionsOf, systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type FakeRoutes,
  type FakeServer,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import { createAccounts, type FakeAccount } from './accounts.ts';
import { googleError, refusedToken } from './error.ts';

/**
 * The project of every account. What an account has is its own all the same: the fake tells accounts apart by their
 * credentials, as roles would within one project.
 */
export const fakeProject = 'im-fake-project';

/** Tenant of accounts that are asked for without one. */
export const sampleTenant = 'tenant_a';

/** `'GET /v1/projects/:project/topics'` → what the account's world answers. May throw a {@link FakeResponse}. */
export type GoogleRoutes<World> = Readonly<
  Record<string, (request: FakeRequest, world: World) => FakeResponse | Promise<FakeResponse>>
>;

/** How the fake of a service is made. */
export interface GoogleFakeSetup<World> {
  /** Id of the integration. */
  readonly name: string;
  /** What an account begins with. Called when it is first needed. */
  readonly createWorld: (account: { readonly tenant: string; readonly clock: Clock }) => World;
  readonly routes: GoogleRoutes<World>;
  /** Routes that need no credential. */
  readonly open?: FakeRoutes | undefined;
  /** Options beside those that all services share. */
  readonly moreOptions?: ((url: string) => object) | undefined;
  /** Errors in the service's own format. Default: {@link googleError}. */
  readonly error?: ((status: number, message: string) => FakeResponse) | undefined;
}

/** How calls to a fake are authorised. */
export type FakeCredentials = 'access-token' | 'service-account';

/** A running fake of one service. */
export interface GoogleFake<Definition extends AnyDefinition, World> extends ProviderFake<Definition> {
  /**
   * Options for this fake, with an account of its own for each tenant.
   *
   * @param credentials `service-account` (the default): a key, traded for tokens that last an hour; `access-token`: one that does not end
   */
  options(tenant?: string, credentials?: FakeCredentials): OptionsOf<Definition>;
  /** What the account of a tenant has; change it to change what the fake answers. */
  world(tenant?: string): World;
  /** Every token that was traded for a signature is refused as expired from now on. */
  expireTokens(): void;
}

/** Starts the fake on a free port of 127.0.0.1. */
export async function startGoogleFake<Definition extends AnyDefinition, World>(
  options: StartFakeOptions,
  setup: GoogleFakeSetup<World>,
): Promise<GoogleFake<Definition, World>> {
  const clock = options.clock ?? systemClock;
  const accounts = createAccounts(clock, options.seed ?? 1);
  const worlds = new Map<string, World>();
  const owners = new WeakMap<FakeRequest, FakeAccount>();
  const error = setup.error ?? googleError;

  const world = (tenant = sampleTenant): World => {
    let found = worlds.get(tenant);
    if (found === undefined) {
      found = setup.createWorld({ tenant, clock });
      worlds.set(tenant, found);
    }
    return found;
  };
  const worldOf = (request: FakeRequest): World => {
    const owner = owners.get(request);
    if (owner === undefined) throw new Error('the route ran before its token was read');
    return world(owner.tenant);
  };

  const openPaths = new Set(Object.keys(setup.open ?? {}).map((route) => route.split(' ')[1]));
  const before = (request: FakeRequest): FakeResponse | undefined => {
    if (request.path === '/token' || openPaths.has(request.path)) return undefined;
    const principal = accounts.principal(request);
    if (typeof principal === 'string') return refusedToken(principal);
    owners.set(request, principal);
    const { 'x-goog-user-project': payer = principal.projectId } = request.headers;
    if (payer !== principal.projectId) return error(403, `Caller does not have permission to use ${payer}.`);
    const [, project] = /\/projects\/([^/:]+)/.exec(decodeURIComponent(request.path)) ?? [];
    if (project === undefined || project === fakeProject) return undefined;
    return error(403, `Permission denied on resource project ${project}.`);
  };

  const routes = Object.entries(setup.routes).map(
    ([route, run]) => [route, (request: FakeRequest) => run(request, worldOf(request))] as const,
  );
  const server: FakeServer = await startFakeServer({
    name: setup.name,
    clock,
    routes: {
      ...Object.fromEntries(routes),
      ...setup.open,
      'POST /token': (request) => accounts.token(request),
    },
    before,
    faultBody: (status) => error(status, 'The service answered with a fault.'),
    expireTokens: accounts.expireTokens,
  });
  return Object.assign(server, {
    options(tenant = sampleTenant, credentials: FakeCredentials = 'service-account') {
      return {
        ...accounts.options(tenant, server.url),
        ...(credentials === 'access-token' && {
          credentials: { type: credentials, accessToken: accounts.standingToken(tenant) },
        }),
        ...setup.moreOptions?.(server.url),
        projectId: fakeProject,
        // Pays with a project of its own, which nobody else's token may do: so a request shows whose it is.
        quotaProjectId: accounts.of(tenant).projectId,
      } as OptionsOf<Definition>;
    },
    world,
    expireTokens: accounts.expireTokens,
  });
}

/** One page of `all`, and where the next begins. A token that was not given out is refused. */
export function pageOf<Item>(
  request: Pick<FakeRequest, 'query'>,
  all: readonly Item[],
  limits: { readonly usual?: number; readonly most?: number; readonly sizeName?: string } = {},
): { readonly items: readonly Item[]; readonly nextPageToken: string | undefined } {
  const { usual = 100, most = 1_000, sizeName = 'pageSize' } = limits;
  const text = request.query.get(sizeName);
  const wanted = Number(text ?? 0);
  if (!Number.isInteger(wanted) || wanted < 0) throw googleError(400, `Invalid ${sizeName}: ${text}`);
  const size = Math.min(wanted === 0 ? usual : wanted, most);
  const start = startOf(request.query.get('pageToken'));
  const end = start + size;
  return {
    items: all.slice(start, end),
    nextPageToken: end < all.length ? Buffer.from(`at:${end}`).toString('base64url') : undefined,
  };
}

function startOf(token: string | null): number {
  if (token === null || token === '') return 0;
  const [, start] = /^at:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (start === undefined) throw googleError(400, 'Invalid page token.');
  return Number(start);
}

/** The body as an object; anything else is answered with 400. */
export function bodyOf(request: FakeRequest): Readonly<Record<string, unknown>> {
  const body = request.body.byteLength === 0 ? {} : request.json();
  if (isObject(body)) return body;
  throw googleError(400, 'Invalid JSON payload received. Unexpected end of input.');
}

/** Whether a value of JSON is an object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes out of base64, as the vendor reads them: of either alphabet, and nothing else. */
export function bytesOf(value: unknown, field: string): Buffer {
  if (value === undefined || value === null) return Buffer.alloc(0);
  if (typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value))
    return Buffer.from(value, 'base64');
  throw googleError(400, `Invalid value at '${field}' (TYPE_BYTES), Base64 decoding failed.`);
}

/** An instant as the vendor writes it. */
export function timeOf(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
