/**
 * Any command of any of AWS's SDK clients under one integration. What applications use is `sdkClient`; the operations here
 * are what it sends commands by, one for each effect, so that policies, telemetry and errors are those of every integration.
 */
import { type Call, defineIntegration, idempotent, keyed, read, unsafe } from '@im/core';
import { awsEgress } from './common/options.ts';
import { createSdk, type Sdk, type SdkCommand, type SdkConfig, type SdkContext } from './common/sdk.ts';
import { awsErrors } from './errors.ts';
import { type ManagedClient, withToken } from './managed-client.ts';
import { awsOptions } from './options.ts';
import { createGetCallerIdentity, type GetCallerIdentity } from './sts.ts';

/** What `native()` gives: the configuration for a client of the SDK's that is to go around the policies. */
export interface AwsNative {
  /** `new DynamoDBClient(aws.native().config)` */
  readonly config: SdkConfig;
}

interface Connection {
  readonly sdk: Sdk;
  readonly getCallerIdentity: GetCallerIdentity;
}

const connections = new WeakMap<object, Connection>();

/** The same for `http` and `native` of one instance: they share the credentials. */
function connectionOf(context: SdkContext): Connection {
  let connection = connections.get(context);
  if (connection === undefined) {
    const sdk = createSdk(context, { streams: true });
    connection = { sdk, getCallerIdentity: createGetCallerIdentity(context, sdk) };
    connections.set(context, connection);
  }
  return connection;
}

const docs = 'https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/';

export const aws = defineIntegration({
  id: 'aws',
  title: 'Amazon Web Services',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs,
  options: awsOptions,
  egress: awsEgress,
  errors: awsErrors,
  resilience: { timeoutMs: 60_000, attemptTimeoutMs: 20_000 },
  http: connectionOf,
  native: (context): AwsNative => ({ config: connectionOf(context).sdk.config }),
  connect: ({ http }) => {
    const send = (client: ManagedClient, command: SdkCommand, call: Call): Promise<unknown> =>
      http.sdk.send(client.raw(http.sdk), command, call);
    return {
      getCallerIdentity: read((call: Call) => http.getCallerIdentity(call), {
        docs: 'https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html',
      }),
      sendRead: read(
        (client: ManagedClient, command: SdkCommand, call: Call) => send(client, command, call),
        { docs },
      ),
      sendIdempotent: idempotent(
        (client: ManagedClient, command: SdkCommand, call: Call) => send(client, command, call),
        { docs },
      ),
      sendKeyed: keyed(
        (client: ManagedClient, command: SdkCommand, call: Call) =>
          send(client, withToken(command, call), call),
        { docs },
      ),
      sendUnsafe: unsafe(
        (client: ManagedClient, command: SdkCommand, call: Call) => send(client, command, call),
        {
          docs,
        },
      ),
    };
  },
  check: (api, call) => api.getCallerIdentity(call),
});
