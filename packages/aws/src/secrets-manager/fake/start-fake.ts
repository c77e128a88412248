/** Starts a fake of Secrets Manager. */
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { SecretsManagerOptions } from '../options.ts';
import type { secretsManager } from '../secrets-manager.ts';
import { secretsFakeService } from './service.ts';
import { createSecretsState, type SecretsState, type StoredSecret } from './state.ts';

/** A running fake of Secrets Manager. */
export interface SecretsManagerFake extends ProviderFake<typeof secretsManager>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): SecretsManagerOptions;
  /** A secret of a tenant's account, by its name, with all its versions. */
  secret(name: string, tenant?: string): StoredSecret;
}

/** Values of the secrets that every account has from the beginning. */
export const builtInSecrets: Readonly<Record<string, string>> = {
  'shop/database': '{"user":"shop","password":"a-password-of-the-fake"}',
  'shop/api-key': 'a-key-of-the-fake',
  'shop/old': 'was-good-once',
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: AwsFakeOptions = {}): Promise<SecretsManagerFake> {
  let state: SecretsState | undefined;
  const server = await startAwsServer(
    'aws-secrets-manager',
    ({ clock, region }) => {
      state = createSecretsState(clock, region);
      return [secretsFakeService(state, clock)];
    },
    options,
  );
  const { accounts, region, url } = server;
  const secrets = state as SecretsState;

  /** The account of a tenant, with its secrets. */
  const accountOf = (tenant: string) => {
    const account = accounts.of(tenant);
    if (secrets.list(account).length > 0) return account;
    for (const [name, text] of Object.entries(builtInSecrets)) furnish(secrets, account, name, text);
    return account;
  };

  return Object.assign(server, {
    options(tenant = sampleTenant): SecretsManagerOptions {
      const { accessKeyId, secretAccessKey } = accountOf(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    secret: (name: string, tenant = sampleTenant) => secrets.find(accountOf(tenant), name),
  });
}

/** Ids of the two versions that each built-in secret has: the previous and the current one. */
export const builtInVersions = {
  previous: '11111111-1111-4111-8111-111111111111',
  current: '22222222-2222-4222-8222-222222222222',
} as const;

function furnish(
  state: SecretsState,
  account: Parameters<SecretsState['create']>[0],
  name: string,
  text: string,
): void {
  const first = { token: builtInVersions.previous, value: { text: 'the-value-before' } };
  const { secret } = state.create(account, name, first, {
    description: `of the shop`,
    tags: [['team', 'shop']],
  });
  state.addVersion(secret, { token: builtInVersions.current, value: { text } });
}
