// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definition } from '../__tests__/sample-definitions.ts';
import { loadConfig } from '../config.ts';

const region = z.string().min(1);
const cloud = [
  {
    ...definition('cloud-files', z.strictObject({ region, bucket: z.string().optional() })),
    package: '@im/cloud',
  },
  { ...definition('cloud-queues', z.strictObject({ region })), package: '@im/cloud' },
];

const load = (text: string) =>
  loadConfig({ text, name: 'im.yaml' }, { env: { REGION: 'eu-north-1' }, definitions: cloud });

const faultsOf = (text: string) =>
  load(text).then(
    () => [],
    (error: { faults: { path: string; says: string; place: { line: number; column: number } }[] }) =>
      error.faults.map(({ path, says, place }) => `${place.line}:${place.column} ${path} ${says}`),
  );

describe('services of one package', () => {
  it('a list makes an integration of each, with the options they share', async () => {
    const { integrations } = await load(`
integrations:
  clouds:
    use: '@im/cloud'
    services: [files, queues]
    required: true
    options: { region: '\${env:REGION}' }
`);
    expect(
      integrations.map(({ name, definition: { id }, options, required }) => ({
        name,
        id,
        options,
        required,
      })),
    ).toEqual([
      { name: 'clouds.files', id: 'cloud-files', options: { region: 'eu-north-1' }, required: true },
      { name: 'clouds.queues', id: 'cloud-queues', options: { region: 'eu-north-1' }, required: true },
    ]);
  });

  it('a mapping lays options of one service on those that all share', async () => {
    const { integrations } = await load(`
integrations:
  cloud:
    services:
      files: { bucket: photos, region: us-east-1 }
      queues:
    options: { region: eu-north-1 }
`);
    expect(integrations.map(({ name, options }) => [name, options])).toEqual([
      ['cloud.files', { bucket: 'photos', region: 'us-east-1' }],
      ['cloud.queues', { region: 'eu-north-1' }],
    ]);
  });

  it('a tenant takes the services of its template, and changes them', async () => {
    const { integrations } = await load(`
templates:
  standard:
    integrations:
      cloud: { services: [files, queues], options: { region: eu-north-1 } }
tenants:
  acme: { extends: standard }
  zest:
    extends: standard
    integrations: { cloud: { services: [queues] } }
`);
    expect(integrations.map(({ tenant, name }) => `${tenant}/${name}`)).toEqual([
      'acme/cloud.files',
      'acme/cloud.queues',
      'zest/cloud.queues',
    ]);
  });

  it('says what is wrong with one of them, where it stands', async () => {
    const faults = await faultsOf(`integrations:
  cloud:
    services:
      files: { bukket: photos }
      queues:
    options: { regoin: x }
`);
    expect(faults).toEqual([
      expect.stringMatching(/^4:16 integrations\.cloud\.options has the unknown key "bukket"/),
      expect.stringMatching(/^6:5 integrations\.cloud\.options\.region is missing/),
      expect.stringMatching(/^6:16 integrations\.cloud\.options has the unknown key "regoin"/),
    ]);
  });

  it('says which service a package does not have', async () => {
    const [fault] = await faultsOf(
      'integrations:\n  cloud: { services: [files, mail], options: { region: x } }\n',
    );
    expect(fault).toMatch(/^2:30 integrations\.cloud\.use cannot be used: @im\/cloud is not installed/);
  });

  it('refuses services that are neither names nor a mapping', async () => {
    const faults = await faultsOf('integrations:\n  cloud: { services: files, options: { region: x } }\n');
    expect(faults).toContainEqual(expect.stringMatching(/^2:22 integrations\.cloud\.services/));
  });
});
