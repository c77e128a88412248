import { inspect } from 'node:util';
import { createRegistry, isIntegrationError, Secret } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { keyVault } from './key-vault.ts';
import { keyVaultOptions } from './options.ts';
import { harness, sampleThings, startFake } from './testing.ts';

describeIntegration(keyVault, harness);

const { password, deletedSecret, doomedSecret } = sampleThings;
const open = () => openBench(keyVault, startFake);

describe('a secret', () => {
  test('comes in its latest version, or in the one that is named in any of three ways', async () => {
    await using bench = await open();
    const client = bench.client();
    const latest = await client.getSecret(password);
    expect(latest).toMatchObject({ name: password, enabled: true, managed: false, recoverableDays: 90 });
    expect(latest.value.reveal()).toBe('password of tenant_a');
    const versions = await client.listSecretVersions(password).toArray();
    const [oldest] = versions;
    const version = oldest?.version ?? '';
    for (const found of [
      await client.getSecret(password, version),
      await client.getSecret(`${password}/${version}`),
      await client.getSecret(oldest?.id ?? ''),
    ])
      expect([found.version, found.value.reveal()]).toEqual([version, 'old password of tenant_a']);
  });

  test('prints nowhere', async () => {
    await using bench = await open();
    const secret = await bench.client().getSecret(password);
    const printed = [
      inspect(secret, { depth: 9, showHidden: true }),
      JSON.stringify(secret),
      `${secret.value}`,
    ];
    expect(printed.join('\n')).toContain('[redacted]');
    expect(printed.join('\n')).not.toMatch(/password of|cGFzc3dvcmQ/);
  });

  test('is set with its settings, as a Secret or a text, and read back', async () => {
    await using bench = await open();
    const client = bench.client();
    const settings = {
      contentType: 'text/plain',
      tags: { env: 'test' },
      notBefore: Date.UTC(2030, 0, 1),
      expiresAt: Date.UTC(2031, 0, 1, 0, 0, 0, 999),
    };
    const made = await client.setSecret('fresh', new Secret('pässword\u{1F511}'), settings);
    expect('value' in made).toBe(false);
    const { value, ...found } = await client.getSecret('fresh');
    expect(value.reveal()).toBe('pässword\u{1F511}');
    expect(found).toMatchObject({ ...settings, expiresAt: Date.UTC(2031, 0, 1) });
    await client.setSecret('fresh', 'another');
    expect((await client.listSecretVersions('fresh').toArray()).length).toBe(2);
  });

  test('is changed version by version; its value stays', async () => {
    await using bench = await open();
    const client = bench.client();
    const { version } = await client.getSecret(password);
    await bench.clock.advance(60_000);
    const changed = await client.updateSecret(`${password}/${version}`, {
      tags: { a: 'b' },
      contentType: 'x',
    });
    expect(changed).toMatchObject({ tags: { a: 'b' }, contentType: 'x', version });
    expect(changed.updatedAt).toBe((changed.createdAt ?? 0) + 60_000);
    expect((await client.getSecret(password)).value.reveal()).toBe('password of tenant_a');
  });

  test('that is disabled is refused, and says how to mend it', async () => {
    await using bench = await open();
    const client = bench.client();
    const { version } = await client.getSecret(password);
    await client.updateSecret(`${password}/${version}`, { enabled: false });
    expect(await bench.failure(client.getSecret(password))).toMatchObject({
      code: 'failed_precondition',
      status: 403,
      reason: 'SecretDisabled',
      message: expect.stringMatching(/secret db-password: Azure says ".*disabled secret.*; enable it/),
    });
  });

  test('that has expired can still be read, as the vendor documents', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.setSecret('brief', 'x', { expiresAt: bench.clock.now() + 1_000 });
    await bench.clock.advance(60_000);
    expect((await client.getSecret('brief')).value.reveal()).toBe('x');
  });

  test('that is not there is named, and so is what can be done', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().getSecret('nothing'))).toMatchObject({
      code: 'not_found',
      reason: 'SecretNotFound',
      message: expect.stringMatching(/^azure-key-vault\.getSecret: secret nothing: .*check the name/),
    });
  });

  test.each([
    ['an empty name', '', 'is no secret'],
    ['a space', 'a b', 'is no secret'],
    ['a path that climbs', 'a/..', 'is no secret'],
    ['three parts', 'a/b/c', 'is no secret'],
    ['128 characters', 'x'.repeat(128), '1 to 127 letters'],
    ['an id of another vault', 'https://other.vault.azure.net/secrets/a', 'belongs to another vault'],
  ])('named by %s is refused before anything is sent', async (_, name, says) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().getSecret(name))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
      message: expect.stringContaining(says),
    });
    expect(bench.fake.exchanges).toEqual([]);
  });

  test('an id of a key, two versions at once, and a version where there can be none are refused', async () => {
    await using bench = await open();
    const client = bench.client();
    const failures = [
      await bench.failure(client.getSecret(`${bench.fake.url}/keys/a`)),
      await bench.failure(client.getSecret('a/1', '2')),
      await bench.failure(client.deleteSecret('a/1')),
      await bench.failure(client.updateSecret('a', {})),
    ];
    const messages = failures.map((error) => (isIntegrationError(error) ? error.message : ''));
    expect(
      messages.map((message) => message.replace(/^.*?: /, '').replace(/127\.0\.0\.1:\d+/, 'vault')),
    ).toEqual([
      '"http://vault/keys/a" is no id of a secret',
      '"a/1" names a version already, yet the version 2 is asked for',
      '"a/1" names a version; this is about the whole secret, so give a',
      '"a" names no version; give a/<version>',
    ]);
    expect(bench.fake.exchanges).toEqual([]);
  });

  test('of more than 25 KiB is refused before anything is sent, and its size is all that is said', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.setSecret('large', 'x'.repeat(25_600));
    const before = bench.fake.exchanges.length;
    const error = await bench.failure(client.setSecret('large', 'y'.repeat(25_601)));
    expect(error).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('25601 bytes'),
    });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('yyy');
    expect(bench.fake.exchanges).toHaveLength(before);
  });

  test('that the vault quotes in its refusal does not come out', async () => {
    await using bench = await open();
    bench.fake.inject({
      method: 'PUT',
      fault: {
        kind: 'status',
        status: 400,
        body: JSON.stringify({ error: { code: 'BadParameter', message: 'Bad value: my very own value' } }),
      },
    });
    const error = await bench.failure(bench.client().setSecret('a', 'my very own value'));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('my very own');
  });
});

