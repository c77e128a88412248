export * from './clock.ts';
export * from './secret.ts';
export * from './errors.ts';
export * from './operation.ts';
export * from './state.ts';
export * from './context.ts';
export * from './integration.ts';
export * from './status.ts';
export * from './registry-types.ts';
export {
  ConfigurationError,
  type ConfigurationErrorFields,
  type ConfigurationFault,
  describeFault,
  type FaultPlace,
} from './configuration-error.ts';
export {
  type EnvironmentVariables,
  environmentTemplate,
  type OptionRow,
  type OptionsOwner,
  optionsFromEnvironment,
  optionsJsonSchema,
  optionTable,
  parseOptions,
  type SecretSchema,
  secret,
  secretPaths,
} from './options.ts';
