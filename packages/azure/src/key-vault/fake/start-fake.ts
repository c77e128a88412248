/** Starts a fake of Key Vault, and says what the conformance suite calls. */
import { createSecretKey } from 'node:crypto';
import { systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type Harness,
  type ProviderFake,
  type Samples,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import { createEntra, type FakeCaller, tokenRoute } from '../../common/fake/entra.ts';
import type { keyVault } from '../key-vault.ts';
import type { ThingKind } from '../names.ts';
import { sealBackup } from './backup.ts';
import { badParameter } from './find.ts';
import { vaultError } from './json.ts';
import { keyRoutes } from './key-routes.ts';
import { encryptValue } from './material.ts';
import { secretRoutes } from './secret-routes.ts';
import { createVaultWorld, deleteThing, type FakeThing, type FakeVersion, type VaultWorld } from './world.ts';

/** A running fake of Key Vault. Each tenant's application has a vault of its own behind the one address. */
export interface KeyVaultFake extends ProviderFake<typeof keyVault> {
  /** What the vault of a tenant holds; change it to change what the fake answers. */
  world(tenant?: string): VaultWorld;
  /** Every access token is refused as expired from now on. */
  expireTokens(): void;
  /** The resource that tokens must be for. Default `https://vault.azure.net`. */
  resource: string;
  /** The resource that challenges name, for a vault that asks for another's tokens. Default: `resource`. */
  challenges: string | undefined;
}

const usualSeed = 1;

/** Tenant of vaults that are asked for without one. */
export const sampleTenant = 'tenant_a';

/** Names in the vault that every tenant begins with. `password` has two versions; `wrapping` is of RSA, `sealing` symmetric. */
export const sampleThings = {
  password: 'db-password',
  apiKey: 'api-key',
  deletedSecret: 'old-token',
  doomedSecret: 'older-token',
  signing: 'signing',
  wrapping: 'wrapping',
  sealing: 'sealing',
  deletedKey: 'old-key',
  doomedKey: 'older-key',
} as const;

function furnish(world: VaultWorld): VaultWorld {
  const { tenant, secrets, keys } = world;
  const { password, apiKey, deletedSecret, doomedSecret, deletedKey, doomedKey } = sampleThings;
  world.putSecret(password, `old password of ${tenant}`);
  world.putSecret(password, `password of ${tenant}`);
  world.putSecret(apiKey, `key of ${tenant}`);
  const curve = { type: 'EC', size: 0, curve: 'P-256' } as const;
  world.putKey(sampleThings.signing, curve);
  world.putKey(sampleThings.wrapping, { type: 'RSA', size: 2_048, curve: '' });
  world.putKey(sampleThings.sealing, { type: 'oct', size: 256, curve: '' }, { hsm: true });
  for (const name of [deletedSecret, doomedSecret]) {
    world.putSecret(name, `${name} of ${tenant}`);
    deleteThing(world, secrets.get(name) as FakeThing<never>);
  }
  for (const name of [deletedKey, doomedKey]) {
    world.putKey(name, curve);
    deleteThing(world, keys.get(name) as FakeThing<never>);
  }
  return world;
}

const refusals: Readonly<Record<Exclude<FakeCaller, object>, string>> = {
  missing: 'AKV10000: Request is missing a Bearer or PoP token.',
  invalid: 'AKV10001: The token is not valid.',
  expired: 'AKV10015: The token has expired.',
  audience: 'AKV10022: Invalid audience.',
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartFakeOptions = {}): Promise<KeyVaultFake> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? usualSeed;
  const entra = createEntra(clock, seed);
  const worlds = new Map<string, VaultWorld>();
  const owners = new WeakMap<FakeRequest, string>();

  const world = (tenant = sampleTenant): VaultWorld => {
    let found = worlds.get(tenant);
    if (found === undefined) {
      found = furnish(createVaultWorld(clock, tenant, seed));
      worlds.set(tenant, found);
    }
    return found;
  };
  const worldOf = (request: FakeRequest): VaultWorld => {
    const owner = owners.get(request);
    if (owner === undefined) throw new Error('the route ran before its token was read');
    return world(owner);
  };
  const refuse = (caller: Exclude<FakeCaller, object>, { headers }: FakeRequest): FakeResponse => {
    const authority = `http://${headers.host}/${entra.of(sampleTenant).directoryId}`;
    const resource = fake.challenges ?? fake.resource;
    const challenge = `Bearer authorization="${authority}", resource="${resource}"`;
    return {
      ...vaultError(401, 'Unauthorized', refusals[caller]),
      headers: { 'www-authenticate': challenge },
    };
  };

  const before = (request: FakeRequest): FakeResponse | undefined => {
    if (request.path.endsWith('/oauth2/v2.0/token')) return undefined;
    const caller = entra.caller(request, fake.resource);
    if (typeof caller === 'string') return refuse(caller, request);
    owners.set(request, caller.tenant);
    const version = request.query.get('api-version');
    if (version === null) return badParameter('api-version must be specified');
    // Later versions take the same requests: those of the SDK.
    return /^(7\.\d|20\d\d-\d\d-\d\d)$/.test(version)
      ? undefined
      : badParameter(`Invalid api-version: ${version}`);
  };
  const routes = Object.entries({ ...secretRoutes, ...keyRoutes }).map(
    ([route, run]) => [route, (request: FakeRequest) => run(request, worldOf(request))] as const,
  );
  const server = await startFakeServer({
    name: 'azure-key-vault',
    clock,
    routes: { ...Object.fromEntries(routes), [tokenRoute]: (request) => entra.token(request) },
    before,
    faultBody: (status) =>
      vaultError(
        status,
        status === 429 ? 'Throttled' : 'InternalServerError',
        'The vault answered with a fault.',
      ),
    expireTokens: entra.expireTokens,
  });
  const fake: KeyVaultFake = Object.assign(server, {
    options: (tenant = sampleTenant) => ({
      endpoint: server.url,
      credentials: entra.credentials(tenant, server.url),
    }),
    world,
    expireTokens: entra.expireTokens,
    resource: 'https://vault.azure.net',
    challenges: undefined,
  });
  return fake;
}

