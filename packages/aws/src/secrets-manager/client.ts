import { type AwsService, awsService, refuse } from '../common/service.ts';

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

/** AWS wants 32 to 64 characters: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export function requestToken(idempotencyKey: string | undefined): string {
  const token = String(idempotencyKey).padEnd(32, '-');
  return token.length <= 64 ? token : refuse('the idempotency key must be at most 64 characters');
}
