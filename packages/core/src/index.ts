export { unlessAborted } from './abort.ts';
export { changeJson, deleteJson } from './change-json.ts';
export { type Cancel, type Clock, type ScheduleOptions, sleep, systemClock } from './clock.ts';
export {
  ConfigurationError,
  type ConfigurationErrorFields,
  type ConfigurationFault,
  describeFault,
  type FaultPlace,
} from './configuration-error.ts';
export {
  type Environment,
  type Forecast,
  type IntegrationContext,
  type LogFields,
  type Logger,
  type Provided,
  provide,
  type ServiceKey,
  serviceKey,
  silentLogger,
} from './context.ts';
export { createIntegration, type IntegrationSetup } from './create-integration.ts';
export { defineIntegration } from './define-integration.ts';
export { describeOperations, type OperationDescription } from './describe-operations.ts';
export {
  type ErrorCode,
  type ErrorRow,
  type ErrorTable,
  errorCode,
  errorCodes,
  type FailureEffect,
  type HeaderReader,
  IntegrationError,
  type IntegrationErrorFields,
  isIntegrationError,
  retryableCodes,
  VendorError,
  type VendorFailure,
} from './errors.ts';
export type {
  ForwardAnswer,
  Forwarder,
  ForwardRequest,
} from './forward.ts';
export {
  type AnyDefinition,
  type Category,
  type CheckCall,
  type Client,
  type ClientOf,
  contractVersions,
  type DefinitionBase,
  type IntegrationDefinition,
  type NativeAccess,
  type Operations,
  type OptionsOf,
} from './integration.ts';
export { lazily } from './lazily.ts';
export { loadOptional, requireOptional } from './load-optional.ts';
export { doOnce, type OnceOptions, type Outcome } from './once.ts';
export {
  type AnyOperation,
  type Api,
  type Call,
  type CallOptions,
  type Effect,
  idempotent,
  keyed,
  type Operation,
  type OperationBody,
  type OperationNotes,
  type Page,
  type PagedOperation,
  type Pages,
  type PagesOptions,
  pages,
  read,
  unsafe,
} from './operation.ts';
export { suggest } from './options/suggest.ts';
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
export { createPages, type FetchPage, type PagesNames } from './pages.ts';
export {
  type DriverOf,
  definePort,
  type Port,
  type PortBinding,
  type PortBindings,
  type TraitsOf,
  traitsOf,
} from './port.ts';
export { createRegistry } from './registry/registry.ts';
export {
  defaultTenant,
  type EnableReport,
  type HealthOptions,
  type IntegrationRef,
  type Registration,
  type Registry,
  type RegistryOptions,
  type TenantSettings,
  type TenantView,
} from './registry/types.ts';
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
export { redacted, Secret, SecretBytes } from './secret.ts';
export {
  type Expiry,
  type Lock,
  memoryState,
  type StateStore,
  scopedState,
  tryLock,
  type Versioned,
} from './state.ts';
export {
  eventKinds,
  type IntegrationStatus,
  latencyBoundsMs,
  type OperationStats,
  type RegistryEvent,
  type Stats,
  type Status,
  type StatusReason,
  statuses,
} from './status.ts';
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
export {
  extractTraceContext,
  injectTraceContext,
  type TraceCarrier,
  type TraceHeader,
  withTraceContext,
} from './telemetry-context.ts';
export { describeAnswer, describeRequest } from './telemetry-http.ts';
export type { WebhookEvent, WebhookReceipt, WebhookRequest } from './webhook.ts';
export { pieceCame } from './young-garbage.ts';
