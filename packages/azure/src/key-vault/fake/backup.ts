/**
 * Backups of the fake: encrypted, as the vendor's are, by a key that all fakes of a process share, since a backup can be restored in
 * another vault. What cannot be written down, the material of keys, is kept aside.
 */
import { createCipheriv, createDecipheriv, createHash, type KeyObject, randomBytes } from 'node:crypto';
import type { ThingKind } from '../names.ts';
import type { FakeThing, FakeVersion } from './world.ts';

const sealKey = randomBytes(32);
const materials = new Map<string, () => KeyObject>();

type Written = FakeVersion & { readonly material?: () => KeyObject };

export function sealBackup(kind: ThingKind, { name, versions }: FakeThing<FakeVersion>): string {
  const written = versions.map((version: Written) => {
    const { material, ...facts } = version;
    if (material === undefined) return { facts };
    const handle = createHash('sha256').update(`${name}/${version.version}`).digest('hex');
    materials.set(handle, material);
    return { facts, handle };
  });
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealKey, nonce);
  const text = JSON.stringify({ kind, name, versions: written });
  const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** @returns `undefined` for what no fake sealed, and for a backup of another kind */
export function openBackup<Version extends FakeVersion>(
  wanted: ThingKind,
  backup: unknown,
): FakeThing<Version> | undefined {
  const bytes = Buffer.from(typeof backup === 'string' ? backup : '', 'base64url');
  if (bytes.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', sealKey, bytes.subarray(0, 12)).setAuthTag(
    bytes.subarray(12, 28),
  );
  let text: string;
  try {
    text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString();
  } catch {
    // Node's error for a tag that does not fit.
    return undefined;
  }
  const { kind, name, versions } = JSON.parse(text) as {
    readonly kind: ThingKind;
    readonly name: string;
    readonly versions: readonly { readonly facts: object; readonly handle?: string }[];
  };
  if (kind !== wanted) return undefined;
  const restored = versions.map(({ facts, handle }) => ({
    ...facts,
    ...(handle !== undefined && { material: materials.get(handle) }),
  }));
  return { name, versions: restored as unknown as Version[] };
}
