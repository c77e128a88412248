import { inspect } from 'node:util';
import { createRegistry, Secret } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { secretManager } from './secret-manager.ts';
import { fakeProject, harness, sampleSecrets, startFake } from './testing.ts';

describeIntegration(secretManager, harness);

const { password, certificate } = sampleSecrets;
const open = () => openBench(secretManager, startFake);
/** The SDK adds parameters that the description of the API does not have. */
const byHand = { otherArgs: { headers: { 'x-im-by-hand': '1' } } };
const whole = `projects/${fakeProject}/secrets/${password}`;

describe('what a secret holds', () => {
  test('the latest version comes by default, and says which one it is', async () => {
    await using bench = await open();
    const { version, name, payload } = await bench.client().accessSecretVersion(password);
    expect([version, name, payload.text().reveal()]).toEqual([
      '2',
      `${whole}/versions/2`,
      'password of tenant_a',
    ]);
  });

  test('it prints nowhere', async () => {
    await using bench = await open();
    const accessed = await bench.client().accessSecretVersion(password);
    const printed = [
      inspect(accessed, { depth: 9, showHidden: true }),
      JSON.stringify(accessed),
      `${accessed.payload}`,
    ];
    expect(printed.join('\n')).toContain('[redacted]');
    expect(printed.join('\n')).not.toMatch(/password of|cGFzc3dvcmQ/);
  });

  test('bytes that are no text come as they are, and are refused as text', async () => {
    await using bench = await open();
    const { payload } = await bench.client().accessSecretVersion(certificate);
    expect([...payload.reveal()]).toEqual([0x30, 0x82, 0xff, 0xfe]);
    expect(payload.byteLength).toBe(4);
    expect(() => payload.text()).toThrow('not UTF-8 text; take the bytes by reveal()');
  });

  test.each([
    ['text', 'pässword\u{1F511}', 'pässword\u{1F511}'],
    ['a Secret', new Secret('hidden'), 'hidden'],
    ['bytes', new TextEncoder().encode('bytes'), 'bytes'],
  ])('%s can be stored and is read back', async (_, given, expected) => {
    await using bench = await open();
    const client = bench.client();
    expect(await client.addSecretVersion(password, given)).toMatchObject({ version: '3', state: 'enabled' });
    expect((await client.accessSecretVersion(password)).payload.text().reveal()).toBe(expected);
  });

  test('more than 65,536 bytes are refused before anything is sent', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.addSecretVersion(password, new Uint8Array(65_536));
    const before = bench.sent().length;
    const error = await bench.failure(client.addSecretVersion(password, new Uint8Array(65_537)));
    expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(bench.sent()).toHaveLength(before);
  });
});

describe('names', () => {
  test.each([
    ['an id and a number', [password, '1'], 1],
    ['a whole name', [whole], 2],
    ['a whole name of a version', [`${whole}/versions/1`], 1],
    ['an alias', [password, 'live'], 1],
  ] as const)('%s is understood', async (_, names, version) => {
    await using bench = await open();
    const client = bench.client();
    await client.updateSecret(password, { versionAliases: { live: '1' } });
    const [secret, id] = names;
    expect((await client.accessSecretVersion(secret, id)).version).toBe(String(version));
  });

  test.each([
    ['an empty id', ''],
    ['a space', 'a b'],
    ['a path', 'a/../b'],
    ['a whole name of something else', `projects/${fakeProject}/topics/t`],
    ['a whole name with a gap', 'projects//secrets/x'],
    ['more than 255 characters', 'x'.repeat(256)],
  ])('%s is refused before anything is sent', async (_, name) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().getSecret(name))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
      message: expect.stringContaining('is no secret: give 1 to 255 letters'),
    });
    expect(bench.fake.exchanges).toHaveLength(0);
  });

  test('a dot for a project climbs nowhere', async () => {
    await using bench = await open();
    const error = await bench.failure(bench.client().getSecret('projects/../secrets/x'));
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(bench.sent()).toEqual([]);
  });

  test('regional secrets live below their location', async () => {
    await using bench = await open();
    const client = bench.client({ options: { location: 'europe-west3' } });
    const made = await client.createSecret('here', { labels: { a: 'b' } });
    expect(made).toMatchObject({
      name: `projects/${fakeProject}/locations/europe-west3/secrets/here`,
      replicas: undefined,
    });
    await client.addSecretVersion('here', 'x');
    expect((await client.listSecrets().toArray()).map(({ id }) => id)).toEqual(['here']);
    expect((await client.accessSecretVersion('here')).payload.text().reveal()).toBe('x');
  });
});

