/** Starts a fake of Azure Resource Manager: subscriptions and resources of each tenant, and the directory that gives their tokens. */
import { systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import type { azure } from '../azure.ts';
import { createEntra, tokenRoute } from '../common/fake/entra.ts';
import type { AzureOptions } from '../options.ts';

/** A running fake of Azure Resource Manager. */
export interface AzureFake extends ProviderFake<typeof azure> {
  options(tenant?: string): AzureOptions;
  /** Every token is refused as expired from now on. */
  expireTokens(): void;
  /** How often an operation is asked about before it has ended. Default 2. */
  polls: number;
}

/** Tenant of accounts that are asked for without one. */
export const sampleTenant = 'tenant_a';
/** The subscription that every tenant has. */
export const sampleSubscription = '11111111-2222-4333-8444-555555555555';
/** A resource group that is there from the beginning. */
export const sampleGroup = `/subscriptions/${sampleSubscription}/resourceGroups/samples`;

/** An operation that never ends. */
export const sampleOperation = '/operations/sample?api-version=2022-12-01&kind=status';

const audience = 'https://management.azure.com';
const pageSize = 2;

interface Operation {
  left: number;
  /** What is done at the end; what it gives is the answer. */
  readonly end: () => unknown;
}

interface World {
  readonly resources: Map<string, Record<string, unknown>>;
  readonly operations: Map<string, Operation>;
}

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartFakeOptions = {}): Promise<AzureFake> {
  const clock = options.clock ?? systemClock;
  const entra = createEntra(clock, options.seed ?? 1);
  const worlds = new Map<string, World>();
  let made = 0;
  let requests = 0;
  const settings = { polls: 2 };

  const worldOf = (tenant: string): World => {
    const known = worlds.get(tenant);
    if (known !== undefined) return known;
    const world: World = { resources: new Map(), operations: new Map() };
    world.operations.set('sample', { left: Number.POSITIVE_INFINITY, end: () => undefined });
    for (const name of ['samples', 'others', 'more'])
      world.resources.set(keyOf(`/subscriptions/${sampleSubscription}/resourceGroups/${name}`), {
        id: `/subscriptions/${sampleSubscription}/resourceGroups/${name}`,
        name,
        location: 'swedencentral',
      });
    worlds.set(tenant, world);
    return world;
  };

  const callers = new WeakMap<FakeRequest, World>();
  const before = (request: FakeRequest): FakeResponse | undefined => {
    if (request.path.endsWith('/oauth2/v2.0/token')) return undefined;
    const caller = entra.caller(request, audience);
    if (typeof caller === 'string')
      return refusal(
        401,
        caller === 'expired' ? 'ExpiredAuthenticationToken' : 'InvalidAuthenticationToken',
        `The token is ${caller}.`,
      );
    if (!request.query.has('api-version'))
      return refusal(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required.',
      );
    callers.set(request, worldOf(caller.tenant));
    return undefined;
  };

  let base = '';
  /** Begins an operation that ends after some questions. */
  const begin = (world: World, kind: 'status' | 'location', end: () => unknown): FakeResponse => {
    made += 1;
    const id = `operation-${made}`;
    world.operations.set(id, { left: settings.polls, end });
    const url = `${base}/operations/${id}?api-version=2022-12-01&kind=${kind}`;
    return {
      status: 202,
      headers: { [kind === 'status' ? 'azure-asyncoperation' : 'location']: url, 'retry-after': '1' },
    };
  };

  const operation = (world: World, request: FakeRequest): FakeResponse => {
    const found = world.operations.get(request.params.id ?? '');
    if (found === undefined) return refusal(404, 'NotFound', 'The operation was not found.');
    const isStatus = request.query.get('kind') === 'status';
    found.left -= 1;
    if (found.left > 0)
      return {
        status: isStatus ? 200 : 202,
        headers: { 'retry-after': '1' },
        ...(isStatus && { json: { status: 'InProgress' } }),
      };
    const result = found.end();
    return isStatus ? { json: { status: 'Succeeded', properties: result } } : { json: result };
  };

  const listOf = (items: readonly unknown[], { path, query }: FakeRequest): FakeResponse => {
    const from = Number(query.get('$skiptoken') ?? 0);
    const next = from + pageSize;
    const more = new URLSearchParams({
      'api-version': query.get('api-version') ?? '',
      $skiptoken: String(next),
    });
    return {
      json: {
        value: items.slice(from, next),
        ...(next < items.length && { nextLink: `${base}${path}?${more}` }),
      },
    };
  };

  const get = (world: World, request: FakeRequest): FakeResponse => {
    const path = decodeURIComponent(request.path);
    if (path.split('/').length % 2 === 0) {
      const below = [...world.resources].filter(
        ([key]) => key.startsWith(`${keyOf(path)}/`) && key.split('/').length === path.split('/').length + 1,
      );
      return listOf(
        below.map(([, resource]) => resource),
        request,
      );
    }
    const found = world.resources.get(keyOf(path));
    return found === undefined ? notFound(path) : { json: found };
  };

  const put = (world: World, request: FakeRequest): FakeResponse => {
    const path = decodeURIComponent(request.path);
    const group = /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/i.exec(path)?.[0];
    if (group !== undefined && group !== path && !world.resources.has(keyOf(group)))
      return refusal(404, 'ResourceGroupNotFound', 'The resource group could not be found.');
    const body = { ...(request.json() as Record<string, unknown>), id: path, name: path.split('/').at(-1) };
    const isNew = !world.resources.has(keyOf(path));
    const store = () => {
      world.resources.set(keyOf(path), body);
      return body;
    };
    if (/\/storageaccounts\//i.test(path)) return begin(world, 'status', store);
    return { status: isNew ? 201 : 200, json: store() };
  };

  const patch = (world: World, request: FakeRequest): FakeResponse => {
    const path = decodeURIComponent(request.path);
    const found = world.resources.get(keyOf(path));
    if (found === undefined) return notFound(path);
    const changed = { ...found, ...(request.json() as Record<string, unknown>) };
    world.resources.set(keyOf(path), changed);
    return { json: changed };
  };

  const remove = (world: World, request: FakeRequest): FakeResponse => {
    const key = keyOf(decodeURIComponent(request.path));
    if (!world.resources.has(key)) return { status: 204 };
    return begin(world, 'location', () => {
      for (const one of [...world.resources.keys()])
        if (one === key || one.startsWith(`${key}/`)) world.resources.delete(one);
      return {};
    });
  };

  const act = (world: World, request: FakeRequest): FakeResponse => {
    const parent = decodeURIComponent(request.path).split('/').slice(0, -1).join('/');
    return world.resources.has(keyOf(parent)) ? { json: {} } : notFound(parent);
  };

  const route =
    (handle: (world: World, request: FakeRequest) => FakeResponse) =>
    (request: FakeRequest): FakeResponse => {
      const world = callers.get(request);
      if (world === undefined) throw new Error('the route ran before the token was read');
      requests += 1;
      const answer = handle(world, request);
      return { ...answer, headers: { 'x-ms-request-id': `request-${requests}`, ...answer.headers } };
    };
  const subscriptions = (_world: World, request: FakeRequest) =>
    listOf(
      [
        sampleSubscription,
        '22222222-2222-4333-8444-555555555555',
        '33333333-2222-4333-8444-555555555555',
      ].map((subscriptionId, index) => ({
        subscriptionId,
        displayName: `Subscription ${index + 1}`,
        state: 'Enabled',
      })),
      request,
    );

  const server = await startFakeServer({
    name: 'azure',
    clock,
    before,
    expireTokens: entra.expireTokens,
    faultBody: (status) => refusal(status, `Fault${status}`, 'The request failed.'),
    routes: {
      [tokenRoute]: (request) => entra.token(request),
      'GET /subscriptions': route(subscriptions),
      'GET /operations/:id': route(operation),
      'GET /subscriptions/*path': route(get),
      'PUT /subscriptions/*path': route(put),
      'PATCH /subscriptions/*path': route(patch),
      'DELETE /subscriptions/*path': route(remove),
      'POST /subscriptions/*path': route(act),
    },
  });
  base = server.url;

  const fake = Object.assign(server, {
    polls: settings.polls,
    options: (tenant = sampleTenant): AzureOptions => ({
      credentials: entra.credentials(tenant, server.url),
      subscriptionId: sampleSubscription,
      baseUrl: server.url,
    }),
    expireTokens: entra.expireTokens,
  });
  return Object.defineProperty(fake, 'polls', {
    get: () => settings.polls,
    set: (polls: number) => {
      settings.polls = polls;
    },
  });
}

/** Paths of resources do not tell cases apart. */
const keyOf = (path: string) => path.toLowerCase();

function refusal(status: number, code: string, message: string): FakeResponse {
  return { status, json: { error: { code, message } } };
}

function notFound(path: string): FakeResponse {
  return refusal(404, 'ResourceNotFound', `The resource ${path} was not found.`);
}
