/** What the fake answers about keys and their use: https://learn.microsoft.com/rest/api/keyvault/keys */
import type { FakeRequest, FakeResponse } from '@im/testing';
import {
  applySettings,
  badParameter,
  bodyOf,
  checkEnabled,
  checkFree,
  checkValidity,
  isObject,
  newName,
  versionOf,
} from './find.ts';
import { keyRender, originOf, vaultError } from './json.ts';
import { lifecycleRoutes, type VaultRoutes } from './lifecycle-routes.ts';
import {
  CryptoRefusal,
  decryptValue,
  encryptValue,
  importedMaterial,
  type KeyShape,
  signDigest,
  verifyDigest,
} from './material.ts';
import { type FakeKeyVersion, secondsOf } from './world.ts';

function shapeOf({ kty, key_size, crv }: Readonly<Record<string, unknown>>): KeyShape {
  const [, type] = /^(RSA|EC|oct)(?:-HSM)?$/.exec(String(kty)) ?? [];
  if (type === undefined) throw badParameter(`Invalid kty value: ${String(kty)}`);
  const size = typeof key_size === 'number' ? key_size : type === 'oct' ? 256 : 2_048;
  return { type: type as KeyShape['type'], size, curve: String(crv ?? 'P-256') };
}

function applyUses(version: FakeKeyVersion, { key_ops }: Readonly<Record<string, unknown>>): void {
  if (Array.isArray(key_ops)) version.uses = key_ops.map(String);
}

const created = (request: FakeRequest, version: FakeKeyVersion): FakeResponse => {
  const body = bodyOf(request);
  applySettings(version, body);
  return { json: keyRender.whole(originOf(request), newName(request), version) };
};

/** A field in base64url; `undefined` where it is absent. */
function bytesOf(body: Readonly<Record<string, unknown>>, name: string): Buffer | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && /^[\w-]*$/.test(value)) return Buffer.from(value, 'base64url');
  throw badParameter(`Property '${name}' is not base64url.`);
}

type Use = (
  key: FakeKeyVersion,
  algorithm: string,
  body: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>>;

function needed(body: Readonly<Record<string, unknown>>, name: string): Buffer {
  const bytes = bytesOf(body, name);
  if (bytes !== undefined) return bytes;
  throw badParameter(`Property '${name}' is required.`);
}

const cipherOf = (body: Readonly<Record<string, unknown>>) => ({
  value: needed(body, 'value'),
  iv: bytesOf(body, 'iv'),
  aad: bytesOf(body, 'aad'),
  tag: bytesOf(body, 'tag'),
});

const cipherJson = (cipher: Readonly<Record<string, Buffer | undefined>>) =>
  Object.fromEntries(
    Object.entries(cipher).flatMap(([name, bytes]) =>
      bytes === undefined ? [] : [[name, bytes.toString('base64url')]],
    ),
  );

const encrypt: Use = (key, algorithm, body) =>
  cipherJson({ ...encryptValue(key.material(), algorithm, cipherOf(body)) });
const decrypt: Use = (key, algorithm, body) =>
  cipherJson({ ...decryptValue(key.material(), algorithm, cipherOf(body)) });

/** What each verb of a path does, which use it needs, and whether it works outside of the key's validity. */
const uses: Readonly<Record<string, { readonly use: string; readonly always: boolean; readonly run: Use }>> =
  {
    sign: {
      use: 'sign',
      always: false,
      run: (key, algorithm, body) => ({
        value: signDigest(key.material(), algorithm, needed(body, 'value')).toString('base64url'),
      }),
    },
    verify: {
      use: 'verify',
      always: true,
      run: (key, algorithm, body) => ({
        value: verifyDigest(key.material(), algorithm, needed(body, 'digest'), needed(body, 'value')),
      }),
    },
    encrypt: { use: 'encrypt', always: false, run: encrypt },
    decrypt: { use: 'decrypt', always: true, run: decrypt },
    wrapkey: { use: 'wrapKey', always: false, run: encrypt },
    unwrapkey: { use: 'unwrapKey', always: true, run: decrypt },
  };

const useKey: VaultRoutes[string] = (request, world) => {
  const { thing, version } = versionOf(world, 'key', world.keys, request);
  const verb = uses[request.params.verb ?? ''];
  if (verb === undefined) return vaultError(404, 'NotFound', 'The resource was not found.');
  checkEnabled('key', verb.use, version);
  if (!verb.always) checkValidity(world, verb.use, version);
  if (!version.uses.includes(verb.use))
    return vaultError(
      403,
      'Forbidden',
      `Operation ${verb.use} is not permitted on this key.`,
      'KeyOperationForbidden',
    );
  const body = bodyOf(request);
  try {
    const result = verb.run(version, String(body.alg), body);
    const kid = `${originOf(request)}/keys/${thing.name}/${version.version}`;
    return { json: verb.use === 'verify' ? result : { kid, ...result } };
  } catch (error) {
    if (error instanceof CryptoRefusal) return badParameter(error.message);
    throw error;
  }
};

const get: VaultRoutes[string] = (request, world) => {
  const { thing, version } = versionOf(world, 'key', world.keys, request);
  return { json: keyRender.whole(originOf(request), thing.name, version) };
};

export const keyRoutes: VaultRoutes = {
  ...lifecycleRoutes('key', ({ keys }) => keys, keyRender),
  'GET /keys/:name': get,
  // The SDK asks for the latest version so.
  'GET /keys/:name/': get,
  'GET /keys/:name/:version': get,
  'POST /keys/:name/create': (request, world) => {
    const name = newName(request);
    const body = bodyOf(request);
    const shape = shapeOf(body);
    checkFree(world, 'key', world.keys, request);
    const version = world.putKey(name, shape, { hsm: String(body.kty).endsWith('-HSM') });
    applyUses(version, body);
    return created(request, version);
  },
  'PUT /keys/:name': (request, world) => {
    const name = newName(request);
    const { key } = bodyOf(request);
    const material = isObject(key) ? importedMaterial(key) : undefined;
    if (!isObject(key) || material === undefined) return badParameter('The JSON web key is not valid.');
    checkFree(world, 'key', world.keys, request);
    const version = world.putKey(name, shapeOf(key), { hsm: String(key.kty).endsWith('-HSM'), material });
    applyUses(version, key);
    return created(request, version);
  },
  'PATCH /keys/:name/:version': (request, world) => {
    const { thing, version } = versionOf(world, 'key', world.keys, request);
    const body = bodyOf(request);
    applySettings(version, body);
    applyUses(version, body);
    version.updated = secondsOf(world.clock);
    return { json: keyRender.whole(originOf(request), thing.name, version) };
  },
  'POST /keys/:name//:verb': useKey,
  'POST /keys/:name/:version/:verb': useKey,
};
