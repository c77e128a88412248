import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  type Call,
  createIntegration,
  defineIntegration,
  errorCode,
  isIntegrationError,
  memoryState,
  optionsFromEnvironment,
  parseOptions,
  read,
} from '@im/core';
import { none } from '@im/http';
import { createVirtualClock, type FakeResponse, startFakeServer } from '@im/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { googleErrors, googleFailureReader } from './errors.ts';
import { createAccounts } from './fake/accounts.ts';
import { googleError, googleLegacyError, refusedToken } from './fake/error.ts';
import { connectGoogle } from './http.ts';
import { createAuthClient } from './library-token.ts';
import { googleOptions } from './options.ts';

/** The smallest service: who am I, which project, which key. */
const probe = defineIntegration({
  id: 'gcp-probe',
  title: 'Probe',
  category: 'cloud',
  contract: 1,
  docs: 'https://cloud.google.com/apis',
  options: z.strictObject(googleOptions),
  egress: ['probe.googleapis.com'],
  errors: googleErrors('https://cloud.google.com/apis/design/errors'),
  http: (context) => connectGoogle(context, 'probe'),
  connect: ({ http: { http, auth }, options }) => ({
    ping: read((call: Call) => http.get('v1/ping', none, call)),
    projectId: read((call: Call) => auth.projectId(call)),
    signer: read((call: Call) => auth.signer(call)),
    sdkToken: read(async (_call: Call) =>
      (await createAuthClient(auth.token, options).getRequestHeaders()).get('authorization'),
    ),
  }),
});

async function startProbe() {
  const clock = createVirtualClock();
  const accounts = createAccounts(clock);
  const server = await startFakeServer({
    name: 'gcp-probe',
    clock,
    record: () => {},
    routes: {
      'POST /token': (request) => accounts.token(request),
      'POST /sts': () => ({
        json: {
          access_token: accounts.issue('a'),
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
          expires_in: 3_600,
        },
      }),
      'GET /v1/ping': (request): FakeResponse => refusedToken(accounts.principal(request)) ?? { json: {} },
    },
    expireTokens: accounts.expireTokens,
  });
  const open = (credentials?: unknown, more: object = {}) =>
    createIntegration(probe, {
      options: {
        ...accounts.options('a', server.url),
        ...(credentials ? { credentials } : {}),
        ...more,
      } as never,
      clock,
      state: memoryState(clock),
      resilience: { retry: false },
    });
  return { clock, accounts, server, open, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'im-gcp-'));
});
afterAll(() => rm(folder, { recursive: true }));

const keyJson = (accounts: ReturnType<typeof createAccounts>, url: string) => {
  const { clientEmail, privateKey, privateKeyId, projectId } = accounts.of('a');
  return JSON.stringify({
    type: 'service_account',
    client_email: clientEmail,
    private_key: privateKey,
    private_key_id: privateKeyId,
    project_id: projectId,
    token_uri: `${url}/token`,
  });
};

