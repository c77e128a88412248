/** The published examples: our requests are those of the vendor, and its answers are read whole. */
import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { type ClientOf, createIntegration, memoryState, provide } from '@im/core';
import { createVirtualClock, type FakeServer, startFakeServer } from '@im/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { azureCredentialKey } from '../common/tokens.ts';
import { describePublished, type PublishedExample } from './__tests__/published.ts';
import { keyVault } from './key-vault.ts';
import { namesOfId } from './names.ts';

type Client = ClientOf<typeof keyVault>;
type Given = Record<string, string>;
// biome-ignore lint/suspicious/noExplicitAny: published bodies are read by name.
type Body = any;

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
const secretOf = (given: Given) => String(given['secret-name']);
const keyOf = (given: Given) => String(given['key-name']);
const version = (given: Given) =>
  given['key-version'] === undefined ? keyOf(given) : `${keyOf(given)}/${given['key-version']}`;
const list = (pages: { pages(): AsyncIterable<{ readonly items: readonly unknown[] }> }) =>
  (async () => {
    for await (const { items } of pages.pages()) return items;
    return [];
  })();

/** How each operation of the description is called here. */
const calls: Readonly<Record<string, (client: Client, given: Given, body: Body) => Promise<unknown>>> = {
  GetSecret: (client, given) => client.getSecret(secretOf(given), given['secret-version']),
  SetSecret: (client, given, { value }) => client.setSecret(secretOf(given), value),
  UpdateSecret: (client, given, { tags, contentType, attributes }) =>
    client.updateSecret(`${secretOf(given)}/${given['secret-version']}`, {
      tags,
      contentType,
      ...attributes,
    }),
  GetSecrets: (client, given) => list(client.listSecrets({ pageSize: Number(given.maxresults) })),
  GetSecretVersions: (client, given) =>
    list(client.listSecretVersions(secretOf(given), { pageSize: Number(given.maxresults) })),
  DeleteSecret: (client, given) => client.deleteSecret(secretOf(given)),
  GetDeletedSecret: (client, given) => client.getDeletedSecret(secretOf(given)),
  GetDeletedSecrets: (client, given) =>
    list(client.listDeletedSecrets({ pageSize: Number(given.maxresults) })),
  RecoverDeletedSecret: (client, given) => client.recoverDeletedSecret(secretOf(given)),
  PurgeDeletedSecret: (client, given) => client.purgeDeletedSecret(secretOf(given)),
  BackupSecret: (client, given) => client.backupSecret(secretOf(given)),
  RestoreSecret: (client, _, { value }) => client.restoreSecret(value),
  CreateKey: (client, given, { kty, key_size, key_ops, tags }) =>
    client.createKey(keyOf(given), { type: kty, size: key_size, uses: key_ops, tags }),
  ImportKey: (client, given, { key, tags }) =>
    client.importKey(keyOf(given), createPrivateKey({ key: key as JsonWebKey, format: 'jwk' }), { tags }),
  GetKey: (client, given) => client.getKey(keyOf(given), given['key-version']),
  UpdateKey: (client, given, { key_ops, attributes, tags }) =>
    client.updateKey(version(given), {
      uses: key_ops,
      tags,
      enabled: attributes.enabled,
      notBefore: attributes.nbf && attributes.nbf * 1_000,
      expiresAt: attributes.exp && attributes.exp * 1_000,
    }),
  GetKeys: (client, given) => list(client.listKeys({ pageSize: Number(given.maxresults) })),
  GetKeyVersions: (client, given) =>
    list(client.listKeyVersions(keyOf(given), { pageSize: Number(given.maxresults) })),
  DeleteKey: (client, given) => client.deleteKey(keyOf(given)),
  GetDeletedKey: (client, given) => client.getDeletedKey(keyOf(given)),
  GetDeletedKeys: (client, given) => list(client.listDeletedKeys({ pageSize: Number(given.maxresults) })),
  RecoverDeletedKey: (client, given) => client.recoverDeletedKey(keyOf(given)),
  PurgeDeletedKey: (client, given) => client.purgeDeletedKey(keyOf(given)),
  BackupKey: (client, given) => client.backupKey(keyOf(given)),
  RestoreKey: (client, _, { value }) => client.restoreKey(value),
  encrypt: (client, given, { alg, value }) => client.encrypt(version(given), alg, bytes(value)),
  decrypt: (client, given, { alg, value }) => client.decrypt(version(given), alg, bytes(value)),
  wrapKey: (client, given, { alg, value }) => client.wrapKey(version(given), alg, bytes(value)),
  unwrapKey: (client, given, { alg, value }) => client.unwrapKey(version(given), alg, bytes(value)),
  sign: (client, given, { alg, value }) => client.sign(version(given), alg, { digest: bytes(value) }),
  verify: (client, given, { alg, value, digest }) =>
    // The published example has the digest and the signature in each other's place.
    client.verify(version(given), alg, { digest: bytes(value) }, bytes(digest)),
};

