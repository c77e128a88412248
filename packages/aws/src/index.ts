export { type AwsNative, aws } from './aws.ts';
export type { AwsIdentity } from './common/identity.ts';
export type { OutputOf, SdkClient, SdkCommand, SdkConfig } from './common/sdk.ts';
export { awsErrors } from './errors.ts';
export {
  type AwsClient,
  type ManagedClient,
  type PolicedClient,
  type SendCallOptions,
  sdkClient,
} from './managed-client.ts';
export { type AwsOptions, awsOptions } from './options.ts';
export type { CallerIdentity } from './sts.ts';
