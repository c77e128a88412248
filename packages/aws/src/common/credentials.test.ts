import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type IntegrationContext,
  memoryState,
  type OptionsOf,
  optionsFromEnvironment,
  parseOptions,
  silentLogger,
} from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aws } from '../aws.ts';
import { type AwsFake, startFake } from '../testing.ts';
import { connect } from './__tests__/connect.ts';
import { createCredentials, credentialTokens } from './credentials.ts';
import type { AwsCredentials } from './identity.ts';

const hour = 3_600_000;
const call = { signal: new AbortController().signal };
const actions = ({ exchanges }: AwsFake) =>
  exchanges.map(({ requestBody }) => new URLSearchParams(Buffer.from(requestBody).toString()).get('Action'));

interface Opened {
  readonly credentials: AwsCredentials;
  readonly fake: AwsFake;
  readonly clock: VirtualClock;
  readonly forecasts: number[];
  readonly warnings: string[];
  get(): Promise<string>;
}

async function open(
  optionsOf: (fake: AwsFake) => OptionsOf<typeof aws> = (fake) => fake.options('tenant_a', 'role'),
): Promise<Opened> {
  const clock = createVirtualClock();
  // Loads the transport, and STS with it, before the clock counts.
  const one = await connect(aws, ({ clock: own }) => startFake({ clock: own }));
  await one[Symbol.asyncDispose]();
  const fake = await startFake({ clock });
  const forecasts: number[] = [];
  const warnings: string[] = [];
  const context: IntegrationContext<never> = {
    options: parseOptions(aws, optionsOf(fake)) as never,
    provider: 'aws',
    name: 'aws',
    tenant: 'tenant_a',
    egress: aws.egress,
    errors: aws.errors,
    clock,
    random: () => 0.5,
    state: memoryState(clock),
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
    service: () => undefined,
    forecast: ({ at }) => void forecasts.push(at),
    onClose: () => {},
  };
  onTestFinished(() => fake[Symbol.asyncDispose]());
  await import('@aws-sdk/credential-providers');
  await import('@aws-sdk/client-sts');
  const credentials = createCredentials(context);
  return {
    credentials,
    fake,
    clock,
    forecasts,
    warnings,
    get: async () => (await clock.until(credentials.get(call))).accessKeyId,
  };
}

describe('credentials of a role', () => {
  it('are fetched once for all who ask, kept, and not forecast: they renew themselves', async () => {
    const one = await open();
    const all = await one.clock.until(
      Promise.all(Array.from({ length: 50 }, () => one.credentials.get(call))),
    );
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId)).size).toBe(1);
    expect(all[0]?.accessKeyId).toMatch(/^ASIA/);
    expect(actions(one.fake)).toEqual(['AssumeRole']);
    expect(one.forecasts).toEqual([]);
    expect(one.credentials.current()).toBe(all[0]);
  });

  it('are renewed five minutes before they end', async () => {
    const one = await open();
    const first = await one.get();
    await one.clock.advance(hour - 301_000);
    expect(await one.get()).toBe(first);
    await one.clock.advance(2_000);
    expect(one.credentials.current()).toBeUndefined();
    expect(await one.get()).not.toBe(first);
    expect(actions(one.fake)).toHaveLength(2);
  });

  it('that cannot be renewed ahead of their end are used on, with a warning, until they end', async () => {
    const one = await open();
    const first = await one.get();
    await one.clock.advance(hour - 200_000);
    one.fake.inject({ fault: { kind: 'status', status: 503 }, times: 2 });
    expect(await one.get()).toBe(first);
    expect(await one.get()).toBe(first);
    expect([actions(one.fake).length, one.warnings.length]).toEqual([2, 1]);
    expect(one.forecasts).toEqual([one.clock.now() + 200_000]);
    await one.clock.advance(196_000);
    const error = await one.clock.until(one.credentials.get(call)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure: { code: 'unavailable', sent: false } });
    expect(await one.get()).not.toBe(first);
    // Renewed: what was forecast will not be.
    expect(one.forecasts.slice(1)).toEqual([one.clock.now()]);
  });

  it('that AWS refused are not given again', async () => {
    const one = await open();
    const first = await one.get();
    one.credentials.refused('ASIANOBODY');
    expect(await one.get()).toBe(first);
    one.credentials.refused(first);
    expect(one.credentials.current()).toBeUndefined();
    expect(await one.get()).not.toBe(first);
  });

  it('are a token source whose token stands for them', async () => {
    const one = await open();
    const tokens = credentialTokens(one.credentials);
    const token = await one.clock.until(tokens.get(call));
    expect(token.expiresAt).toBe(one.clock.now() + hour);
    const next = await one.clock.until(tokens.refresh(token, call));
    expect(next.value.reveal()).not.toBe(token.value.reveal());
    expect(await one.clock.until(tokens.refresh(token, call))).toEqual(next);
  });

  it('that are refused by STS are an error that names the role’s remedy, without a secret', async () => {
    const one = await open((fake) => {
      const { accessKeyId, secretAccessKey } = fake.accounts.of('tenant_a');
      return {
        ...fake.options(),
        credentials: {
          roleArn: 'arn:aws:iam::111122223333:role/theirs',
          source: { accessKeyId, secretAccessKey },
          stsEndpoint: fake.url,
        },
      };
    });
    const error = await one.clock.until(one.credentials.get(call)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      failure: { code: 'unauthenticated', reason: 'AccessDenied', sent: false },
    });
    expect(String(error)).toMatch(
      /no credentials: STS says "User: arn:aws:iam::\d+:user\/im is not authorized/,
    );
    expect((error as Error).cause).toBeUndefined();
  });

  it('are given up after 30 seconds of silence, and at once by who does not want them any more', async () => {
    const one = await open();
    one.fake.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const abort = new AbortController();
    const aborted = one.credentials.get({ signal: abort.signal });
    const waiting = one.credentials.get(call);
    abort.abort(new Error('never mind'));
    await expect(aborted).rejects.toThrow('never mind');
    const before = one.clock.now();
    await expect(one.clock.until(waiting)).rejects.toMatchObject({
      failure: { reason: 'credentials_timeout', code: 'unavailable' },
    });
    expect(one.clock.now() - before).toBe(30_000);
  });
});

