export * from './clock.ts';
export {
  ConfigurationError,
  type ConfigurationErrorFields,
  type ConfigurationFault,
  describeFault,
  type FaultPlace,
} from './configuration-error.ts';
export * from './context.ts';
export { createIntegration, type IntegrationSetup } from './create-integration.ts';
export { defineIntegration } from './define-integration.ts';
export { describeOperations, type OperationDescription } from './describe-operations.ts';
export * from './errors.ts';
export * from './integration.ts';
export * from './operation.ts';
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
export { createRegistry } from './registry.ts';
export * from './registry-types.ts';
export { type Fallback, withFallback } from './resilience/fallback.ts';
export { type Hint, parseHttpDate, readHint } from './resilience/hints.ts';
export { mergeResilience, resilienceOptions } from './resilience/options.ts';
export { createPipeline } from './resilience/pipeline.ts';
export type {
  BreakerState,
  CallNames,
  Pipeline,
  PipelineEnvironment,
  PipelineObserver,
  PipelineOperation,
  PipelineSnapshot,
  ResilienceInput,
  ResilienceOptions,
  WaitReason,
} from './resilience/types.ts';
export * from './secret.ts';
export * from './state.ts';
export * from './status.ts';
export {
  type BareItem,
  DisplayString,
  FieldDate,
  type InnerList,
  type Item,
  type Parameters,
  parseStructuredField,
  type StructuredField,
  Token,
} from './structured-fields.ts';
