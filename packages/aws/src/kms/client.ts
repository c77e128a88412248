import { type AwsService, awsService } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-kms');
type Client = InstanceType<Module['KMSClient']>;

/** KMS over its SDK client. */
export const kmsService = awsService({
  name: '@im/aws/kms',
  package: '@aws-sdk/client-kms',
  load: () => import('@aws-sdk/client-kms'),
  make: (module: Module, config) => new module.KMSClient(config),
});

/** What the operations work with. */
export type Service = AwsService<Module, Client>;