describe('credentials of a web identity', () => {
  it('are had with the token of the file, read anew for each session', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'im-aws-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const tokenFile = join(folder, 'token');
    const one = await open((fake) => ({
      ...fake.options(),
      credentials: { roleArn: fake.accounts.of('tenant_a').roleArn, tokenFile, stsEndpoint: fake.url },
    }));
    await writeFile(tokenFile, 'a-token-that-nobody-trusts');
    const error = await one.clock.until(one.credentials.get(call)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      failure: { code: 'unauthenticated', reason: 'InvalidIdentityTokenException' },
    });
    await writeFile(tokenFile, one.fake.accounts.of('tenant_a').webIdentityToken);
    expect(await one.get()).toMatch(/^ASIA/);
    expect(actions(one.fake)).toEqual(['AssumeRoleWithWebIdentity', 'AssumeRoleWithWebIdentity']);
  });
});

describe('credentials of a profile', () => {
  it('that is not there are an error that says so', async () => {
    const one = await open((fake) => ({
      ...fake.options(),
      credentials: { profile: 'nobody-has-this-profile' },
    }));
    const error = await one.clock.until(one.credentials.get(call)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      failure: { code: 'unauthenticated', reason: 'no_credentials', sent: false },
    });
    expect(String(error)).toContain('no credentials');
  });
});

describe('static keys', () => {
  it('are there at once, and stay when they are refused', async () => {
    const one = await open((fake) => fake.options());
    const identity = one.credentials.current();
    one.credentials.refused(identity?.accessKeyId ?? '');
    expect(await one.credentials.get(call)).toBe(identity);
    await expect(one.credentials.get({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
  });
});

describe('a call whose session has expired at AWS', () => {
  it('is sent again with a new one, once', async () => {
    await using one = await connect(aws, async (options) => {
      const fake = await startFake(options);
      const { options: optionsOf } = fake;
      return Object.assign(fake, { options: (tenant?: string) => optionsOf(tenant, 'role') });
    });
    await one.done(one.client.getCallerIdentity());
    one.fake.forget();
    one.fake.accounts.expireSessions();
    await one.done(one.client.getCallerIdentity());
    expect(actions(one.fake)).toEqual(['GetCallerIdentity', 'AssumeRole', 'GetCallerIdentity']);
  });
});

describe('the options', () => {
  const read = (credentials: unknown) => parseOptions(aws, { region: 'eu-north-1', credentials }).credentials;
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-of-a-test' };
  const roleArn = 'arn:aws:iam::123456789012:role/path/reader';

  it('take every form of credentials as it is written', () => {
    expect(parseOptions(aws, { region: 'eu-north-1' }).credentials).toBeUndefined();
    expect(read({ profile: 'work' })).toEqual({ profile: 'work' });
    expect(read(keys)).toMatchObject({ accessKeyId: keys.accessKeyId });
    expect(read({ roleArn })).toEqual({ roleArn, sessionName: 'im', durationSeconds: 3_600 });
    expect(read({ roleArn, externalId: 'x1', source: keys })).toMatchObject({
      source: { accessKeyId: keys.accessKeyId },
    });
    expect(read({ roleArn, tokenFile: '/token' })).toMatchObject({ tokenFile: '/token', sessionName: 'im' });
  });

  it.each([
    [{ accessKeyId: keys.accessKeyId }, /credentials\.secretAccessKey is missing/],
    [{ ...keys, sesionToken: 'x' }, /sessionToken/],
    [{ roleArn: 'reader' }, /must be the ARN of a role/],
    [{ roleArn, durationSeconds: 60 }, /durationSeconds/],
    [{ roleArn, externalId: '' }, /externalId/],
  ])('say what is wrong with %j', (credentials, says) => {
    expect(() => read(credentials)).toThrow(says);
  });

  it.each(['EU North', 'eu_north_1', '', 'eu-north-1.evil.example'])('refuse the region %j', (region) => {
    expect(() => parseOptions(aws, { region })).toThrow(/region/);
  });

  it('come from the environment under AWS’s own names', () => {
    const of = (env: Record<string, string>) => parseOptions(aws, optionsFromEnvironment(aws, env));
    const AWS_REGION = 'eu-north-1';
    expect(of({ AWS_REGION })).toEqual({ region: 'eu-north-1' });
    const static_ = of({
      AWS_REGION,
      AWS_ACCESS_KEY_ID: 'AKIAX',
      AWS_SECRET_ACCESS_KEY: 'y',
      AWS_SESSION_TOKEN: 'z',
    });
    expect(static_.credentials).toMatchObject({ accessKeyId: 'AKIAX' });
    expect(of({ AWS_REGION, AWS_PROFILE: 'work' }).credentials).toEqual({ profile: 'work' });
    const eks = of({ AWS_REGION, AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: '/token' });
    expect(eks.credentials).toMatchObject({ roleArn, tokenFile: '/token' });
  });
});
