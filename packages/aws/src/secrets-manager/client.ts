import { type AwsService, awsService } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-secrets-manager');
type Client = InstanceType<Module['SecretsManagerClient']>;

/** Secrets Manager over its SDK client. */
export const secretsManagerService = awsService({
  name: '@im/aws/secrets-manager',
  package: '@aws-sdk/client-secrets-manager',
  load: () => import('@aws-sdk/client-secrets-manager'),
  make: (module: Module, config) => new module.SecretsManagerClient(config),
});

/** What the operations work with. */
export type Service = AwsService<Module, Client>;
