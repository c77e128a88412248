/** Starts a fake of SES. */
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { SesOptions } from '../options.ts';
import type { ses } from '../ses.ts';
import { sesFakeService } from './service.ts';
import { createSesState, type SesState, type StoredEmail } from './state.ts';

export { builtInIdentities } from './state.ts';

/** A running fake of SES. */
export interface SesFake extends ProviderFake<typeof ses>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): SesOptions;
  /** E-mails that a tenant's account has sent, in their order. */
  sent(tenant?: string): readonly StoredEmail[];
}

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: AwsFakeOptions = {}): Promise<SesFake> {
  let state: SesState | undefined;
  const server = await startAwsServer(
    'aws-ses',
    ({ clock }) => {
      state = createSesState(clock);
      return [sesFakeService(state, clock)];
    },
    options,
  );
  const { accounts, region, url } = server;
  const all = state as SesState;
  return Object.assign(server, {
    options(tenant = sampleTenant): SesOptions {
      const { accessKeyId, secretAccessKey } = accounts.of(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    sent: (tenant = sampleTenant) => all.of(accounts.of(tenant).accountId).sent,
  });
}
