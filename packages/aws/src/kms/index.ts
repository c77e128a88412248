export { kmsErrors } from './errors.ts';
export { kms } from './kms.ts';
export type {
  Alias,
  Ciphertext,
  DataKey,
  DataKeyOptions,
  DecryptOptions,
  EncryptionContext,
  EncryptOptions,
  KeyInfo,
  KeyRef,
  MacOptions,
  NewKey,
  Plain,
  PublicKey,
  Rotation,
  SignOptions,
} from './model.ts';
export { type KmsOptions, kmsOptions } from './options.ts';
