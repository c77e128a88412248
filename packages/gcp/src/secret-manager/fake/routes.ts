/** What Secret Manager answers: https://cloud.google.com/secret-manager/docs/reference/rest */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import { bodyOf, bytesOf, type GoogleRoutes, isObject, pageOf, timeOf } from '../../common/fake/service.ts';
import { toSeconds } from '../../common/fields.ts';
import {
  addSecret,
  addVersion,
  destroy,
  type FakeSecret,
  type FakeVersion,
  newEtag,
  type SecretWorld,
  settle,
} from './world.ts';

const mostBytes = 65_536;

type Handler = GoogleRoutes<SecretWorld>[string];

const secretJson = ({ name, fields, createdAt, etag }: FakeSecret) => ({
  name,
  createTime: timeOf(createdAt),
  ...fields,
  etag,
});

const versionJson = (version: FakeVersion) => ({
  name: version.name,
  createTime: timeOf(version.createdAt),
  state: version.state,
  ...(version.destroyedAt !== undefined && { destroyTime: timeOf(version.destroyedAt) }),
  ...(version.scheduledAt !== undefined && { scheduledDestroyTime: timeOf(version.scheduledAt) }),
  replicationStatus: { automatic: {} },
  etag: version.etag,
});

/** `projects/p` or `projects/p/locations/l`, as the route has it. */
const parentOf = ({ params }: FakeRequest) =>
  `projects/${params.project}${params.location === undefined ? '' : `/locations/${params.location}`}`;

const missing = (name: string) => googleError(404, `Secret [${name}] not found or has no versions.`);

function secretOf(request: FakeRequest, world: SecretWorld): FakeSecret {
  settle(world);
  const name = `${parentOf(request)}/secrets/${request.params.secret}`;
  const secret = world.secrets.get(name);
  if (secret === undefined) throw missing(name);
  return secret;
}

function versionOf(request: FakeRequest, world: SecretWorld): FakeVersion {
  const secret = secretOf(request, world);
  const id = request.params.version ?? '';
  const aliases = isObject(secret.fields.versionAliases) ? secret.fields.versionAliases : {};
  const number = id === 'latest' ? secret.versions.length : Number(aliases[id] ?? id);
  const version = secret.versions[number - 1];
  if (version === undefined) throw missing(`${secret.name}/versions/${id}`);
  return version;
}

function checkEtag(given: unknown, current: string): void {
  if (given !== undefined && given !== null && given !== '' && given !== current)
    throw googleError(400, 'The provided etag does not match the current one.', {
      status: 'FAILED_PRECONDITION',
    });
}

/** Fields that may be written, read as the vendor keeps them: a `ttl` becomes an instant. */
function fieldsFrom(body: Readonly<Record<string, unknown>>, now: number): Record<string, unknown> {
  const { name: _name, etag: _etag, createTime: _createTime, ttl, ...rest } = body;
  const fields: Record<string, unknown> = rest;
  const seconds = toSeconds(typeof ttl === 'string' ? ttl : undefined);
  if (seconds !== undefined) fields.expireTime = timeOf(now + seconds * 1_000);
  return fields;
}

const create: Handler = (request, world) => {
  settle(world);
  const id = request.query.get('secretId') ?? '';
  if (!/^[\w-]{1,255}$/.test(id))
    return googleError(400, 'The provided Secret ID does not match the expected format.');
  const name = `${parentOf(request)}/secrets/${id}`;
  const body = bodyOf(request);
  const isReplicated = isObject(body.replication);
  if (request.params.location === undefined && !isReplicated)
    return googleError(400, 'Field [replication] is required.');
  if (world.secrets.has(name)) return googleError(409, `Secret [${name}] already exists.`);
  return { json: secretJson(addSecret(world, name, fieldsFrom(body, world.clock.now()))) };
};

const patch: Handler = (request, world) => {
  const secret = secretOf(request, world);
  const body = bodyOf(request);
  const mask = (request.query.get('updateMask') ?? '').split(',').filter((field) => field !== '');
  if (mask.length === 0) return googleError(400, 'Field [update_mask] is required.');
  if (mask.includes('replication')) return googleError(400, 'Field [replication] is immutable.');
  checkEtag(body.etag, secret.etag);
  const given = fieldsFrom(body, world.clock.now());
  const names = mask.map((field) => (field === 'ttl' ? 'expireTime' : field));
  const kept = Object.entries(secret.fields).filter(([field]) => !names.includes(field));
  const taken = names
    .filter((field) => given[field] !== undefined)
    .map((field) => [field, given[field]] as const);
  secret.fields = Object.fromEntries([...kept, ...taken]);
  secret.etag = newEtag();
  return { json: secretJson(secret) };
};

const remove: Handler = (request, world) => {
  const secret = secretOf(request, world);
  checkEtag(request.query.get('etag') ?? undefined, secret.etag);
  world.secrets.delete(secret.name);
  return { json: {} };
};

/** By creation, newest first; what was made in the same instant, latest first. */
function listed<Thing>(all: readonly Thing[]): readonly Thing[] {
  return all.toReversed();
}