describe('credentials', () => {
  it('are a service account in four ways: fields, fields with written-out line ends, the key as JSON, a file', async () => {
    await using probed = await startProbe();
    const { accounts, server, open } = probed;
    const json = keyJson(accounts, server.url);
    const file = join(folder, 'key.json');
    await writeFile(file, json);
    const { clientEmail, privateKey } = accounts.of('a');
    const fields = { type: 'service-account', clientEmail, privateKey, tokenUrl: `${server.url}/token` };
    for (const credentials of [
      fields,
      { ...fields, privateKey: privateKey.replaceAll('\n', '\\n') },
      { type: 'key', key: json },
      { keyFile: file },
    ]) {
      await using client = open(credentials);
      await client.ping();
      expect((await client.signer())?.clientEmail).toBe(clientEmail);
    }
    expect(server.exchanges.filter(({ target }) => target === '/token')).toHaveLength(4);
  });

  it('are a token that somebody else renews', async () => {
    await using probed = await startProbe();
    const { accounts, open, server } = probed;
    await using client = open({ type: 'access-token', accessToken: accounts.issue('a') });
    await client.ping();
    expect(await client.signer()).toBeUndefined();
    expect(server.exchanges.map(({ target }) => target)).toEqual(['/v1/ping']);
  });

  it('give the same token to clients of Google’s own library', async () => {
    await using probed = await startProbe();
    const { accounts, open } = probed;
    const accessToken = accounts.issue('a');
    await using client = open({ type: 'access-token', accessToken });
    expect(await client.sdkToken()).toBe(`Bearer ${accessToken}`);
  });

  it('are asked for once by many calls, and again when the token was refused', async () => {
    await using probed = await startProbe();
    const { server, open } = probed;
    await using client = open();
    await Promise.all(Array.from({ length: 50 }, () => client.ping()));
    const issued = () => server.exchanges.filter(({ target }) => target === '/token').length;
    expect(issued()).toBe(1);
    server.inject({ fault: { kind: 'expired-token' } });
    await client.ping();
    expect(issued()).toBe(2);
  });

  it('of workload identity federation are traded for a token by Google’s own library, and again when it was refused', async () => {
    await using probed = await startProbe();
    const { accounts, server, open } = probed;
    const subject = join(folder, 'subject-token');
    await writeFile(subject, 'a token of another cloud');
    const key = JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/other',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.url}/sts`,
      credential_source: { file: subject },
    });
    await using client = open({ type: 'key', key });
    await client.ping();
    await client.ping();
    expect(await client.signer()).toBeUndefined();
    const traded = () => server.exchanges.filter(({ target }) => target === '/sts');
    expect(traded()).toHaveLength(1);
    const form = new URLSearchParams(Buffer.from(traded()[0]?.requestBody ?? []).toString());
    expect(form.get('subject_token')).toBe('a token of another cloud');
    accounts.expireTokens();
    await client.ping();
    expect(traded()).toHaveLength(2);
  });

  it.each([
    [
      { type: 'something_else' },
      /of a kind that is not known.*\(something_else\); give a key of a service account/,
    ],
    [{ type: 'external_account' }, /no credentials were found that work; give `credentials`/],
    [{ type: 'authorized_user', client_id: 'x' }, /no credentials were found that work/],
  ])(
    '%j that lack what they need are refused as unauthenticated, without what they hold',
    async (json, says) => {
      await using probed = await startProbe();
      const key = JSON.stringify({ ...json, secret: 'do-not-show-me' });
      await using client = probed.open({ type: 'key', key });
      const error = await client.ping().catch((thrown: unknown) => thrown);
      expect(errorCode(error)).toBe('unauthenticated');
      expect(String(error)).toMatch(says);
      expect(inspect(error, { depth: 9 })).not.toContain('do-not-show-me');
    },
  );

  it.each([
    ['no-such.json', undefined, /key file .*no-such\.json cannot be read \(ENOENT\)/],
    ['text.json', 'secret-text-in-a-file', /is not JSON/],
    ['untyped.json', '{"private_key":"x"}', /has no `type`/],
    ['half.json', '{"type":"service_account","client_email":"a@b"}', /lacks private_key/],
  ])(
    'in the file %s are refused as unauthenticated, and nothing of the file is shown',
    async (name, content, says) => {
      await using probed = await startProbe();
      const file = join(folder, name);
      if (content !== undefined) await writeFile(file, content);
      await using client = probed.open({ keyFile: file });
      const error = await client.ping().catch((thrown: unknown) => thrown);
      expect(errorCode(error)).toBe('unauthenticated');
      expect(String(error)).toMatch(says);
      expect(String(error)).toMatch(/as Google issued it/);
      expect(String(error)).not.toContain('secret-text');
      expect(probed.server.exchanges).toEqual([]);
    },
  );

  it('with a key that is none, or of another account, are refused as unauthenticated', async () => {
    await using probed = await startProbe();
    const { accounts, server } = probed;
    const { clientEmail } = accounts.of('a');
    const tokenUrl = `${server.url}/token`;
    for (const [privateKey, says] of [
      ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', /private key cannot sign/],
      [accounts.of('b').privateKey, /Google refuses the key of app@.*; check that the key was not deleted/],
    ] as const) {
      await using client = probed.open({ type: 'service-account', clientEmail, privateKey, tokenUrl });
      const error = await client.ping().catch((thrown: unknown) => thrown);
      expect(errorCode(error)).toBe('unauthenticated');
      expect(String(error)).toMatch(says);
      expect(String(error)).not.toContain(privateKey.slice(30, 60));
    }
  });

  it('name the project where the options do not, which have the first word', async () => {
    await using probed = await startProbe();
    const { accounts, server } = probed;
    const projectId = undefined;
    await using client = probed.open({ type: 'key', key: keyJson(accounts, server.url) }, { projectId });
    expect(await client.projectId()).toBe(accounts.of('a').projectId);
    await using named = probed.open(
      { type: 'key', key: keyJson(accounts, server.url) },
      { projectId: 'other' },
    );
    expect(await named.projectId()).toBe('other');
  });

  it('are read from the variables that Google names', () => {
    const env = { GOOGLE_APPLICATION_CREDENTIALS: '/k.json', GOOGLE_CLOUD_PROJECT: 'my-project' };
    expect(optionsFromEnvironment(probe, env)).toEqual({
      projectId: 'my-project',
      credentials: { keyFile: '/k.json' },
    });
    expect(parseOptions(probe, optionsFromEnvironment(probe, {}))).toMatchObject({
      credentials: { type: 'default' },
    });
  });
});

describe('errors', () => {
  const table = googleErrors('https://cloud.google.com/apis/design/errors');
  const readFailure = (response: FakeResponse) =>
    googleFailureReader(table)(response.status ?? 0, response.json, {} as never);

  it('are known by the most telling of their names', () => {
    const info = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason });
    expect(readFailure(googleError(404, 'gone'))).toMatchObject({ reason: 'NOT_FOUND' });
    expect(readFailure(googleError(403, 'no', { details: [info('SERVICE_DISABLED')] }))).toMatchObject({
      reason: 'SERVICE_DISABLED',
    });
    expect(readFailure(googleError(403, 'no', { details: [info('SOMETHING_NEW')] }))).toMatchObject({
      reason: 'PERMISSION_DENIED',
    });
    expect(readFailure(googleLegacyError(429, 'slow down'))).toMatchObject({ reason: 'rateLimitExceeded' });
    expect(readFailure({ status: 400, json: { error: 'invalid_grant' } })).toEqual({
      reason: 'invalid_grant',
    });
    expect(readFailure({ status: 502, json: '<html>' })).toEqual({});
  });

  it('say when to come back where a RetryInfo does', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '2.5s' }];
    expect(readFailure(googleError(429, 'slow down', { details }))).toMatchObject({ retryAfterMs: 2_500 });
  });

  it('wait as long as a RetryInfo says, in a real call', async () => {
    await using probed = await startProbe();
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }];
    const body = JSON.stringify(googleError(429, 'slow down', { details }).json);
    probed.server.inject({ fault: { kind: 'status', status: 429, body }, path: '/v1/ping' });
    await using client = probed.open();
    const error = await client.ping().catch((thrown: unknown) => thrown);
    expect(isIntegrationError(error) && [error.code, error.retryAfterMs, error.reason]).toEqual([
      'resource_exhausted',
      7_000,
      'RESOURCE_EXHAUSTED',
    ]);
  });
});
