/** Starts a fake of KMS. */
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { kms } from '../kms.ts';
import type { KmsOptions } from '../options.ts';
import { kmsFakeService } from './service.ts';
import { createKmsState, type FakeKey, type KmsState } from './state.ts';

/** A running fake of KMS. Its cryptography is real: what it signs verifies, also without it. */
export interface KmsFake extends ProviderFake<typeof kms>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): KmsOptions;
  /** A key of a tenant's account, by its id or alias. */
  key(name: string, tenant?: string): FakeKey;
}

/** Aliases of the keys that every account has from the beginning, and what they are for. */
export const builtInKeys: Readonly<Record<string, string>> = {
  'alias/data': 'SYMMETRIC_DEFAULT',
  'alias/other': 'SYMMETRIC_DEFAULT',
  'alias/signing': 'ECC_NIST_P256',
  'alias/mac': 'HMAC_256',
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: AwsFakeOptions = {}): Promise<KmsFake> {
  let state: KmsState | undefined;
  const server = await startAwsServer(
    'aws-kms',
    ({ clock, region }) => {
      state = createKmsState(clock, region);
      return [kmsFakeService(state, clock)];
    },
    options,
  );
  const { accounts, region, url } = server;
  const keys = state as KmsState;

  /** The account of a tenant, with its keys. */
  const accountOf = (tenant: string) => {
    const account = accounts.of(tenant);
    if (keys.keys(account).length > 0) return account;
    for (const [alias, spec] of Object.entries(builtInKeys))
      keys.putAlias(
        account,
        alias,
        keys.create(account, { spec, description: `built in: ${alias}` }).id,
        true,
      );
    return account;
  };

  return Object.assign(server, {
    options(tenant = sampleTenant): KmsOptions {
      const { accessKeyId, secretAccessKey } = accountOf(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    key: (name: string, tenant = sampleTenant) => keys.find(accountOf(tenant), name),
  });
}
