export { secretsManagerErrors } from './errors.ts';
export type {
  ChangedSecret,
  CreateOptions,
  ListFilter,
  NewValue,
  PasswordOptions,
  RotationOptions,
  SecretInfo,
  SecretValue,
  SecretVersion,
  ValueResult,
  VersionFilter,
} from './model.ts';
export { type SecretsManagerOptions, secretsManagerOptions } from './options.ts';
export { secretsManager } from './secrets-manager.ts';
