/** AWS' own clients, by the name of the model that they were made from. */
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sesv2 from '@aws-sdk/client-sesv2';
import type { Catcher } from './catcher.ts';

/** Options of a client that sends to a catcher, once. */
export function clientOptions({ url }: Catcher) {
  return {
    region: 'us-east-1',
    endpoint: url,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    forcePathStyle: true,
  };
}

type Options = ReturnType<typeof clientOptions>;
type Send = (name: string, input: object) => Promise<unknown>;

/** Sends operations by their names; their inputs come from the model, so that types say nothing here. */
interface AnyClient {
  send(command: object): Promise<unknown>;
}

function sender(commands: object, client: AnyClient): Send {
  return (name, input) => {
    const command: new (input: object) => object = Reflect.get(commands, `${name}Command`);
    return client.send(new command(input));
  };
}

/** By the name of the model. */
export const senders: Readonly<Record<string, (options: Options) => Send>> = {
  'kms-2014-11-01': (options) => sender(kms, new kms.KMSClient(options) as unknown as AnyClient),
  'lambda-2015-03-31': (options) => sender(lambda, new lambda.LambdaClient(options) as unknown as AnyClient),
  's3-2006-03-01': (options) => sender(s3, new s3.S3Client(options) as unknown as AnyClient),
  'secrets-manager-2017-10-17': (options) =>
    sender(secretsManager, new secretsManager.SecretsManagerClient(options) as unknown as AnyClient),
  'sesv2-2019-09-27': (options) => sender(sesv2, new sesv2.SESv2Client(options) as unknown as AnyClient),
};
