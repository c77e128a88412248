export { secretManagerErrors } from './errors.ts';
export type {
  AccessedSecret,
  EtagCondition,
  NewSecret,
  SecretChanges,
  SecretFilter,
  SecretInfo,
  SecretRotation,
  SecretSettings,
  SecretVersion,
  SecretVersionState,
} from './model.ts';
export { type SecretManagerOptions, secretManagerOptions } from './options.ts';
export { secretManager } from './secret-manager.ts';
