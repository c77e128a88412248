import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { explainConfig } from '../config.ts';
import { type Call, defineIntegration, read, secret } from '../index.ts';

const radio = defineIntegration({
  id: 'radio',
  title: 'Radio',
  category: 'example',
  contract: 1,
  docs: 'https://radio.test/',
  options: z.strictObject({
    key: secret(),
    volume: z.number().default(5),
    bands: z.array(z.string()).optional(),
    size: z.number().default(10),
  }),
  egress: [],
  errors: { docs: 'https://radio.test/errors', rows: [] },
  resilience: { timeoutMs: 4_000, retry: { maxAttempts: 2 } },
  connect: () => ({ hello: read(async (_call: Call) => 'hello') }),
});

const text = `templates:
  loud:
    settings: { slaTarget: 0.99 }
    integrations:
      radio: { options: { volume: '\${env:VOLUME}', key: canary-in-the-file } }
tenants:
  acme:
    extends: loud
    integrations:
      radio:
        required: true
        options:
          key: \${secret:acme/key}
          bands: [fm, '\${env:BAND:-am}']
        resilience: { retry: { maxAttempts: 3 } }
  zest:
    extends: loud
`;

const explained = async (env: Record<string, string>) =>
  new Map(
    (await explainConfig({ text, name: 'radio.yaml' }, { env, definitions: [radio] })).map(
      ({ path, ...rest }) => [path.replace('.integrations.radio', ''), rest],
    ),
  );

describe('explainConfig', () => {
  it('tells of each value where it comes from', async () => {
    const values = await explained({ VOLUME: '7' });
    expect(Object.fromEntries([...values].filter(([path]) => path.startsWith('tenants.acme')))).toEqual({
      'tenants.acme.settings.slaTarget': file(0.99, 3, 28),
      'tenants.acme.required': file(true, 11, 19),
      'tenants.acme.options.key': {
        value: '[redacted]',
        secret: true,
        from: 'secret store',
        place: { file: 'radio.yaml', line: 13, column: 16 },
      },
      'tenants.acme.options.volume': {
        value: 7,
        secret: false,
        from: 'environment',
        place: { file: 'radio.yaml', line: 5, column: 35, variable: 'VOLUME' },
      },
      'tenants.acme.options.bands[0]': file('fm', 14, 19),
      'tenants.acme.options.bands[1]': file('am', 14, 23),
      'tenants.acme.options.size': { value: 10, secret: false, from: 'default' },
      'tenants.acme.resilience.retry.maxAttempts': file(3, 15, 45),
      'tenants.acme.resilience.timeoutMs': { value: 4_000, secret: false, from: 'provider' },
    });
  });

  it('tells of a variable that is not set, and goes on', async () => {
    const values = await explained({});
    expect(values.get('tenants.zest.options.volume')).toEqual({
      secret: false,
      from: 'file',
      place: { file: 'radio.yaml', line: 5, column: 36, variable: 'VOLUME' },
      says: 'refers to an environment variable that is not set',
    });
  });

  it('shows no secret, also one that was written into the file', async () => {
    const values = await explained({ VOLUME: '7' });
    expect(values.get('tenants.zest.options.key')).toMatchObject({ value: '[redacted]', from: 'file' });
    expect(JSON.stringify([...values])).not.toContain('canary');
  });
});

function file(value: unknown, line: number, column: number) {
  return { value, secret: false, from: 'file', place: { file: 'radio.yaml', line, column } };
}
