/** Cloud KMS' JSON: https://cloud.google.com/kms/docs/reference/rest */
import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeFlag,
  maybeNumber,
  maybeText,
  textMap,
  toSeconds,
  wireBytes,
} from '../common/fields.ts';
import { lastPart } from '../common/resource.ts';
import type {
  CryptoKey,
  CryptoKeyVersion,
  KeyPurpose,
  KeyRing,
  KeyVersionState,
  ProtectionLevel,
} from './model.ts';

/** Ours by the vendor's name. */
export const purposes: Readonly<Record<string, KeyPurpose>> = {
  ENCRYPT_DECRYPT: 'encrypt-decrypt',
  ASYMMETRIC_SIGN: 'asymmetric-sign',
  ASYMMETRIC_DECRYPT: 'asymmetric-decrypt',
  RAW_ENCRYPT_DECRYPT: 'raw-encrypt-decrypt',
  MAC: 'mac',
  KEY_ENCAPSULATION: 'key-encapsulation',
};

/** Ours by the vendor's name. */
export const protectionLevels: Readonly<Record<string, ProtectionLevel>> = {
  SOFTWARE: 'software',
  HSM: 'hsm',
  HSM_SINGLE_TENANT: 'hsm-single-tenant',
  EXTERNAL: 'external',
  EXTERNAL_VPC: 'external-vpc',
};

const states: Readonly<Record<string, KeyVersionState>> = {
  PENDING_GENERATION: 'pending-generation',
  ENABLED: 'enabled',
  DISABLED: 'disabled',
  DESTROY_SCHEDULED: 'destroy-scheduled',
  DESTROYED: 'destroyed',
  PENDING_IMPORT: 'pending-import',
  IMPORT_FAILED: 'import-failed',
  GENERATION_FAILED: 'generation-failed',
  PENDING_EXTERNAL_DESTRUCTION: 'pending-external-destruction',
  EXTERNAL_DESTRUCTION_FAILED: 'external-destruction-failed',
};

/** The vendor's name of one of ours. */
export function nameIn(table: Readonly<Record<string, string>>, ours: string): string | undefined {
  return Object.keys(table).find((name) => table[name] === ours);
}

const wireLevel = maybeText.transform((text): ProtectionLevel => protectionLevels[text ?? ''] ?? 'unknown');

export const wireKeyRing = z
  .object({ name: z.string(), createTime: maybeText })
  .transform(({ name, createTime }): KeyRing => ({ name, id: lastPart(name), createdAt: createTime }));

export const wireKeyVersion = z
  .object({
    name: z.string(),
    state: maybeText,
    algorithm: maybeText,
    protectionLevel: wireLevel,
    createTime: maybeText,
    destroyTime: maybeText,
    destroyEventTime: maybeText,
  })
  .transform(
    (wire): CryptoKeyVersion => ({
      name: wire.name,
      version: lastPart(wire.name),
      state: states[wire.state ?? ''] ?? 'unknown',
      algorithm: wire.algorithm,
      protectionLevel: wire.protectionLevel,
      createdAt: wire.createTime,
      destroyedAt: wire.destroyEventTime,
      destroyScheduledAt: wire.destroyTime,
    }),
  );

export const wireCryptoKey = z
  .object({
    name: z.string(),
    purpose: maybeText,
    primary: maybe(wireKeyVersion),
    versionTemplate: maybe(z.object({ algorithm: maybeText, protectionLevel: wireLevel })),
    labels: textMap,
    createTime: maybeText,
    nextRotationTime: maybeText,
    rotationPeriod: maybeText,
    destroyScheduledDuration: maybeText,
  })
  .transform(
    (wire): CryptoKey => ({
      name: wire.name,
      id: lastPart(wire.name),
      purpose: purposes[wire.purpose ?? ''] ?? 'unknown',
      primary: wire.primary,
      algorithm: wire.versionTemplate?.algorithm,
      protectionLevel: wire.versionTemplate?.protectionLevel ?? 'unknown',
      labels: wire.labels,
      createdAt: wire.createTime,
      nextRotationAt: wire.nextRotationTime,
      rotateEverySeconds: toSeconds(wire.rotationPeriod),
      destroyDelaySeconds: toSeconds(wire.destroyScheduledDuration),
    }),
  );

export const wireKeyRings = z.object({
  keyRings: listOf(wireKeyRing),
  nextPageToken: maybeText,
  totalSize: maybeNumber,
});
export const wireCryptoKeys = z.object({
  cryptoKeys: listOf(wireCryptoKey),
  nextPageToken: maybeText,
  totalSize: maybeNumber,
});
export const wireKeyVersions = z.object({
  cryptoKeyVersions: listOf(wireKeyVersion),
  nextPageToken: maybeText,
  totalSize: maybeNumber,
});

export const wireEncrypted = z.object({
  name: z.string(),
  ciphertext: wireBytes,
  protectionLevel: wireLevel,
});
/** An empty plaintext is left out by the vendor. */
export const wireDecrypted = z.object({ plaintext: wireBytes, protectionLevel: wireLevel });
export const wireSigned = z.object({ name: z.string(), signature: wireBytes, protectionLevel: wireLevel });
export const wireMac = z.object({ name: z.string(), mac: wireBytes, protectionLevel: wireLevel });
export const wireMacVerified = z.object({
  name: z.string(),
  success: maybeFlag,
  verifiedSuccessIntegrity: maybeFlag,
});
export const wirePublicKey = z.object({
  name: z.string(),
  pem: z.string(),
  algorithm: maybeText,
  protectionLevel: wireLevel,
});
export const wireRandom = z.object({ data: wireBytes });