describe('deletion', () => {
  test('keeps a secret for ninety days, after which it is gone', async () => {
    await using bench = await open();
    const client = bench.client();
    const deleted = await client.deleteSecret(password);
    const days = (deleted.purgeAt ?? 0) - (deleted.deletedAt ?? 0);
    expect([days, deleted.recoveryId]).toEqual([
      90 * 86_400_000,
      `${bench.fake.url}/deletedsecrets/${password}`,
    ]);
    expect(await bench.failure(client.getSecret(password))).toMatchObject({ code: 'not_found' });
    await bench.clock.advance(90 * 86_400_000);
    expect(await bench.failure(client.getDeletedSecret(password))).toMatchObject({ code: 'not_found' });
    expect((await client.setSecret(password, 'anew')).name).toBe(password);
  });

  test('keeps the name taken until the secret is recovered or purged', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.setSecret(deletedSecret, 'x'))).toMatchObject({
      code: 'failed_precondition',
      status: 409,
      reason: 'ObjectIsDeletedButRecoverable',
      message: expect.stringContaining('recover it, or purge it'),
    });
    await client.recoverDeletedSecret(deletedSecret);
    await client.purgeDeletedSecret(doomedSecret);
    await client.setSecret(deletedSecret, 'x');
    await client.setSecret(doomedSecret, 'x');
    expect(await client.listDeletedSecrets().toArray()).toEqual([]);
  });

  test('under way is waited for', async () => {
    await using bench = await open();
    const client = bench.client({ resilience: { retry: { maxAttempts: 5, initialMs: 2_000 } } });
    bench.fake.world().settleMs = 1_500;
    await client.deleteSecret(password);
    expect(await bench.failure(client.getDeletedSecret(password))).toMatchObject({ code: 'not_found' });
    // Not repeated by itself, since setting is unsafe; but known to pass.
    expect(await bench.failure(client.setSecret(password, 'x'))).toMatchObject({
      code: 'unavailable',
      reason: 'ObjectIsBeingDeleted',
      effect: 'none',
    });
    await bench.clock.advance(1_500);
    expect((await client.recoverDeletedSecret(password)).name).toBe(password);
    expect(await bench.failure(client.getSecret(password))).toMatchObject({ code: 'not_found' });
    await bench.clock.advance(1_500);
    expect((await client.getSecret(password)).value.reveal()).toBe('password of tenant_a');
  });

  test('recovery and purge work once though their first answers were lost', async () => {
    await using bench = await open();
    const client = bench.client();
    const lost = (method: string, path: RegExp) =>
      bench.fake.inject({ method, path, fault: { kind: 'cut', when: 'after' } });
    lost('DELETE', /^\/secrets/);
    expect(await bench.clock.until(client.deleteSecret(password))).toMatchObject({ name: password });
    lost('POST', /recover$/);
    expect(await bench.clock.until(client.recoverDeletedSecret(password))).toMatchObject({ name: password });
    lost('DELETE', /^\/deletedsecrets/);
    await bench.clock.until(client.purgeDeletedSecret(deletedSecret));
    expect(await bench.failure(client.getDeletedSecret(deletedSecret))).toMatchObject({ code: 'not_found' });
  });
});

