/** The secrets of one account: what Secret Manager keeps, and how it moves. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@im/core';

/** A secret as it is kept. */
export interface FakeSecret {
  readonly name: string;
  readonly createdAt: number;
  /** Fields as the vendor spells them: `labels`, `replication`, … */
  fields: Readonly<Record<string, unknown>>;
  etag: string;
  readonly versions: FakeVersion[];
}

/** A version as it is kept. */
export interface FakeVersion {
  readonly name: string;
  readonly createdAt: number;
  state: 'ENABLED' | 'DISABLED' | 'DESTROYED';
  data: Buffer;
  etag: string;
  destroyedAt?: number;
  /** When a destruction that was asked for comes true. */
  scheduledAt?: number;
}

/** What one account has. */
export interface SecretWorld {
  readonly clock: Clock;
  /** By whole name. */
  readonly secrets: Map<string, FakeSecret>;
  /** Puts a secret with one version there, or one more version. `name`: its whole name. */
  put(name: string, data: string | Uint8Array): FakeVersion;
}

/** Vendor's etags are quoted numbers; each change makes another. */
export function newEtag(): string {
  return `"${randomUUID().replaceAll('-', '').slice(0, 14)}"`;
}

/** An account that has nothing yet. */
export function createSecretWorld(clock: Clock): SecretWorld {
  const secrets = new Map<string, FakeSecret>();
  return {
    clock,
    secrets,
    put(name, data) {
      let secret = secrets.get(name);
      if (secret === undefined) {
        secret = addSecret({ clock, secrets }, name, { replication: { automatic: {} } });
      }
      return addVersion(clock, secret, Buffer.from(data));
    },
  };
}

/** Adds a secret without a version; `fields` are spelled as the vendor does. */
export function addSecret(
  { clock, secrets }: Pick<SecretWorld, 'clock' | 'secrets'>,
  name: string,
  fields: Readonly<Record<string, unknown>>,
): FakeSecret {
  const secret: FakeSecret = { name, fields, createdAt: clock.now(), etag: newEtag(), versions: [] };
  secrets.set(name, secret);
  return secret;
}

/** Adds a version, which becomes the latest one. */
export function addVersion(clock: Clock, secret: FakeSecret, data: Buffer): FakeVersion {
  const version: FakeVersion = {
    name: `${secret.name}/versions/${secret.versions.length + 1}`,
    createdAt: clock.now(),
    state: 'ENABLED',
    data,
    etag: newEtag(),
  };
  secret.versions.push(version);
  return version;
}

/** Lets what has come due happen: secrets that end, destructions that were put off. */
export function settle({ clock, secrets }: SecretWorld): void {
  const now = clock.now();
  for (const [name, { fields, versions }] of secrets) {
    if (typeof fields.expireTime === 'string' && Date.parse(fields.expireTime) <= now) secrets.delete(name);
    for (const version of versions) {
      if (version.scheduledAt !== undefined && version.scheduledAt <= now)
        destroy(version, version.scheduledAt);
    }
  }
}

/** What it held is gone. */
export function destroy(version: FakeVersion, at: number): void {
  version.state = 'DESTROYED';
  version.data = Buffer.alloc(0);
  version.destroyedAt = at;
  delete version.scheduledAt;
}
