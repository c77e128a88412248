/** The vendor's SDK, with this integration's credentials and endpoint. */
import { expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { keyVault } from './key-vault.ts';
import { sampleThings, startFake } from './testing.ts';

const { password, signing } = sampleThings;
const open = () => openBench(keyVault, startFake);

test('SecretClient sets and reads', async () => {
  await using bench = await open();
  const { secrets } = bench.client().native();
  await secrets.setSecret('fresh', 'a value');
  expect((await secrets.getSecret('fresh')).value).toBe('a value');
  expect((await secrets.getSecret(password)).value).toBe('password of tenant_a');
});

test('KeyClient and CryptographyClient sign, and our verify agrees', async () => {
  await using bench = await open();
  const client = bench.client();
  const { keys, cryptography } = client.native();
  const { id = '' } = await keys.getKey(signing);
  const data = Buffer.from('what is signed');
  const { result } = await cryptography(id).signData('ES256', data);
  expect(await client.verify(id, 'ES256', { data }, result)).toBe(true);
});

test('the SDK does not repeat by itself', async () => {
  await using bench = await open();
  const { secrets } = bench.client().native();
  await secrets.getSecret(password);
  const before = bench.sent().length;
  bench.fake.inject({
    path: /^\/secrets/,
    times: Number.POSITIVE_INFINITY,
    fault: { kind: 'status', status: 503 },
  });
  await bench.failure(secrets.getSecret(password));
  expect(bench.sent()).toHaveLength(before + 1);
});