describe('conditions', () => {
  test('a change under an etag that is no longer true is refused', async () => {
    await using bench = await open();
    const client = bench.client();
    const { etag } = await client.getSecret(password);
    await client.updateSecret(password, { labels: { a: '1' } }, { etag });
    for (const work of [
      () => client.updateSecret(password, { labels: { a: '2' } }, { etag }),
      () => client.deleteSecret(password, { etag }),
    ]) {
      expect(await bench.failure(work())).toMatchObject({
        code: 'failed_precondition',
        status: 400,
        message: expect.stringMatching(/secrets\/db-password.*read it again/),
      });
    }
    expect((await client.getSecret(password)).labels).toEqual({ a: '1' });
  });

  test.each(['enableSecretVersion', 'disableSecretVersion', 'destroySecretVersion'] as const)(
    '%s under an etag works once though its first answer was lost',
    async (operation) => {
      await using bench = await open();
      const client = bench.client();
      const { etag } = await client.getSecretVersion(password, '1');
      bench.fake.inject({ fault: { kind: 'cut', when: 'after' }, path: /versions\/1:/ });
      const version = await bench.clock.until(client[operation](password, '1', { etag }));
      expect(version.state).toBe(
        operation
          .replace(/Secret.*/, 'd')
          .replace('eded', 'ed')
          .replace('yd', 'yed'),
      );
    },
  );

  test('an update and a deletion work once though their first answers were lost', async () => {
    await using bench = await open();
    const client = bench.client();
    const { etag } = await client.getSecret(password);
    bench.fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'PATCH' });
    const changes = { labels: { a: '1' }, topics: [], rotation: null, ttlSeconds: 600 };
    const changed = await bench.clock.until(client.updateSecret(password, changes, { etag }));
    expect(changed.labels).toEqual({ a: '1' });
    bench.fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'DELETE' });
    await bench.clock.until(client.deleteSecret(password, { etag: changed.etag }));
    expect(await bench.failure(client.deleteSecret(password))).toMatchObject({ code: 'not_found' });
  });

  test('a repeated change that somebody else overtook is refused', async () => {
    await using bench = await open();
    const client = bench.client();
    const { etag } = await client.getSecretVersion(password, '1');
    bench.fake.inject({ fault: { kind: 'status', status: 503 }, path: /:disable$/ });
    const call = client.disableSecretVersion(password, '1', { etag });
    const failed = bench.failure(call);
    await bench.client().enableSecretVersion(password, '1');
    expect(await bench.clock.until(failed)).toMatchObject({ code: 'failed_precondition' });
  });
});

