import { createIntegration, Secret } from '@im/core';
import { loadConfig } from '@im/core/config';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as bigquery from './bigquery/testing.ts';
import { fakeProject } from './common/fake/service.ts';
import { gcp } from './gcp.ts';
import * as kms from './kms/testing.ts';
import * as pubsub from './pubsub/testing.ts';
import { googleApi } from './request.ts';
import { secretManager } from './secret-manager/index.ts';
import * as secrets from './secret-manager/testing.ts';
import { storage } from './storage/index.ts';
import * as objects from './storage/testing.ts';
import { harness, startFake } from './testing.ts';

describeIntegration(gcp, harness);

async function open() {
  const fake = await startFake();
  const client = createIntegration(gcp, { options: fake.options(), resilience: { retry: false } });
  return {
    fake,
    client,
    api: googleApi(client),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const service = 'cloudresourcemanager';
const project = z.object({ projectId: z.string(), state: z.enum(['ACTIVE', 'DELETE_REQUESTED']) });

it('every fake issues tokens that expire, for the key of a service account', async () => {
  for (const start of [startFake, ...[bigquery, kms, pubsub, secrets, objects].map((one) => one.startFake)]) {
    await using fake = await start();
    expect(fake.expiresTokens).toBe(true);
    expect(fake.options().credentials).toMatchObject({ type: 'service-account' });
  }
});

describe('configuration', () => {
  it('gives several services of one entry the same project and credentials', async () => {
    const text = `
integrations:
  google:
    use: '@im/gcp'
    services:
      storage: { bucket: photos }
      secret-manager:
    options:
      projectId: my-project
      credentials: { keyFile: '\${env:GOOGLE_APPLICATION_CREDENTIALS}' }
`;
    const { integrations } = await loadConfig(
      { text, name: 'im.yaml' },
      { env: { GOOGLE_APPLICATION_CREDENTIALS: '/run/key.json' }, definitions: [storage, secretManager] },
    );
    const shared = { projectId: 'my-project', credentials: { keyFile: '/run/key.json' } };
    expect(integrations.map(({ name, definition: { id }, options }) => ({ name, id, options }))).toEqual([
      { name: 'google.storage', id: 'gcp-storage', options: { ...shared, bucket: 'photos' } },
      { name: 'google.secret-manager', id: 'gcp-secret-manager', options: shared },
    ]);
  });
});

describe('any API of Google’s', () => {
  it('is asked with the types of the caller’s schema, in one answer and in pages', async () => {
    await using opened = await open();
    const { api } = opened;
    const found = await api.read({ service, path: `v3/projects/${fakeProject}` }, project);
    expectTypeOf(found).toEqualTypeOf<{ projectId: string; state: 'ACTIVE' | 'DELETE_REQUESTED' }>();
    expect(found).toEqual({ projectId: fakeProject, state: 'ACTIVE' });
    const all = api.list({ service, path: 'v3/projects:search', items: 'projects' }, project, {
      pageSize: 2,
    });
    expect((await all.toArray()).map(({ projectId }) => projectId)).toEqual([
      fakeProject,
      'im-sample-1',
      'im-sample-2',
    ]);
    expect(opened.fake.exchanges.map(({ target }) => target)).toEqual([
      '/token',
      `/cloudresourcemanager/v3/projects/${fakeProject}`,
      '/cloudresourcemanager/v3/projects:search?pageSize=2',
      expect.stringMatching(/^\/cloudresourcemanager\/v3\/projects:search\?pageSize=2&pageToken=/),
    ]);
  });

  it('has its errors told by Google’s own names, and answers of another shape are refused', async () => {
    await using opened = await open();
    const { api } = opened;
    await expect(api.unsafe({ service, path: 'v3/liens', json: {} }, z.unknown())).rejects.toMatchObject({
      code: 'invalid_argument',
      reason: 'INVALID_ARGUMENT',
      status: 400,
    });
    await expect(
      api.read({ service, path: `v3/projects/${fakeProject}` }, z.object({ number: z.number() })),
    ).rejects.toMatchObject({ code: 'internal', reason: 'unexpected_body' });
  });

  it.each(['', 'Storage', 'evil.example/', 'a.b', '-a', 'a'.repeat(64), '169.254.169.254'])(
    'is named by a part of a host alone: %j is refused before anything is sent',
    async (wrong) => {
      await using opened = await open();
      await expect(opened.api.read({ service: wrong, path: 'v1' }, z.unknown())).rejects.toMatchObject({
        code: 'invalid_argument',
        reason: 'bad_service',
      });
      expect(opened.fake.exchanges).toEqual([]);
    },
  );

  it('gives tokens that do not print, and the same to Google’s own library', async () => {
    await using opened = await open();
    const { client } = opened;
    const { token } = await client.getAccessToken();
    expect(token).toBeInstanceOf(Secret);
    expect(String(token)).toBe('[redacted]');
    const headers = await client.native().getRequestHeaders();
    expect(headers.get('authorization')).toBe(`Bearer ${token.reveal()}`);
    expect(await client.getTokenInfo()).toMatchObject({
      scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    });
    expect(await client.getProjectId()).toBe(fakeProject);
  });
});
