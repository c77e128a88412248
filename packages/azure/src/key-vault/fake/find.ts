/** Finds what a request to the fake is about, or answers as the vault does where it is not there or may not be used. */
import type { FakeRequest } from '@im/testing';
import type { ThingKind } from '../names.ts';
import { vaultError } from './json.ts';
import { busyWith, type FakeThing, type FakeVersion, secondsOf, settle, type VaultWorld } from './world.ts';

const titles = { secret: 'Secret', key: 'Key' } as const;

/** The body as an object; anything else is answered with 400. */
export function bodyOf(request: FakeRequest): Readonly<Record<string, unknown>> {
  const body = request.json();
  if (isObject(body)) return body;
  throw badParameter('The request body is not a JSON object.');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function badParameter(message: string) {
  return vaultError(400, 'BadParameter', message);
}

function missing(kind: ThingKind, name: string) {
  const title = titles[kind];
  return vaultError(
    404,
    `${title}NotFound`,
    `A ${kind} with (name/id) ${name} was not found in this key vault. If you recently deleted this ${kind} you may be able to recover it using the correct recovery command.`,
  );
}

/** A name for something new. */
export function newName(request: FakeRequest): string {
  const name = request.params.name ?? '';
  if (/^[0-9a-zA-Z-]{1,127}$/.test(name)) return name;
  throw badParameter(`The request URI contains an invalid name: ${name}`);
}

/** The thing, which may be deleted. */
function anyOf<Version extends FakeVersion>(
  world: VaultWorld,
  all: ReadonlyMap<string, FakeThing<Version>>,
  request: FakeRequest,
): FakeThing<Version> | undefined {
  settle(world);
  return all.get((request.params.name ?? '').toLowerCase());
}

export function currentOf<Version extends FakeVersion>(
  world: VaultWorld,
  kind: ThingKind,
  all: ReadonlyMap<string, FakeThing<Version>>,
  request: FakeRequest,
): FakeThing<Version> {
  const thing = anyOf(world, all, request);
  if (thing === undefined || thing.deleted !== undefined || busyWith(world, thing) !== undefined)
    throw missing(kind, request.params.name ?? '');
  return thing;
}

export function deletedOf<Version extends FakeVersion>(
  world: VaultWorld,
  kind: ThingKind,
  all: ReadonlyMap<string, FakeThing<Version>>,
  request: FakeRequest,
): FakeThing<Version> {
  const thing = anyOf(world, all, request);
  if (thing?.deleted === undefined || busyWith(world, thing) !== undefined)
    throw missing(kind, request.params.name ?? '');
  return thing;
}

/** @throws the vault's answer where the name is taken by what was deleted, or is on its way to or from there */
export function checkFree<Version extends FakeVersion>(
  world: VaultWorld,
  kind: ThingKind,
  all: ReadonlyMap<string, FakeThing<Version>>,
  request: FakeRequest,
): void {
  const thing = anyOf(world, all, request);
  if (thing === undefined) return;
  const busy = busyWith(world, thing);
  const title = `${titles[kind]} ${thing.name}`;
  if (busy !== undefined)
    throw vaultError(
      409,
      'Conflict',
      `${title} is currently being ${busy.toLowerCase()}.`,
      `ObjectIsBeing${busy}`,
    );
  if (thing.deleted === undefined) return;
  throw vaultError(
    409,
    'Conflict',
    `${title} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the ${kind} can only be recovered or purged.`,
    'ObjectIsDeletedButRecoverable',
  );
}

/** The version that the path names, or the latest. */
export function versionOf<Version extends FakeVersion>(
  world: VaultWorld,
  kind: ThingKind,
  all: ReadonlyMap<string, FakeThing<Version>>,
  request: FakeRequest,
): { readonly thing: FakeThing<Version>; readonly version: Version } {
  const thing = currentOf(world, kind, all, request);
  const { version: wanted } = request.params;
  const version =
    wanted === undefined ? thing.versions.at(-1) : thing.versions.find((one) => one.version === wanted);
  if (version === undefined) throw missing(kind, `${thing.name}/${wanted ?? ''}`);
  return { thing, version };
}

/** @throws the vault's answer for a disabled version */
export function checkEnabled(kind: ThingKind, verb: string, { enabled }: FakeVersion): void {
  if (enabled) return;
  const message = `Operation ${verb} is not allowed on a disabled ${kind}.`;
  throw vaultError(403, 'Forbidden', message, `${titles[kind]}Disabled`);
}

/** @throws the vault's answer for a key outside of its validity */
export function checkValidity(world: VaultWorld, verb: string, { nbf, exp }: FakeVersion): void {
  const now = secondsOf(world.clock);
  if (nbf !== undefined && now < nbf)
    throw vaultError(
      403,
      'Forbidden',
      `Operation ${verb} is not allowed on a key that is not yet valid.`,
      'KeyNotYetValid',
    );
  if (exp !== undefined && now >= exp)
    throw vaultError(403, 'Forbidden', `Operation ${verb} is not allowed on an expired key.`, 'KeyExpired');
}

/** Settings of a body, laid over a version. */
export function applySettings(version: FakeVersion, body: Readonly<Record<string, unknown>>): void {
  const { attributes, tags } = body;
  if (isObject(attributes)) {
    const { enabled, nbf, exp } = attributes;
    if (typeof enabled === 'boolean') version.enabled = enabled;
    if (typeof nbf === 'number') version.nbf = nbf;
    if (typeof exp === 'number') version.exp = exp;
  }
  if (isObject(tags)) {
    if (Object.keys(tags).length > 15) throw badParameter('There are too many tags; 15 are allowed.');
    version.tags = Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)]));
  }
}
