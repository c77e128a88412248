/** Starts a fake of Lambda. */
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { lambda } from '../lambda.ts';
import type { LambdaOptions } from '../options.ts';
import { builtInFunctions, type FakeHandler, type StoredInvocation } from './functions.ts';
import { lambdaFakeService } from './service.ts';

/** How the fake is started. */
export interface LambdaFakeOptions extends AwsFakeOptions {
  /** Functions by name, beside the built-in ones, in every account: they run in this process. */
  readonly functions?: Readonly<Record<string, FakeHandler>> | undefined;
}

/** A running fake of Lambda. */
export interface LambdaFake extends ProviderFake<typeof lambda>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): LambdaOptions;
  /** Calls of a tenant's functions, in their order; events are called at once, and once. */
  invocations(tenant?: string): readonly StoredInvocation[];
}

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: LambdaFakeOptions = {}): Promise<LambdaFake> {
  const calls = new Map<string, StoredInvocation[]>();
  const handlers = { ...builtInFunctions, ...options.functions };
  const server = await startAwsServer(
    'aws-lambda',
    ({ region }) => [
      lambdaFakeService({
        region,
        handlers,
        record: (accountId, call) => void calls.set(accountId, [...(calls.get(accountId) ?? []), call]),
      }),
    ],
    options,
  );
  const { accounts, region, url } = server;
  return Object.assign(server, {
    options(tenant = sampleTenant): LambdaOptions {
      const { accessKeyId, secretAccessKey } = accounts.of(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    invocations: (tenant = sampleTenant) => calls.get(accounts.of(tenant).accountId) ?? [],
  });
}
