import { type AwsService, awsService } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-lambda');
type Client = InstanceType<Module['LambdaClient']>;

/** Lambda over its SDK client. */
export const lambdaService = awsService({
  name: '@im/aws/lambda',
  package: '@aws-sdk/client-lambda',
  load: () => import('@aws-sdk/client-lambda'),
  make: (module: Module, config) => new module.LambdaClient(config),
});

/** What the operations work with. */
export type Service = AwsService<Module, Client>;
