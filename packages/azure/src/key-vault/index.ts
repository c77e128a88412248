export { keyVaultErrors } from './errors.ts';
export type {
  CipherInput,
  CipherOutput,
  Decrypted,
  DeletedKey,
  DeletedKeyItem,
  Encrypted,
  EncryptionAlgorithm,
  ImportSettings,
  KeyCurve,
  KeyProperties,
  KeySettings,
  KeyType,
  KeyUse,
  NewKey,
  PublicJwk,
  SignatureAlgorithm,
  Signed,
  ToSign,
  UnwrappedKey,
  VaultKey,
  WrapAlgorithm,
  WrappedKey,
} from './key-model.ts';
export { keyVault } from './key-vault.ts';
export type {
  DeletedSecret,
  Deletion,
  SecretProperties,
  SecretSettings,
  SecretValue,
  VaultProperties,
  VaultSettings,
} from './model.ts';
export type { KeyVaultNative } from './native.ts';
export { type KeyVaultOptions, keyVaultOptions } from './options.ts';
