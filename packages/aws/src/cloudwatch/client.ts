import { type AwsService, awsService } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-cloudwatch');
type Client = InstanceType<Module['CloudWatchClient']>;

/** CloudWatch over its SDK client, which speaks AWS JSON 1.0; AWS's published model still says the query protocol. */
export const cloudwatchService = awsService({
  name: '@im/aws/cloudwatch',
  package: '@aws-sdk/client-cloudwatch',
  load: () => import('@aws-sdk/client-cloudwatch'),
  // The SDK's own defaults, which it would ask the environment and the configuration files for.
  make: (module: Module, config) =>
    new module.CloudWatchClient({
      ...config,
      disableRequestCompression: false,
      requestMinCompressionSizeBytes: 10_240,
    }),
});

/** What the operations work with. */
export type Service = AwsService<Module, Client>;
