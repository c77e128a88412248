/** What all operations of one bucket work with: the lean way by `@im/http`, and the vendor's SDK for the rest. */
import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { type Call, type IntegrationContext, lazily } from '@im/core';
import { createHttp, type Http } from '@im/http';
import { createCredentials, credentialTokens } from '../common/credentials.ts';
import { isExpiredReason } from '../common/errors.ts';
import { loadSdk, requireSdk } from '../common/load-sdk.ts';
import { createSdk, type OutputOf, type SdkCommand } from '../common/sdk.ts';
import { createSigner, createSigningTime, type Signer } from '../common/sign.ts';
import { addressOf, type S3Address } from './address.ts';
import { type DialectName, dialectOf, type S3Dialect } from './dialects.ts';
import { located, readS3Failure } from './errors.ts';
import type { CheckedS3Options } from './options.ts';

/** The vendor's package, loaded by the first operation that needs it. */
export type S3Module = typeof import('@aws-sdk/client-s3');

/** Everything that belongs to one registration. */
export interface S3Connection {
  readonly bucket: string;
  readonly region: string;
  readonly dialectName: DialectName;
  readonly dialect: S3Dialect;
  readonly address: S3Address;
  /** Whether bytes travel under TLS, so that a payload need not be signed. */
  readonly isSecure: boolean;
  readonly http: Http;
  readonly signer: Signer;
  readonly client: S3Client;
  /** Milliseconds since 1970. */
  now(): number;
  /** Sends a command of the SDK's. */
  send<Command extends SdkCommand>(
    make: (module: S3Module) => Command,
    call: Call,
  ): Promise<OutputOf<Command>>;
}

type Context = IntegrationContext<CheckedS3Options>;

const connections = new WeakMap<object, S3Connection>();

/** The connection of an instance; `http` and `native` of the definition get the same one. Opens nothing. */
export function connectionOf(context: Context): S3Connection {
  let connection = connections.get(context);
  if (connection === undefined) {
    connection = connect(context);
    connections.set(context, connection);
  }
  return connection;
}

const speaking = new WeakMap<object, DialectName>();

/** The dialect of the integration whose SDK client this is, as `client.native()` gives it. */
export function dialectOfClient(native: object): DialectName | undefined {
  return speaking.get(native);
}

const packageName = '@aws-sdk/client-s3';
const mostAnswerBytes = 32 * 1024 * 1024;

function connect(context: Context): S3Connection {
  const { bucket, region, dialect: dialectName } = context.options;
  const dialect = dialectOf(dialectName);
  const address = addressOf(context.options);
  const credentials = createCredentials(context);
  const time = createSigningTime(context.clock);
  const signer = createSigner({
    service: 's3',
    region,
    credentials,
    time,
    escapesPath: false,
    sendsPayloadHash: true,
  });
  // Amazon's own addresses are found by the SDK's rules.
  const own = dialectName === 'aws' ? context.options.endpoint : address.service;
  const sdk = createSdk(
    { ...context, options: { ...context.options, endpoint: own } },
    { streams: true, maxBytes: mostAnswerBytes, credentials, time },
  );
  const client = lazily(() => {
    const { S3Client } = requireSdk<S3Module>(packageName, 'S3');
    const made = new S3Client({
      ...sdk.config,
      forcePathStyle: address.isInPath,
      // What is sent has its checksum already, and what is read is verified by the store.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    if (!dialect.checksums) withMd5(made);
    return sdk.prepare(made);
  });
  speaking.set(client, dialectName);
  const load = () => loadSdk(packageName, 'S3', () => import('@aws-sdk/client-s3'));

  return {
    bucket,
    region,
    dialectName,
    dialect,
    address,
    isSecure: address.bucket.protocol === 'https:',
    http: createHttp(context, {
      baseUrl: address.bucket,
      sign: signer.sign,
      token: credentialTokens(credentials),
      tokenHeader: () => ({}),
      isTokenExpired: ({ reason }) => isExpiredReason(reason),
      headers: { accept: '*/*' },
      lane: 'undici',
      maxBytes: mostAnswerBytes,
      requestIdHeader: ['x-amz-request-id', 'x-amzn-requestid', 'x-amz-id-2'],
      readFailure: (status, body, headers) => {
        time.correct(status, headers);
        return readS3Failure(status, body, headers);
      },
    }),
    signer,
    client,
    now: () => context.clock.now(),
    async send(make, call) {
      return sdk.send(client, make(await load()), call);
    },
  };
}

/** Where checksums of the newer kind are not known, `Content-MD5` stands for them, as it always did. */
function withMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args as { request: { headers: Record<string, string>; body?: unknown } };
      const names = Object.keys(request.headers).filter((name) => /^x-amz-(sdk-)?checksum-/i.test(name));
      for (const name of names) delete request.headers[name];
      if (names.length > 0 && typeof request.body === 'string')
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'imContentMd5' },
  );
}

/** Adds headers that the SDK does not know to a command. Gives the command. */
export function withHeaders<Command extends SdkCommand>(
  command: Command,
  headers: Readonly<Record<string, string>>,
): Command {
  const { middlewareStack } = command as unknown as { middlewareStack: S3Client['middlewareStack'] };
  middlewareStack.add(
    (next) => async (args) => {
      Object.assign((args as { request: { headers: Record<string, string> } }).request.headers, headers);
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'imHeaders' },
  );
  return command;
}

/** Waits for `work`; a failure then says which object of which bucket it was about. */
export async function about<Value>(
  { bucket, region }: S3Connection,
  key: string | undefined,
  work: Promise<Value>,
): Promise<Value> {
  try {
    return await work;
  } catch (thrown) {
    throw located(thrown, { bucket, region, key });
  }
}
