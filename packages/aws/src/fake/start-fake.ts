/** Starts a fake of AWS for clients of any service: STS and Secrets Manager, and whatever else is given. */
import type { ProviderFake } from '@im/testing';
import type { aws } from '../aws.ts';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../common/fake/server.ts';
import type { FakeService } from '../common/fake/service.ts';
import { stsService } from '../common/fake/sts.ts';
import type { AwsOptions } from '../options.ts';
import { secretsFakeService } from '../secrets-manager/fake/service.ts';
import { createSecretsState } from '../secrets-manager/fake/state.ts';

/** How a fake of AWS is started. */
export interface StartAwsFakeOptions extends AwsFakeOptions {
  /** More services, each by the names of its operations. */
  readonly services?: readonly FakeService[] | undefined;
}

/** How an account is reached: by its access key, by a role that the key takes on, or by a token of an identity provider. */
export type AccountAccess = 'keys' | 'role';

/** A running fake of AWS. */
export interface AwsFake extends ProviderFake<typeof aws>, AwsFakeServer {
  /** Options for this fake, with an account of its own for each tenant. Default: by its access key. */
  options(tenant?: string, access?: AccountAccess): AwsOptions;
}

/** A secret that every account has from the beginning. */
export const builtInSecret = { name: 'sample', versionId: '11111111-1111-4111-8111-111111111111' };

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartAwsFakeOptions = {}): Promise<AwsFake> {
  let furnish = (_tenant: string): void => {};
  const server = await startAwsServer(
    'aws',
    ({ accounts, clock, region }) => {
      const secrets = createSecretsState(clock, region);
      furnish = (tenant) => {
        const account = accounts.of(tenant);
        if (secrets.list(account).length > 0) return;
        secrets.create(account, builtInSecret.name, {
          token: builtInSecret.versionId,
          value: { text: 'of the fake' },
        });
      };
      return [secretsFakeService(secrets, clock), stsService(accounts), ...(options.services ?? [])];
    },
    options,
  );
  const { accounts, region, url } = server;
  return Object.assign(server, {
    options(tenant = sampleTenant, access: AccountAccess = 'keys'): AwsOptions {
      furnish(tenant);
      const { accessKeyId, secretAccessKey, roleArn } = accounts.of(tenant);
      const keys = { accessKeyId, secretAccessKey };
      const credentials = access === 'keys' ? keys : { roleArn, source: keys, stsEndpoint: url };
      return { region, endpoint: url, credentials };
    },
  });
}