describe('life of a secret', () => {
  test('settings are written as the vendor spells them, and read back', async () => {
    await using bench = await open();
    const client = bench.client();
    const nextAt = '2030-02-01T00:00:00Z';
    await client.createSecret('full', {
      replicas: ['europe-west3', 'europe-west1'],
      labels: { env: 'prod' },
      rotation: { nextAt, everySeconds: 86_400 },
      topics: ['projects/p/topics/rotations'],
      destroyDelaySeconds: 86_400,
    });
    expect(await client.getSecret('full')).toMatchObject({
      replicas: ['europe-west3', 'europe-west1'],
      rotation: { nextAt, everySeconds: 86_400 },
      topics: ['projects/p/topics/rotations'],
      destroyDelaySeconds: 86_400,
    });
    const changed = await client.updateSecret('full', { rotation: null, labels: { env: 'test' } });
    expect(changed).toMatchObject({
      rotation: undefined,
      labels: { env: 'test' },
      destroyDelaySeconds: 86_400,
    });
  });

  test('a destruction with a delay comes true on its day, and not before', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.updateSecret(password, { destroyDelaySeconds: 86_400 });
    expect(await client.destroySecretVersion(password, '1')).toMatchObject({
      state: 'disabled',
      destroyScheduledAt: '2030-01-02T00:00:00.000000Z',
    });
    expect((await client.enableSecretVersion(password, '1')).destroyScheduledAt).toBeUndefined();
    await client.destroySecretVersion(password, '1');
    await bench.clock.advance(86_400_000);
    expect(await client.getSecretVersion(password, '1')).toMatchObject({ state: 'destroyed' });
    expect(await bench.failure(client.enableSecretVersion(password, '1'))).toMatchObject({
      code: 'failed_precondition',
    });
  });

  test('a disabled version cannot be read, and what is missing says so by name', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.disableSecretVersion(password, '1');
    expect(await bench.failure(client.accessSecretVersion(password, '1'))).toMatchObject({
      code: 'failed_precondition',
    });
    const error = await bench.failure(client.accessSecretVersion('nothing'));
    expect(error).toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/secrets\/nothing\/versions\/latest.*check its name/),
    });
  });

  test('a second secret of the same id is refused', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().createSecret(password))).toMatchObject({
      code: 'already_exists',
      effect: 'none',
    });
  });

  test('lists are filtered by the vendor', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.updateSecret(password, { labels: { env: 'prod' } });
    await client.disableSecretVersion(password, '1');
    const ids = (await client.listSecrets({ filter: 'labels.env=prod' }).toArray()).map(({ id }) => id);
    const versions = await client.listSecretVersions(password, { filter: 'state:ENABLED' }).toArray();
    expect([ids, versions.map(({ version }) => version)]).toEqual([[password], ['2']]);
  });

  test.each([
    ['two ends', { expiresAt: '2031-01-01T00:00:00Z', ttlSeconds: 5 }],
    ['a time that is none', { expiresAt: 'tomorrow' }],
    ['a rotation without a first day', { rotation: { everySeconds: 3_600 } }],
    ['a rotation every minute', { rotation: { nextAt: '2031-01-01T00:00:00Z', everySeconds: 60 } }],
    ['eleven topics', { topics: Array.from({ length: 11 }, (_, index) => `projects/p/topics/t${index}`) }],
    ['no replica at all', { replicas: [] }],
    ['one key for several places', { replicas: ['europe-west3'], kmsKeyName: 'k' }],
  ])('%s is refused before anything is sent', async (_, settings) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().createSecret('x', settings))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
  });

  test('a change of nothing is refused before anything is sent', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().updateSecret(password, {}))).toMatchObject({
      code: 'invalid_argument',
    });
  });
});

test('an account that may read but not list is healthy', async () => {
  await using bench = await open();
  bench.fake.inject({
    path: `/v1/projects/${fakeProject}/secrets`,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'status', status: 403 },
  });
  await using registry = createRegistry({ clock: bench.clock, health: { checkIntervalMs: 0 } });
  registry.register(secretManager, { name: 'one', options: bench.fake.options() });
  await bench.clock.until(registry.enableAll());
  expect(registry.status({ name: 'one' })).toMatchObject({ status: 'healthy' });
});

test('a service account’s key is traded for a token, once, and again when it has expired', async () => {
  await using bench = await open();
  const client = bench.client();
  const trades = () => bench.fake.exchanges.filter(({ target }) => target === '/token').length;
  await Promise.all([client.getSecret(password), client.getSecret(certificate)]);
  expect(trades()).toBe(1);
  bench.fake.expireTokens();
  await client.getSecret(password);
  expect(trades()).toBe(2);
});

test('a token that nobody issued is refused', async () => {
  await using bench = await open();
  const credentials = { type: 'access-token', accessToken: 'ya29.made-up-by-somebody' };
  expect(await bench.failure(bench.client({ options: { credentials } }).getSecret(password))).toMatchObject({
    code: 'unauthenticated',
    status: 401,
  });
});

test('another’s project cannot be reached', async () => {
  await using bench = await open();
  const client = bench.client({ options: { projectId: 'somebody-elses' } });
  expect(await bench.failure(client.getSecret(password))).toMatchObject({ code: 'permission_denied' });
});

test('the SDK’s own client reads from the same place with the same credentials', async () => {
  await using bench = await open();
  const native = bench.client().native();
  const [answer] = await native.accessSecretVersion({ name: `${whole}/versions/latest` }, byHand);
  await native.close();
  expect([answer.name, String(answer.payload?.data)]).toEqual([
    `${whole}/versions/2`,
    'password of tenant_a',
  ]);
});

test('the SDK’s own client does not repeat by itself', async () => {
  await using bench = await open();
  const native = bench.client().native();
  bench.fake.inject({
    path: /:access$/,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'status', status: 503 },
  });
  await bench.failure(native.accessSecretVersion({ name: `${whole}/versions/latest` }, byHand));
  await native.close();
  expect(bench.sent()).toHaveLength(1);
});
