import { type AwsService, awsService } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-sns');
type Client = InstanceType<Module['SNSClient']>;

/** SNS over its SDK client. */
export const snsService = awsService({
  name: '@im/aws/sns',
  package: '@aws-sdk/client-sns',
  load: () => import('@aws-sdk/client-sns'),
  make: (module: Module, config) => new module.SNSClient(config),
});

/** What the operations work with. */
export type Service = AwsService<Module, Client>;
