/** What the fake answers to requests about keys themselves: https://cloud.google.com/kms/docs/reference/rest */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import { bodyOf, type GoogleRoutes, isObject, pageOf } from '../../common/fake/service.ts';
import { toSeconds } from '../../common/fields.ts';
import { checkRing, keyOf, locationOf, precondition, versionOf } from './find.ts';
import { algorithmOf } from './material.ts';
import {
  addKey,
  addKeyVersion,
  instantOf,
  type KmsWorld,
  keyJson,
  ringJson,
  settleKey,
  versionJson,
} from './world.ts';

type Handler = GoogleRoutes<KmsWorld>[string];

const id = /^[\w-]{1,63}$/;

function list<Thing>(
  request: FakeRequest,
  field: string,
  all: readonly Thing[],
  render: (thing: Thing) => object,
): FakeResponse {
  const filter = request.query.get('filter') ?? '';
  if (filter !== '') throw googleError(400, `The fake knows no filters: ${filter}`);
  const { items, nextPageToken } = pageOf(request, all);
  return {
    json: { [field]: items.map(render), ...(nextPageToken && { nextPageToken }), totalSize: all.length },
  };
}

const below = (name: string, parent: string) => name.slice(0, name.lastIndexOf('/')).startsWith(`${parent}/`);

const createRing: Handler = (request, world) => {
  const ringId = request.query.get('keyRingId') ?? '';
  if (!id.test(ringId)) return googleError(400, `Invalid key_ring_id: ${ringId}`);
  const name = `${locationOf(request)}/keyRings/${ringId}`;
  if (world.rings.has(name)) return googleError(409, `KeyRing ${name} already exists.`);
  world.rings.set(name, world.clock.now());
  return { json: ringJson(name, world.clock.now()) };
};

const createKey: Handler = (request, world) => {
  const ring = checkRing(request, world);
  const keyId = request.query.get('cryptoKeyId') ?? '';
  if (!id.test(keyId)) return googleError(400, `Invalid crypto_key_id: ${keyId}`);
  const name = `${ring}/cryptoKeys/${keyId}`;
  if (world.keys.has(name)) return googleError(409, `CryptoKey ${name} already exists.`);
  const body = bodyOf(request);
  const template = isObject(body.versionTemplate) ? body.versionTemplate : {};
  const algorithm = algorithmOf(String(template.algorithm ?? 'GOOGLE_SYMMETRIC_ENCRYPTION'));
  if (algorithm === undefined)
    return googleError(400, `The fake knows no algorithm ${String(template.algorithm)}.`);
  if (algorithm.purpose !== body.purpose)
    return googleError(400, `Algorithm ${String(template.algorithm)} does not fit ${String(body.purpose)}.`);
  const isEmpty = request.query.get('skipInitialVersionCreation') === 'true';
  return { json: keyJson(addKey(world, name, body, !isEmpty)) };
};

const maskOf = (request: FakeRequest) =>
  (request.query.get('updateMask') ?? '').split(',').filter((field) => field !== '');

const patchKey: Handler = (request, world) => {
  const key = keyOf(request, world);
  const body = bodyOf(request);
  const mask = maskOf(request);
  if (mask.length === 0) return googleError(400, 'update_mask must be set.');
  for (const field of mask) {
    if (field === 'labels') key.labels = isObject(body.labels) ? body.labels : {};
    else if (field === 'nextRotationTime') key.nextRotationAt = instantOf(body.nextRotationTime);
    else if (field === 'rotationPeriod')
      key.rotateEverySeconds = toSeconds(String(body.rotationPeriod ?? ''));
    else return googleError(400, `The fake cannot change ${field}.`);
  }
  return { json: keyJson(key) };
};

const setPrimary: Handler = (request, world) => {
  const key = keyOf(request, world);
  const number = Number(bodyOf(request).cryptoKeyVersionId);
  const version = key.versions[number - 1];
  if (version === undefined) return googleError(404, `${key.name}/cryptoKeyVersions/${number} not found.`);
  if (key.purpose !== 'ENCRYPT_DECRYPT') return precondition(`${key.name} has no primary version.`);
  if (version.state !== 'ENABLED' && version.state !== 'DISABLED')
    return precondition(`${version.name} is in state ${version.state}.`);
  key.primary = number;
  return { json: keyJson(key) };
};

const patchVersion: Handler = (request, world) => {
  const version = versionOf(request, world);
  const { state } = bodyOf(request);
  if (!maskOf(request).includes('state')) return googleError(400, 'update_mask must contain state.');
  if (state !== 'ENABLED' && state !== 'DISABLED') return googleError(400, `Invalid state: ${String(state)}`);
  if (version.state !== 'ENABLED' && version.state !== 'DISABLED')
    return precondition(`${version.name} is in state ${version.state}.`);
  version.state = state;
  return { json: versionJson(version) };
};

const destroy: Handler = (request, world) => {
  const version = versionOf(request, world);
  if (version.state === 'DESTROYED' || version.state === 'DESTROY_SCHEDULED')
    return precondition(`${version.name} is in state ${version.state}.`);
  version.destroyAt = world.clock.now() + keyOf(request, world).destroyDelaySeconds * 1_000;
  version.state = 'DESTROY_SCHEDULED';
  return { json: versionJson(version) };
};

const restore: Handler = (request, world) => {
  const version = versionOf(request, world);
  if (version.state !== 'DESTROY_SCHEDULED')
    return precondition(`${version.name} is in state ${version.state}.`);
  version.state = 'DISABLED';
  delete version.destroyAt;
  return { json: versionJson(version) };
};

const location = '/v1/projects/:project/locations/:location';
const ring = `${location}/keyRings/:ring`;
const key = `${ring}/cryptoKeys/:key`;
const version = `${key}/cryptoKeyVersions/:version`;

export const keyRoutes: GoogleRoutes<KmsWorld> = {
  [`GET ${location}/keyRings`]: (request, world) => {
    const rings = [...world.rings].filter(([name]) => below(name, locationOf(request)));
    return list(request, 'keyRings', rings, ([name, at]) => ringJson(name, at));
  },
  [`POST ${location}/keyRings`]: createRing,
  [`GET ${ring}`]: (request, world) => {
    const name = checkRing(request, world);
    return { json: ringJson(name, world.rings.get(name) ?? 0) };
  },
  [`GET ${ring}/cryptoKeys`]: (request, world) => {
    const name = checkRing(request, world);
    const keys = [...world.keys.values()].filter((one) => below(one.name, name));
    for (const one of keys) settleKey(world, one);
    return list(request, 'cryptoKeys', keys, keyJson);
  },
  [`POST ${ring}/cryptoKeys`]: createKey,
  [`GET ${key}`]: (request, world) => ({ json: keyJson(keyOf(request, world)) }),
  [`PATCH ${key}`]: patchKey,
  [`POST ${key}:updatePrimaryVersion`]: setPrimary,
  [`GET ${key}/cryptoKeyVersions`]: (request, world) =>
    list(request, 'cryptoKeyVersions', keyOf(request, world).versions, versionJson),
  [`POST ${key}/cryptoKeyVersions`]: (request, world) => ({
    json: versionJson(addKeyVersion(world, keyOf(request, world))),
  }),
  [`GET ${version}`]: (request, world) => ({ json: versionJson(versionOf(request, world)) }),
  [`PATCH ${version}`]: patchVersion,
  [`POST ${version}:destroy`]: destroy,
  [`POST ${version}:restore`]: restore,
};