/** Every value of an answer that a caller should find again, as it stands in what they get. */
function factsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(factsOf);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? [value] : [];
  return Object.entries(value).flatMap(([name, member]) => (name === 'nextLink' ? [] : factsOf(member)));
}

/** Texts in a result, secrets and bytes included. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('base64url')];
  if (typeof value !== 'object' || value === null) return [];
  if ('reveal' in value && typeof value.reveal === 'function') return textsOf(value.reveal());
  return Object.values(value).flatMap(textsOf);
}

describePublished('published examples of Azure Key Vault', (examples) => {
  const own = examples.filter(({ operation }) => !/Certificate/.test(operation));
  let server: FakeServer;
  let answer: PublishedExample;
  let client: Client;
  let close: () => PromiseLike<void>;

  beforeAll(async () => {
    const respond = () => ({
      status: answer.status,
      ...(answer.answer !== undefined && { json: answer.answer }),
    });
    const methods = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'].map((method) => [`${method} /*rest`, respond]);
    server = await startFakeServer({ name: 'azure-key-vault', routes: Object.fromEntries(methods) });
    const clock = createVirtualClock();
    const made = createIntegration(keyVault, {
      options: { endpoint: server.url, credentials: { type: 'default' } },
      clock,
      state: memoryState(clock),
      services: [
        provide(azureCredentialKey, {
          getToken: async () => ({
            token: 'a token of the application',
            expiresOnTimestamp: clock.now() + 3_600_000,
          }),
        }),
      ],
    });
    client = made;
    close = () => made[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await close();
    await server[Symbol.asyncDispose]();
  });

  test('every operation of the description has a call here', () => {
    expect(own.map(({ operation }) => operation).sort()).toEqual(Object.keys(calls).sort());
  });

  test.each(own.map((example) => [example.operation, example] as const))('%s', async (operation, example) => {
    answer = example;
    server.forget();
    const given = Object.fromEntries(
      Object.entries(example.given).map(([name, value]) => [name, String(value)]),
    );
    const result = await calls[operation]?.(client, given, example.body);

    const [sent, ...more] = server.exchanges;
    expect(more).toEqual([]);
    const { pathname, searchParams } = new URL(sent?.target ?? '', server.url);
    expect(searchParams.get('api-version')).toBe('7.2');
    expect(searchParams.get('maxresults') ?? undefined).toBe(given.maxresults);
    for (const name of ['secret-name', 'secret-version', 'key-name', 'key-version'])
      if (given[name] !== undefined) expect(pathname.split('/')).toContain(given[name]);
    const body = sent?.requestBody.byteLength
      ? JSON.parse(Buffer.from(sent.requestBody).toString())
      : undefined;
    if (operation !== 'verify') expect(body).toEqual(withoutEmpty(example.body));

    const seen = textsOf(result);
    for (const fact of factsOf(withoutSome(operation, example.answer))) expect(seen).toContain(fact);
    const id = (example.answer as Body)?.id ?? (example.answer as Body)?.key?.kid;
    if (id !== undefined) expect(result).toMatchObject({ id, ...namesOfId(id) });
  });
});

/** Settings that are empty are not sent. */
function withoutEmpty(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const entries = Object.entries(body).filter(
    ([, value]) => typeof value !== 'object' || value === null || Object.keys(value).length > 0,
  );
  return Object.fromEntries(entries);
}

/** What callers are not given: the value that they have just set. */
function withoutSome(operation: string, answer: unknown): unknown {
  if (operation !== 'SetSecret') return answer;
  const { value: _, ...rest } = answer as Body;
  return rest;
}
