/** What the fake answers about secrets and keys alike: lists, deletion, backups. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { collections, type ThingKind } from '../names.ts';
import { openBackup, sealBackup } from './backup.ts';
import { badParameter, bodyOf, currentOf, deletedOf } from './find.ts';
import { deletionJson, originOf, type Render, vaultError } from './json.ts';
import {
  busyWith,
  deleteThing,
  type FakeThing,
  type FakeVersion,
  recoverThing,
  settle,
  type VaultWorld,
} from './world.ts';

/** `'GET /secrets'` → what the vault answers. May throw a {@link FakeResponse}. */
export type VaultRoutes = Readonly<Record<string, (request: FakeRequest, world: VaultWorld) => FakeResponse>>;

const mostItems = 25;

/** One page of `all`. The link to the next one names the vault, as the vendor's does, with its port. */
function page(request: FakeRequest, all: readonly Readonly<Record<string, unknown>>[]): FakeResponse {
  const wanted = Number(request.query.get('maxresults') ?? mostItems);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > mostItems)
    throw badParameter('The maxresults parameter must be between 1 and 25.');
  const start = startOf(request.query.get('$skiptoken'));
  const end = start + wanted;
  const token = Buffer.from(JSON.stringify({ NextMarker: end, TargetLocation: 0 })).toString('base64url');
  const query = `api-version=${request.query.get('api-version')}&$skiptoken=${token}&maxresults=${wanted}`;
  return {
    json: {
      value: all.slice(start, end),
      ...(end < all.length && { nextLink: `${originOf(request)}${request.path}?${query}` }),
    },
  };
}

function startOf(token: string | null): number {
  if (token === null) return 0;
  const [, start] = /^\{"NextMarker":(\d{1,9}),/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (start === undefined) throw badParameter('The $skiptoken parameter is not valid.');
  return Number(start);
}

export function lifecycleRoutes<Version extends FakeVersion>(
  kind: ThingKind,
  allOf: (world: VaultWorld) => Map<string, FakeThing<Version>>,
  render: Render<Version>,
): VaultRoutes {
  const collection = collections[kind];
  const inOrder = (world: VaultWorld, isDeleted: boolean) => {
    settle(world);
    return [...allOf(world).values()]
      .filter((thing) => (thing.deleted !== undefined) === isDeleted && busyWith(world, thing) === undefined)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  };
  const latest = ({ versions }: FakeThing<Version>) => versions.slice(-1);
  const deletedJson = (origin: string, thing: FakeThing<Version>) => ({
    ...latest(thing).map((version) => render.whole(origin, thing.name, version))[0],
    ...deletionJson(origin, collection, thing),
  });

  return {
    [`GET /${collection}`]: (request, world) =>
      page(
        request,
        inOrder(world, false).flatMap((thing) =>
          latest(thing).map((version) => render.item(originOf(request), thing.name, version)),
        ),
      ),
    [`GET /${collection}/:name/versions`]: (request, world) => {
      const { name, versions } = currentOf(world, kind, allOf(world), request);
      const items = versions.map((one) => render.item(originOf(request), name, one, one.version));
      return page(request, items);
    },
    [`DELETE /${collection}/:name`]: (request, world) => {
      const thing = currentOf(world, kind, allOf(world), request);
      deleteThing(world, thing);
      return { json: deletedJson(originOf(request), thing) };
    },
    [`GET /deleted${collection}`]: (request, world) =>
      page(
        request,
        inOrder(world, true).flatMap((thing) =>
          latest(thing).map((version) => ({
            ...render.item(originOf(request), thing.name, version, version.version),
            ...deletionJson(originOf(request), collection, thing),
          })),
        ),
      ),
    [`GET /deleted${collection}/:name`]: (request, world) => ({
      json: deletedJson(originOf(request), deletedOf(world, kind, allOf(world), request)),
    }),
    [`DELETE /deleted${collection}/:name`]: (request, world) => {
      const thing = deletedOf(world, kind, allOf(world), request);
      allOf(world).delete(thing.name.toLowerCase());
      return { status: 204 };
    },
    [`POST /deleted${collection}/:name/recover`]: (request, world) => {
      const thing = deletedOf(world, kind, allOf(world), request);
      recoverThing(world, thing);
      const [version] = latest(thing);
      return { json: version && render.whole(originOf(request), thing.name, version) };
    },
    [`POST /${collection}/:name/backup`]: (request, world) => {
      const thing = currentOf(world, kind, allOf(world), request);
      return { json: { value: sealBackup(kind, thing) } };
    },
    [`POST /${collection}/restore`]: (request, world) => {
      const thing = openBackup<Version>(kind, bodyOf(request).value);
      if (thing === undefined) throw badParameter('Backup blob contains invalid or corrupt version.');
      const all = allOf(world);
      if (all.has(thing.name.toLowerCase()))
        throw vaultError(
          409,
          'Conflict',
          `A ${kind} with this name already exists in this vault: ${thing.name}`,
        );
      all.set(thing.name.toLowerCase(), thing);
      const [version] = latest(thing);
      return { json: version && render.whole(originOf(request), thing.name, version) };
    },
  };
}
