import { type AnyDefinition, ConfigurationError, defineIntegration, read, secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { keysSet, keyVariables, realOptions } from './real-keys.ts';

const shared = {
  region: z.string().meta({ env: 'CLOUD_REGION' }),
  key: secret().optional().meta({ env: 'CLOUD_KEY' }),
};

function definition(id: string, options: z.ZodType): AnyDefinition {
  return defineIntegration({
    id,
    title: id,
    category: 'example',
    contract: 1,
    docs: 'https://example.com',
    options,
    egress: [],
    errors: { docs: 'https://example.com', rows: [] },
    connect: () => ({ ping: read(async () => 'pong') }),
  });
}

const files = definition('cloud-files', z.strictObject({ ...shared, bucket: z.string() }));
const queues = definition('cloud-queues', z.strictObject(shared));

describe('real keys in the environment', () => {
  it('names that many tools share do not take a provider out of the sandbox that needs its own', () => {
    expect(realOptions(files, { CLOUD_REGION: 'r', CLOUD_KEY: 'k' })).toBeUndefined();
    expect(realOptions(files, {})).toBeUndefined();
  });

  it('a name of its own does, and takes the shared ones along', () => {
    const options = realOptions(files, { CLOUD_REGION: 'r', CLOUD_FILES_BUCKET: 'b' });
    expect(options).toMatchObject({ region: 'r', bucket: 'b' });
  });

  it('a name of its own without the rest is a fault', () => {
    expect(() => realOptions(files, { CLOUD_FILES_BUCKET: 'b' })).toThrow(ConfigurationError);
  });

  it('shared names are enough for one that needs no other, when all are there and one is a credential', () => {
    expect(realOptions(queues, { CLOUD_REGION: 'r' })).toBeUndefined();
    expect(realOptions(queues, { CLOUD_KEY: 'k' })).toBeUndefined();
    expect(realOptions(queues, { CLOUD_REGION: 'r', CLOUD_KEY: 'k' })).toMatchObject({ region: 'r' });
  });

  it('are told by the names of their variables', () => {
    expect(keyVariables(files)).toEqual(['CLOUD_REGION', 'CLOUD_KEY', 'CLOUD_FILES_BUCKET']);
    expect(keysSet(files, { CLOUD_REGION: 'r', CLOUD_KEY: '', CLOUD_FILES_BUCKET: 'b' })).toEqual([
      'CLOUD_REGION',
      'CLOUD_FILES_BUCKET',
    ]);
  });
});
