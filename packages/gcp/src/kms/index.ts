export { kmsErrors } from './errors.ts';
export { kms } from './kms.ts';
export type {
  CryptoKey,
  CryptoKeyChanges,
  CryptoKeyVersion,
  Decrypted,
  Encrypted,
  KeyFilter,
  KeyPurpose,
  KeyRing,
  KeyVersionState,
  MacSigned,
  NewCryptoKey,
  ProtectionLevel,
  PublicKey,
  Signed,
  ToSign,
  UsedKey,
} from './model.ts';
export { type KmsOptions, kmsOptions } from './options.ts';
