/** Between the SDK's shapes and ours. */
import type { KeyMetadata } from '@aws-sdk/client-kms';
import { promised, refuse } from '../common/service.ts';
import type { EncryptionContext, KeyInfo, Plain } from './model.ts';

/** Most bytes that KMS takes at once. */
export const mostBytes = 4_096;

/** Bytes of a plaintext. */
export function toBytes(plain: Plain): Uint8Array {
  const content = typeof plain === 'string' || plain instanceof Uint8Array ? plain : plain.reveal();
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** The same, with KMS's limit. @throws `VendorError` `invalid_argument` */
export function toLimitedBytes(plain: Plain): Uint8Array {
  const bytes = toBytes(plain);
  if (bytes.byteLength === 0) refuse('there is nothing to work on: give at least one byte');
  if (bytes.byteLength > mostBytes)
    refuse(`KMS takes ${mostBytes} bytes at most; encrypt more with a data key (generateDataKey)`);
  return bytes;
}

/** The context as the SDK wants it. */
export function contextOf(context: EncryptionContext | undefined) {
  return context === undefined ? {} : { EncryptionContext: { ...context } };
}

/** A key. */
export function toKeyInfo(metadata: KeyMetadata | undefined): KeyInfo {
  const key = promised(metadata, 'KeyMetadata');
  return {
    id: promised(key.KeyId, 'KeyId'),
    arn: promised(key.Arn, 'Arn'),
    description: key.Description === '' ? undefined : key.Description,
    usage: key.KeyUsage,
    spec: key.KeySpec,
    state: key.KeyState,
    isEnabled: key.Enabled ?? false,
    isManagedByAws: key.KeyManager === 'AWS',
    createdAt: key.CreationDate?.getTime(),
    deletionAt: key.DeletionDate?.getTime(),
    materialEndsAt: key.ValidTo?.getTime(),
    signingAlgorithms: key.SigningAlgorithms ?? [],
    encryptionAlgorithms: key.EncryptionAlgorithms ?? [],
    macAlgorithms: key.MacAlgorithms ?? [],
  };
}
