/** One sample call of each operation, in an order in which each finds what it needs. */
import type { Harness, Samples } from '@im/testing';
import type { aws } from '../aws.ts';
import { requireSdk } from '../common/load-sdk.ts';
import type { Sdk, SdkClient } from '../common/sdk.ts';
import type { ManagedClient } from '../managed-client.ts';
import { builtInSecret, startFake } from './start-fake.ts';

type Module = typeof import('@aws-sdk/client-secrets-manager');

function makeSamples(): Samples<typeof aws> {
  const sdk = requireSdk<Module>('@aws-sdk/client-secrets-manager', 'the harness of @im/aws');
  const clients = new WeakMap<Sdk, SdkClient>();
  /** A client of whichever integration runs the sample. */
  const client: ManagedClient = {
    raw(own) {
      let made = clients.get(own);
      if (made === undefined) {
        made = own.prepare(new sdk.SecretsManagerClient(own.config));
        clients.set(own, made);
      }
      return made;
    },
  };
  const SecretId = builtInSecret.name;
  return {
    getCallerIdentity: [],
    sendRead: [client, new sdk.GetSecretValueCommand({ SecretId })],
    sendIdempotent: [client, new sdk.TagResourceCommand({ SecretId, Tags: [{ Key: 'a', Value: 'b' }] })],
    sendKeyed: [client, new sdk.PutSecretValueCommand({ SecretId, SecretString: 'new' })],
    sendUnsafe: [client, new sdk.RestoreSecretCommand({ SecretId })],
  };
}

let samples: Samples<typeof aws> | undefined;

/**
 * For `describeIntegration` of `@im/testing`: needs `@aws-sdk/client-secrets-manager` and, since its credentials are those of a
 * role, `@aws-sdk/credential-providers`.
 */
export const harness: Harness<typeof aws> = {
  async startFake(options) {
    const fake = await startFake(options);
    const { options: optionsOf } = fake;
    // Sessions of a role, since keys do not expire.
    return Object.assign(fake, { options: (tenant?: string) => optionsOf(tenant, 'role') });
  },
  get samples() {
    samples ??= makeSamples();
    return samples;
  },
  exceptions: {
    'C-062': 'each answer of the SDK has the id of its own request in `$metadata`, so that no two are equal',
  },
};