describe('lists', () => {
  test('go on where the vault says, and nowhere else', async () => {
    await using bench = await open();
    const client = bench.client();
    for (let count = 0; count < 60; count += 1) bench.fake.world().putSecret(`s-${count}`, 'x');
    const names = (await client.listSecrets().toArray()).map(({ name }) => name);
    expect([names.length, new Set(names).size]).toEqual([62, 62]);
    expect(bench.sent()).toHaveLength(3);

    bench.fake.forget();
    bench.fake.inject({
      path: '/secrets',
      fault: {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ value: [], nextLink: 'https://evil.example/x?$skiptoken=a%2Bb%3D' }),
      },
    });
    expect(await bench.failure(client.listSecrets().toArray())).toMatchObject({ code: 'invalid_argument' });
    expect(bench.sent()[1]).toBe('GET /secrets?api-version=7.2&maxresults=25&$skiptoken=a+b=');
  });

  test.each(['https://v.example/secrets?maxresults=1', '%%%', 'https://v.example/?$skiptoken=%E0%A4%A'])(
    'end with an error at a link without a position: %s',
    async (nextLink) => {
      await using bench = await open();
      bench.fake.inject({
        path: '/secrets',
        fault: {
          kind: 'status',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ value: [], nextLink }),
        },
      });
      expect(await bench.failure(bench.client().listSecrets().toArray())).toMatchObject({
        code: 'internal',
        reason: 'bad_link',
      });
    },
  );

  test('end at a link that is null', async () => {
    await using bench = await open();
    bench.fake.inject({
      path: '/secrets',
      fault: {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ value: [{ id: 'https://v/secrets/a' }], nextLink: null }),
      },
    });
    expect(await bench.client().listSecrets().toArray()).toMatchObject([
      { name: 'a', tags: {}, enabled: true },
    ]);
  });
});

