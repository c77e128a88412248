/** Key rings, keys and versions of one account, and how they move with time. */
import type { Clock } from '@im/core';
import { isObject, timeOf } from '../../common/fake/service.ts';
import { toSeconds } from '../../common/fields.ts';
import type { Algorithm, KeyPlace } from './material.ts';
import { algorithmOf } from './material.ts';

/** A key version as it is kept. */
export interface FakeKeyVersion {
  readonly name: string;
  readonly createdAt: number;
  readonly algorithm: string;
  readonly protectionLevel: string;
  state: 'ENABLED' | 'DISABLED' | 'DESTROY_SCHEDULED' | 'DESTROYED';
  /** When a destruction that was asked for comes true, or came. */
  destroyAt?: number;
}

/** A key as it is kept. */
export interface FakeKey {
  readonly name: string;
  readonly createdAt: number;
  readonly purpose: string;
  readonly algorithm: string;
  readonly protectionLevel: string;
  readonly destroyDelaySeconds: number;
  labels: Readonly<Record<string, unknown>>;
  nextRotationAt: number | undefined;
  rotateEverySeconds: number | undefined;
  /** Number of the primary version. */
  primary: number | undefined;
  readonly versions: FakeKeyVersion[];
}

/** What one account has. */
export interface KmsWorld {
  readonly tenant: string;
  readonly clock: Clock;
  /** Instants of creation by whole name. */
  readonly rings: Map<string, number>;
  readonly keys: Map<string, FakeKey>;
}

/** 30 days. */
const usualDelay = 2_592_000;

/** Adds a key with its first version. */
export function addKey(
  world: KmsWorld,
  name: string,
  fields: Readonly<Record<string, unknown>>,
  withVersion = true,
): FakeKey {
  const template = isObject(fields.versionTemplate) ? fields.versionTemplate : {};
  const key: FakeKey = {
    name,
    createdAt: world.clock.now(),
    purpose: String(fields.purpose),
    algorithm: String(template.algorithm ?? 'GOOGLE_SYMMETRIC_ENCRYPTION'),
    protectionLevel: String(template.protectionLevel ?? 'SOFTWARE'),
    destroyDelaySeconds: toSeconds(String(fields.destroyScheduledDuration ?? '')) ?? usualDelay,
    labels: isObject(fields.labels) ? fields.labels : {},
    nextRotationAt: instantOf(fields.nextRotationTime),
    rotateEverySeconds: toSeconds(String(fields.rotationPeriod ?? '')),
    primary: undefined,
    versions: [],
  };
  world.keys.set(name, key);
  if (!withVersion) return key;
  addKeyVersion(world, key);
  if (key.purpose === 'ENCRYPT_DECRYPT') key.primary = 1;
  return key;
}

/** Milliseconds since 1970 of a time by RFC 3339; `undefined` for what is none. */
export function instantOf(time: unknown): number | undefined {
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** Adds a version with new material. */
export function addKeyVersion(
  world: Pick<KmsWorld, 'clock'>,
  key: FakeKey,
  at = world.clock.now(),
): FakeKeyVersion {
  const version: FakeKeyVersion = {
    name: `${key.name}/cryptoKeyVersions/${key.versions.length + 1}`,
    createdAt: at,
    algorithm: key.algorithm,
    protectionLevel: key.protectionLevel,
    state: 'ENABLED',
  };
  key.versions.push(version);
  return version;
}

/** Lets what has come due happen: rotations, destructions. */
export function settleKey(world: KmsWorld, key: FakeKey): void {
  const now = world.clock.now();
  while (key.nextRotationAt !== undefined && key.nextRotationAt <= now) {
    addKeyVersion(world, key, key.nextRotationAt);
    key.primary = key.versions.length;
    key.nextRotationAt =
      key.rotateEverySeconds === undefined ? undefined : key.nextRotationAt + key.rotateEverySeconds * 1_000;
  }
  for (const version of key.versions) {
    if (version.state === 'DESTROY_SCHEDULED' && (version.destroyAt ?? 0) <= now) version.state = 'DESTROYED';
  }
}

export const ringJson = (name: string, createdAt: number) => ({ name, createTime: timeOf(createdAt) });

export const versionJson = ({
  name,
  createdAt,
  state,
  algorithm,
  protectionLevel,
  destroyAt,
}: FakeKeyVersion) => ({
  name,
  state,
  algorithm,
  protectionLevel,
  createTime: timeOf(createdAt),
  generateTime: timeOf(createdAt),
  ...(state === 'DESTROY_SCHEDULED' && { destroyTime: timeOf(destroyAt ?? 0) }),
  ...(state === 'DESTROYED' && { destroyEventTime: timeOf(destroyAt ?? 0) }),
});

export const keyJson = (key: FakeKey) => {
  const primary = key.versions[(key.primary ?? 0) - 1];
  return {
    name: key.name,
    purpose: key.purpose,
    createTime: timeOf(key.createdAt),
    labels: key.labels,
    versionTemplate: { algorithm: key.algorithm, protectionLevel: key.protectionLevel },
    destroyScheduledDuration: `${key.destroyDelaySeconds}s`,
    ...(primary && { primary: versionJson(primary) }),
    ...(key.nextRotationAt !== undefined && { nextRotationTime: timeOf(key.nextRotationAt) }),
    ...(key.rotateEverySeconds !== undefined && { rotationPeriod: `${key.rotateEverySeconds}s` }),
  };
};

/** Where the material of a version comes from, and by which algorithm it works. */
export function materialOf(
  world: KmsWorld,
  version: FakeKeyVersion,
): { readonly place: KeyPlace; readonly algorithm: Algorithm | undefined } {
  return {
    place: { tenant: world.tenant, name: version.name },
    algorithm: algorithmOf(version.algorithm),
  };
}
