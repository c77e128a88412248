import { type AwsService, awsService } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-sesv2');
type Client = InstanceType<Module['SESv2Client']>;

/** SES over its SDK client. */
export const sesService = awsService({
  name: '@im/aws/ses',
  package: '@aws-sdk/client-sesv2',
  load: () => import('@aws-sdk/client-sesv2'),
  make: (module: Module, config) => new module.SESv2Client(config),
});

/** What the operations work with. */
export type Service = AwsService<Module, Client>;
