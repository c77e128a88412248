export { azure } from './azure.ts';
export { azureCredentialKey } from './common/tokens.ts';
export { azureErrors } from './errors.ts';
export type { AzureOperation, OperationState } from './operations.ts';
export { type AzureOptions, azureOptions } from './options.ts';
export type { AzureToken, Resource, ResourceChange, Subscription } from './resources.ts';
export { type OperationAsker, type WaitOptions, waitForOperation } from './wait-for-operation.ts';
