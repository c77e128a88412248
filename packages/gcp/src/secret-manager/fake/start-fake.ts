/** Starts a fake of Secret Manager, and says what the conformance suite calls. */
import type { Harness, StartFakeOptions } from '@im/testing';
import { fakeProject, type GoogleFake, startGoogleFake } from '../../common/fake/service.ts';
import type { secretManager } from '../secret-manager.ts';
import { secretRoutes } from './routes.ts';
import { createSecretWorld, type SecretWorld } from './world.ts';

/** A running fake of Secret Manager. */
export type SecretManagerFake = GoogleFake<typeof secretManager, SecretWorld>;

/** Ids in the world that every account begins with; `password` has two versions, `certificate` one that is no text. */
export const sampleSecrets = {
  password: 'db-password',
  certificate: 'certificate',
  apiKey: 'api-key',
} as const;

/** Starts the fake on a free port of 127.0.0.1. Each tenant's account has secrets of its own. */
export function startFake(options: StartFakeOptions = {}): Promise<SecretManagerFake> {
  return startGoogleFake<typeof secretManager, SecretWorld>(options, {
    name: 'gcp-secret-manager',
    routes: secretRoutes,
    createWorld: ({ tenant, clock }) => {
      const world = createSecretWorld(clock);
      const name = (id: string) => `projects/${fakeProject}/secrets/${id}`;
      world.put(name(sampleSecrets.password), `old password of ${tenant}`);
      world.put(name(sampleSecrets.password), `password of ${tenant}`);
      world.put(name(sampleSecrets.certificate), Uint8Array.of(0x30, 0x82, 0xff, 0xfe));
      world.put(name(sampleSecrets.apiKey), `key of ${tenant}`);
      return world;
    },
  });
}

const { password } = sampleSecrets;
const made = 'made-by-a-sample';

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof secretManager> = {
  forwards: { method: 'GET', path: 'v1/projects/im-fake-project/secrets/db-password/versions/latest:access' },
  startFake,
  samples: {
    accessSecretVersion: [password],
    getSecret: [password],
    getSecretVersion: [password, '1'],
    listSecrets: [],
    listSecretVersions: [password],
    createSecret: [made, { labels: { env: 'test' } }],
    addSecretVersion: [made, 'a value'],
    updateSecret: [made, { annotations: { owner: 'a team' } }],
    disableSecretVersion: [password, '1'],
    enableSecretVersion: [password, '1'],
    destroySecretVersion: [password, '1'],
    deleteSecret: [made],
  },
};