describe('backups', () => {
  test('bring a secret back with all of its versions, and print nowhere', async () => {
    await using bench = await open();
    const client = bench.client();
    const backup = await client.backupSecret(password);
    expect(String(backup)).toBe('[redacted]');
    expect(await bench.failure(client.restoreSecret(backup))).toMatchObject({ code: 'already_exists' });
    await client.deleteSecret(password);
    await client.purgeDeletedSecret(password);
    expect(await client.restoreSecret(backup)).toMatchObject({ name: password });
    expect((await client.listSecretVersions(password).toArray()).length).toBe(2);
    expect((await client.getSecret(password)).value.reveal()).toBe('password of tenant_a');
  });

  test('that are none are refused, here or by the vault', async () => {
    await using bench = await open();
    const client = bench.client();
    expect(await bench.failure(client.restoreSecret('no base64url!'))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
    expect(await bench.failure(client.restoreSecret('AAAA'))).toMatchObject({
      code: 'invalid_argument',
      status: 400,
    });
    const key = await client.backupKey(sampleThings.signing);
    expect(await bench.failure(client.restoreSecret(key))).toMatchObject({
      code: 'invalid_argument',
      status: 400,
    });
  });
});

describe('being throttled', () => {
  test('is waited out as the vault asks', async () => {
    await using bench = await open();
    bench.fake.inject({
      path: /^\/secrets/,
      fault: { kind: 'status', status: 429, retryAfter: { seconds: 7 } },
    });
    const before = bench.clock.now();
    await bench.clock.until(bench.client().getSecret(password));
    expect(bench.clock.now() - before).toBeGreaterThanOrEqual(7_000);
  });
});

test.each([
  [400, 'BadParameter', undefined, 'invalid_argument', 'secret db-password: Azure says "Said by the vault."'],
  [401, 'Unauthorized', undefined, 'unauthenticated', 'check credentials'],
  [403, 'Forbidden', 'ForbiddenByFirewall', 'permission_denied', "through the vault's firewall"],
  [403, 'Forbidden', 'ForbiddenByConnection', 'permission_denied', "through the vault's firewall"],
  [403, 'Forbidden', 'ForbiddenByPolicy', 'permission_denied', 'give the identity a role'],
  [403, 'Forbidden', undefined, 'permission_denied', 'give the identity a role'],
  [403, 'Forbidden', 'SecretNotYetValid', 'failed_precondition', 'look at notBefore and expiresAt'],
  [404, 'SecretNotFound', undefined, 'not_found', 'check the name, the version and the vault'],
  [404, 'NotFound', undefined, 'not_found', 'Said by the vault'],
  [409, 'Conflict', 'ObjectIsBeingRecovered', 'unavailable', 'Said by the vault'],
  [409, 'Conflict', undefined, 'already_exists', 'choose another name'],
  [429, 'Throttled', undefined, 'resource_exhausted', 'Said by the vault'],
  [500, 'InternalError', undefined, 'unavailable', 'Said by the vault'],
] as const)('%i %s %s is %s', async (status, code, inner, expected, says) => {
  await using bench = await open();
  const message = 'Said by the vault.\r\nCaller: appid=00000000';
  bench.fake.inject({
    path: /^\/secrets/,
    times: Number.POSITIVE_INFINITY,
    fault: {
      kind: 'status',
      status,
      body: JSON.stringify({ error: { code, message, ...(inner && { innererror: { code: inner } }) } }),
    },
  });
  const client = bench.client({ resilience: { retry: { maxAttempts: 1 } } });
  const error = await bench.failure(client.getSecret(password));
  expect(error).toMatchObject({
    code: expected,
    status,
    reason: inner ?? code,
    message: expect.stringContaining(says),
  });
  expect(String(error)).not.toContain('Caller');
});

describe('options', () => {
  const credentials = { type: 'managed-identity' };

  test.each([
    [{ credentials }, ['vault is missing']],
    [
      { vault: '1vault', credentials },
      ['vault must be 3 to 24 letters, digits and single hyphens, beginning with a letter'],
    ],
    [
      { vault: 'a--b', credentials },
      ['vault must be 3 to 24 letters, digits and single hyphens, beginning with a letter'],
    ],
    [{ endpoint: 'ftp://vault', credentials }, ['endpoint is no http or https URL']],
    [
      { endpoint: 'https://v.vault.azure.net/secrets', credentials },
      ['endpoint has a path; give the URL of the vault alone'],
    ],
  ])('%j are refused', (options, faults) => {
    const { error } = keyVaultOptions.safeParse(options);
    expect(error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual(faults);
  });
});

test('an identity that may read but not list is healthy; one that the firewall keeps out is not', async () => {
  for (const [inner, status] of [
    ['ForbiddenByRbac', 'healthy'],
    ['ForbiddenByFirewall', 'unhealthy'],
  ] as const) {
    await using bench = await open();
    bench.fake.inject({
      path: '/secrets',
      times: Number.POSITIVE_INFINITY,
      fault: {
        kind: 'status',
        status: 403,
        body: JSON.stringify({ error: { code: 'Forbidden', message: 'No.', innererror: { code: inner } } }),
      },
    });
    await using registry = createRegistry({ clock: bench.clock, health: { checkIntervalMs: 0 } });
    registry.register(keyVault, { name: 'one', options: bench.fake.options() });
    await bench.clock.until(registry.enableAll().catch(() => undefined));
    expect([inner, registry.status({ name: 'one' })?.status]).toEqual([inner, status]);
  }
});