const made = 'made-by-a-sample';
const plaintext = Buffer.from('what nobody else may read');
const dataKey = Buffer.alloc(32, 7);

function samplesFor(tenant: string): Samples<typeof keyVault> {
  // The same seed gives the same versions and symmetric keys.
  const { secrets, keys } = furnish(createVaultWorld(systemClock, tenant, usualSeed));
  const elsewhere = createVaultWorld(systemClock, 'elsewhere', usualSeed);
  elsewhere.putSecret('restored', 'a value');
  elsewhere.putKey('restored', { type: 'oct', size: 256, curve: '' });
  const backupOf = (kind: ThingKind, all: ReadonlyMap<string, FakeThing<FakeVersion>>) =>
    sealBackup(kind, all.get('restored') as FakeThing<FakeVersion>);
  const { password, signing, sealing, deletedSecret, doomedSecret, deletedKey, doomedKey } = sampleThings;
  const version = (all: ReadonlyMap<string, FakeThing<FakeVersion>>, name: string) =>
    `${name}/${all.get(name)?.versions.at(-1)?.version}`;
  const material = keys.get(sealing)?.versions[0]?.material();
  if (material === undefined) throw new Error('the sample key is not there');
  const sealed = encryptValue(material, 'A256GCM', { value: plaintext });
  const wrapped = encryptValue(material, 'A256KW', { value: dataKey });
  const message = { data: 'what is signed' };
  const signer = version(keys, signing);
  const sealer = version(keys, sealing);

  return {
    getSecret: [password],
    setSecret: [made, 'a value', { contentType: 'text/plain', tags: { env: 'test' } }],
    updateSecret: [version(secrets, password), { tags: { env: 'test' } }],
    listSecrets: [],
    listSecretVersions: [password],
    backupSecret: [password],
    restoreSecret: [backupOf('secret', elsewhere.secrets)],
    listDeletedSecrets: [],
    getDeletedSecret: [deletedSecret],
    recoverDeletedSecret: [deletedSecret],
    purgeDeletedSecret: [doomedSecret],
    deleteSecret: [made],
    createKey: [made, { type: 'EC', curve: 'P-256' }],
    importKey: ['imported', createSecretKey(dataKey), { hsm: true }],
    getKey: [signing],
    updateKey: [signer, { tags: { env: 'test' } }],
    listKeys: [],
    listKeyVersions: [signing],
    backupKey: [signing],
    restoreKey: [backupOf('key', elsewhere.keys)],
    listDeletedKeys: [],
    getDeletedKey: [deletedKey],
    recoverDeletedKey: [deletedKey],
    purgeDeletedKey: [doomedKey],
    deleteKey: [made],
    sign: [signer, 'ES256', message],
    verify: [signer, 'ES256', message, new Uint8Array(64)],
    encrypt: [sealer, 'A256GCM', plaintext],
    decrypt: [sealer, 'A256GCM', sealed.value, { iv: sealed.iv, authenticationTag: sealed.tag }],
    wrapKey: [sealer, 'A256KW', dataKey],
    unwrapKey: [sealer, 'A256KW', wrapped.value],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof keyVault> = {
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
};
