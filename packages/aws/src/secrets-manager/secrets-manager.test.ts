import { inspect } from 'node:util';
import { Secret } from '@im/core';
import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { secretsManager } from './secrets-manager.ts';
import { builtInSecrets, harness, type SecretsManagerFake, sampleVersions, startFake } from './testing.ts';

describeIntegration(secretsManager, harness);

type Setup = Parameters<typeof connect<typeof secretsManager, SecretsManagerFake>>[2];
const open = (setup: Setup = {}) => connect(secretsManager, startFake, setup);
const { previous, current } = sampleVersions;

describe('a value', () => {
  it('does not print itself, and is given on demand', async () => {
    await using one = await open();
    const value = await one.done(one.client.getSecretValue('shop/database'));
    expect(value).toMatchObject({ name: 'shop/database', versionId: current, stages: ['AWSCURRENT'] });
    expect(value.text?.reveal()).toBe(builtInSecrets['shop/database']);
    expect(`${inspect(value)} ${JSON.stringify(value)}`).not.toContain('a-password');
  });

  it('is had by version or by stage', async () => {
    await using one = await open();
    const get = async (version: { versionId?: string; stage?: string }) =>
      (await one.done(one.client.getSecretValue('shop/api-key', version))).text?.reveal();
    expect(await get({ stage: 'AWSPREVIOUS' })).toBe('the-value-before');
    expect(await get({ versionId: previous })).toBe('the-value-before');
    expect(await one.failure(one.client.getSecretValue('shop/api-key', { stage: 'NONE' }))).toMatchObject({
      code: 'not_found',
    });
  });

  it('of several secrets comes with a result for each, in their order', async () => {
    await using one = await open();
    const results = await one.done(one.client.getSecretValues(['nope', 'shop/api-key']));
    expect(results.map((result) => (result.ok ? result.value.text?.reveal() : result.reason))).toEqual([
      'ResourceNotFoundException',
      'a-key-of-the-fake',
    ]);
  });

  it('of bytes comes back as bytes, and of 64 KiB and more is refused before it is sent', async () => {
    await using one = await open();
    const bytes = Uint8Array.of(0, 1, 254, 255);
    const { versionId } = await one.done(one.client.createSecret('bytes', bytes));
    const value = await one.done(one.client.getSecretValue('bytes', { versionId: versionId ?? '' }));
    expect([value.text, value.bytes?.reveal()]).toEqual([undefined, bytes]);
    one.fake.forget();
    for (const bad of ['', new Uint8Array(65_537), new Secret('é'.repeat(32_769))]) {
      const error = await one.failure(one.client.putSecretValue('bytes', bad));
      expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    }
    expect(one.fake.exchanges).toHaveLength(0);
  });
});

describe('a new version', () => {
  it('is made once for one key, however often its answer is lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 4 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' }, times: 3 });
    const key = 'b6f0a7c8-0000-4000-8000-000000000001';
    const made = await one.done(
      one.client.putSecretValue('shop/api-key', 'new', undefined, { idempotencyKey: key }),
    );
    expect(made.versionId).toBe(key);
    const versions = await one.done(one.client.listSecretVersions('shop/api-key').toArray());
    expect(versions.map(({ versionId, stages }) => [versionId, stages])).toEqual([
      [current, ['AWSPREVIOUS']],
      [key, ['AWSCURRENT']],
    ]);
    expect(await one.done(one.client.listSecretVersions('shop/api-key', true).toArray())).toHaveLength(3);
    const other = one.client.putSecretValue('shop/api-key', 'another', undefined, { idempotencyKey: key });
    expect(await one.failure(other)).toMatchObject({ code: 'already_exists' });
  });

  it('has a key that fits: short ones are made longer, too long ones refused', async () => {
    await using one = await open();
    const made = await one.done(
      one.client.createSecret('short', 'x', undefined, { idempotencyKey: 'order-1' }),
    );
    expect(made.versionId).toBe(`order-1${'-'.repeat(25)}`);
    const long = one.client.createSecret('long', 'x', undefined, { idempotencyKey: 'x'.repeat(65) });
    expect(await one.failure(long)).toMatchObject({ code: 'invalid_argument', effect: 'none' });
  });

  it('can be taken back by moving the stage', async () => {
    await using one = await open();
    await one.done(one.client.moveStage('shop/api-key', 'AWSCURRENT', { to: previous, from: current }));
    expect((await one.done(one.client.getSecretValue('shop/api-key'))).versionId).toBe(previous);
    expect(await one.failure(one.client.moveStage('shop/api-key', 'AWSCURRENT', {}))).toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe('a secret', () => {
  it('is rotated by its function, and needs one', async () => {
    await using one = await open();
    expect(await one.failure(one.client.rotateSecret('shop/api-key'))).toMatchObject({
      code: 'failed_precondition',
      reason: 'InvalidRequestException',
    });
    const lambdaArn = 'arn:aws:lambda:us-east-1:111122223333:function:rotate';
    const rotated = await one.done(
      one.client.rotateSecret('shop/api-key', { lambdaArn, every: 'rate(10 days)', window: '3h' }),
    );
    const info = await one.done(one.client.describeSecret('shop/api-key'));
    expect(info).toMatchObject({ rotates: true, rotationLambdaArn: lambdaArn, tags: { team: 'shop' } });
    expect(info.versions[rotated.versionId ?? '']).toEqual(['AWSCURRENT']);
  });

  it('that is marked for deletion is refused with what to do, can be taken back, and is gone in the end', async () => {
    await using one = await open();
    const goneAt = await one.done(one.client.deleteSecret('shop/old', { recoveryDays: 7 }));
    expect(goneAt).toBe(one.clock.now() + 7 * 86_400_000);
    const error = await one.failure(one.client.getSecretValue('shop/old'));
    expect(error.code).toBe('failed_precondition');
    expect(error.message).toContain('restoreSecret takes back a deletion');
    await one.done(one.client.restoreSecret('shop/old'));
    await one.done(one.client.getSecretValue('shop/old'));
    await one.done(one.client.deleteSecret('shop/old', { forGood: true }));
    expect(await one.failure(one.client.getSecretValue('shop/old'))).toMatchObject({ code: 'not_found' });
    const bad = one.client.deleteSecret('shop/api-key', { recoveryDays: 3 });
    expect(await one.failure(bad)).toMatchObject({ code: 'invalid_argument' });
  });

  it('of another account is not seen', async () => {
    await using one = await open({ tenant: 'tenant_b' });
    await one.done(one.client.createSecret('theirs', 'x'));
    const arn = one.fake.secret('theirs', 'tenant_b').arn;
    await using other = await open({ options: { ...one.fake.options('tenant_a') } });
    expect(await other.failure(other.client.getSecretValue(arn))).toMatchObject({ code: 'not_found' });
  });

  it('is not opened to everybody, and a policy that is no JSON is refused', async () => {
    await using one = await open();
    const put = (policy: string) => one.failure(one.client.putPolicy('shop/api-key', policy));
    expect(await put('{"Statement":[{"Principal":"*"}]}')).toMatchObject({
      code: 'invalid_argument',
      reason: 'PublicPolicyException',
    });
    expect(await put('{')).toMatchObject({
      code: 'invalid_argument',
      reason: 'MalformedPolicyDocumentException',
    });
    expect(await one.done(one.client.getPolicy('shop/api-key'))).toBeUndefined();
  });
});
