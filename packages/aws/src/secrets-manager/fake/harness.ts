/** One sample call of each operation, in an order in which each finds what it needs. */
import type { Harness, Samples } from '@im/testing';
import type { secretsManager } from '../secrets-manager.ts';
import { builtInVersions, startFake } from './start-fake.ts';

const { previous, current } = builtInVersions;
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'secretsmanager:*',
      Resource: '*',
    },
  ],
});

const samples: Samples<typeof secretsManager> = {
  getSecretValue: ['shop/database'],
  getSecretValues: [['shop/database', 'shop/api-key']],
  listSecrets: [{ tagKey: 'team' }],
  listSecretVersions: ['shop/database'],
  describeSecret: ['shop/database'],
  createSecret: [
    'made-by-a-sample',
    'its-first-value',
    { description: 'of a sample', tags: { team: 'tests' } },
  ],
  putSecretValue: ['shop/api-key', Uint8Array.of(1, 2, 3)],
  updateSecret: ['shop/api-key', { description: 'of the shop, still' }],
  moveStage: ['shop/api-key', 'CANARY', { to: previous }],
  tagSecret: ['shop/api-key', { stage: 'test' }],
  untagSecret: ['shop/api-key', ['stage']],
  getPolicy: ['shop/api-key'],
  putPolicy: ['shop/api-key', policy],
  deletePolicy: ['shop/api-key'],
  rotateSecret: [
    'made-by-a-sample',
    { lambdaArn: 'arn:aws:lambda:us-east-1:111122223333:function:rotate', every: 30 },
  ],
  cancelRotation: ['made-by-a-sample'],
  getRandomPassword: [{ length: 20, punctuation: false }],
  deleteSecret: ['shop/old', { recoveryDays: 7 }],
  restoreSecret: ['shop/old'],
};

/** Ids of versions in the built-in secrets. */
export const sampleVersions = { previous, current };

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof secretsManager> = { startFake, samples };
