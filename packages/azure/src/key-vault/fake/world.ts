/** What one vault of the fake holds, and how it moves: versions, deletion with recovery, validity. */
import { createHash, type KeyObject } from 'node:crypto';
import type { Clock } from '@im/core';
import { type KeyShape, materialFor } from './material.ts';

/** What any version has, in the vendor's spelling; times in seconds since 1970. */
export interface FakeVersion {
  /** 32 hexadecimal digits. */
  readonly version: string;
  readonly created: number;
  updated: number;
  enabled: boolean;
  nbf?: number | undefined;
  exp?: number | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
}

export interface FakeSecretVersion extends FakeVersion {
  readonly value: string;
  contentType?: string | undefined;
}

export interface FakeKeyVersion extends FakeVersion {
  /** By the vendor's name, `-HSM` included. */
  readonly type: string;
  uses: readonly string[];
  material(): KeyObject;
}

/** A secret or key: its versions, the latest one last. */
export interface FakeThing<Version extends FakeVersion> {
  readonly name: string;
  readonly versions: Version[];
  /** Set while it is deleted, seconds since 1970. */
  deleted?: { readonly at: number; readonly purgeAt: number } | undefined;
  /** Until when the vault is still at work on its deletion or recovery, milliseconds since 1970. */
  busyUntil?: { readonly at: number; readonly with: 'Deleted' | 'Recovered' } | undefined;
}

export type FakeSecret = FakeThing<FakeSecretVersion>;
export type FakeKey = FakeThing<FakeKeyVersion>;

/** One vault. */
export interface VaultWorld {
  readonly clock: Clock;
  readonly tenant: string;
  readonly secrets: Map<string, FakeSecret>;
  readonly keys: Map<string, FakeKey>;
  /** Milliseconds that a deletion and a recovery take. Default 0. */
  settleMs: number;
  /** Puts a secret there, or one more version of it. */
  putSecret(name: string, value: string): FakeSecretVersion;
  /** Puts a key there, or one more version of it. Its material is made when it is first used. */
  putKey(
    name: string,
    shape: KeyShape,
    settings?: { readonly hsm?: boolean; readonly material?: KeyObject },
  ): FakeKeyVersion;
  /** A version's number, the next of this thing. */
  newVersion(
    kind: string,
    name: string,
    count: number,
  ): Pick<FakeVersion, 'version' | 'created' | 'updated' | 'enabled'>;
}

/** Days for which a deleted thing can be recovered. */
export const recoverableDays = 90;

const usesOf: Readonly<Record<KeyShape['type'], readonly string[]>> = {
  RSA: ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'],
  EC: ['sign', 'verify'],
  oct: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
};

export function createVaultWorld(clock: Clock, tenant: string, seed: number): VaultWorld {
  const secrets = new Map<string, FakeSecret>();
  const keys = new Map<string, FakeKey>();
  const newVersion: VaultWorld['newVersion'] = (kind, name, count) => {
    const seconds = secondsOf(clock);
    return {
      version: createHash('sha256')
        .update(JSON.stringify([seed, tenant, kind, name, count]))
        .digest('hex')
        .slice(0, 32),
      created: seconds,
      updated: seconds,
      enabled: true,
    };
  };
  return {
    clock,
    tenant,
    secrets,
    keys,
    settleMs: 0,
    newVersion,
    putSecret(name, value) {
      const { versions } = thingOf(secrets, name);
      const version = { ...newVersion('secret', name, versions.length), value };
      versions.push(version);
      return version;
    },
    putKey(name, shape, { hsm = false, material } = {}) {
      const { versions } = thingOf(keys, name);
      const facts = newVersion('key', name, versions.length);
      const version: FakeKeyVersion = {
        ...facts,
        type: `${shape.type}${hsm ? '-HSM' : ''}`,
        uses: usesOf[shape.type],
        material: () => material ?? materialFor(`${tenant}/${name}/${facts.version}`, shape),
      };
      versions.push(version);
      return version;
    },
  };
}

function thingOf<Version extends FakeVersion>(
  all: Map<string, FakeThing<Version>>,
  name: string,
): FakeThing<Version> {
  let thing = all.get(name.toLowerCase());
  if (thing === undefined) {
    thing = { name, versions: [] };
    all.set(name.toLowerCase(), thing);
  }
  return thing;
}

export function secondsOf({ now }: Clock): number {
  return Math.trunc(now() / 1_000);
}

/** Deletes a thing; it comes to an end by itself when its days are over. */
export function deleteThing(world: VaultWorld, thing: FakeThing<FakeVersion>): void {
  const at = secondsOf(world.clock);
  thing.deleted = { at, purgeAt: at + recoverableDays * 86_400 };
  thing.busyUntil = { at: world.clock.now() + world.settleMs, with: 'Deleted' };
}

/** Brings a deleted thing back. */
export function recoverThing(world: VaultWorld, thing: FakeThing<FakeVersion>): void {
  delete thing.deleted;
  thing.busyUntil = { at: world.clock.now() + world.settleMs, with: 'Recovered' };
}

/** Lets what has come due happen: deletions that cannot be undone any more. */
export function settle(world: VaultWorld): void {
  const now = secondsOf(world.clock);
  for (const all of [world.secrets, world.keys] as const) {
    for (const [name, { deleted }] of all) {
      if (deleted !== undefined && deleted.purgeAt <= now) all.delete(name);
    }
  }
}

/** What the vault is still at work on. */
export function busyWith(
  world: VaultWorld,
  thing: FakeThing<FakeVersion>,
): 'Deleted' | 'Recovered' | undefined {
  const { busyUntil } = thing;
  return busyUntil !== undefined && busyUntil.at > world.clock.now() ? busyUntil.with : undefined;
}