/** The two filters that the fake knows: `labels.key=value` and `state:NAME`. Any other is refused rather than ignored. */
function filterOf(request: FakeRequest): (thing: FakeSecret | FakeVersion) => boolean {
  const text = request.query.get('filter') ?? '';
  if (text === '') return () => true;
  const [, label, value] = /^labels\.([\w-]+)=([\w-]+)$/.exec(text) ?? [];
  if (label !== undefined)
    return (thing) =>
      'fields' in thing && isObject(thing.fields.labels) && thing.fields.labels[label] === value;
  const [, state] = /^state:(ENABLED|DISABLED|DESTROYED)$/.exec(text) ?? [];
  if (state !== undefined) return (thing) => 'state' in thing && thing.state === state;
  throw googleError(400, `The fake knows no such filter: ${text}`);
}

const list: Handler = (request, world) => {
  settle(world);
  const prefix = `${parentOf(request)}/secrets/`;
  const all = [...world.secrets.values()].filter(
    ({ name }) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'),
  );
  return pageJson(request, 'secrets', listed(all.filter(filterOf(request))), secretJson);
};

const listVersions: Handler = (request, world) => {
  const { versions } = secretOf(request, world);
  return pageJson(request, 'versions', listed(versions.filter(filterOf(request))), versionJson);
};

function pageJson<Thing>(
  request: FakeRequest,
  field: string,
  all: readonly Thing[],
  render: (thing: Thing) => object,
): FakeResponse {
  const { items, nextPageToken } = pageOf(request, all, { usual: 25_000, most: 25_000 });
  const totalSize = request.query.has('filter') ? 0 : all.length;
  return { json: { [field]: items.map(render), ...(nextPageToken && { nextPageToken }), totalSize } };
}

const access: Handler = (request, world) => {
  const version = versionOf(request, world);
  if (version.state !== 'ENABLED')
    return googleError(400, `Secret Version [${version.name}] is in ${version.state} state.`, {
      status: 'FAILED_PRECONDITION',
    });
  return { json: { name: version.name, payload: { data: version.data.toString('base64') } } };
};

const add: Handler = (request, world) => {
  const secret = secretOf(request, world);
  const { payload } = bodyOf(request);
  if (!isObject(payload)) return googleError(400, 'Field [payload] is required.');
  const data = bytesOf(payload.data, 'payload.data');
  if (data.byteLength > mostBytes)
    return googleError(400, `The secret payload is too large: ${data.byteLength} of ${mostBytes} bytes.`);
  return { json: versionJson(addVersion(world.clock, secret, data)) };
};

/** One of the three verbs on a version. */
const move =
  (to: FakeVersion['state']): Handler =>
  (request, world) => {
    const version = versionOf(request, world);
    checkEtag(bodyOf(request).etag, version.etag);
    if (version.state === 'DESTROYED' && to !== 'DESTROYED')
      return googleError(400, `Secret Version [${version.name}] is in DESTROYED state.`, {
        status: 'FAILED_PRECONDITION',
      });
    const delay = toSeconds(String(secretOf(request, world).fields.versionDestroyTtl ?? ''));
    if (to !== 'DESTROYED') {
      version.state = to;
      if (to === 'ENABLED') delete version.scheduledAt;
    } else if (delay === undefined) {
      if (version.state !== 'DESTROYED') destroy(version, world.clock.now());
    } else if (version.state !== 'DESTROYED') {
      version.state = 'DISABLED';
      version.scheduledAt ??= world.clock.now() + delay * 1_000;
    }
    version.etag = newEtag();
    return { json: versionJson(version) };
  };

/** The routes below one parent: global secrets and regional ones have the same. */
const below = (parent: string): GoogleRoutes<SecretWorld> => ({
  [`GET ${parent}/secrets`]: list,
  [`POST ${parent}/secrets`]: create,
  [`GET ${parent}/secrets/:secret`]: (request, world) => ({ json: secretJson(secretOf(request, world)) }),
  [`PATCH ${parent}/secrets/:secret`]: patch,
  [`DELETE ${parent}/secrets/:secret`]: remove,
  [`POST ${parent}/secrets/:secret:addVersion`]: add,
  [`GET ${parent}/secrets/:secret/versions`]: listVersions,
  [`GET ${parent}/secrets/:secret/versions/:version`]: (request, world) => ({
    json: versionJson(versionOf(request, world)),
  }),
  [`GET ${parent}/secrets/:secret/versions/:version:access`]: access,
  [`POST ${parent}/secrets/:secret/versions/:version:enable`]: move('ENABLED'),
  [`POST ${parent}/secrets/:secret/versions/:version:disable`]: move('DISABLED'),
  [`POST ${parent}/secrets/:secret/versions/:version:destroy`]: move('DESTROYED'),
});

export const secretRoutes: GoogleRoutes<SecretWorld> = {
  ...below('/v1/projects/:project'),
  ...below('/v1/projects/:project/locations/:location'),
};
