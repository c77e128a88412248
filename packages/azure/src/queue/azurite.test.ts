/** The fake against Microsoft's own emulator: one story, seen alike. */
import { createIntegration, type OptionsOf } from '@im/core';
import { type Azurite, startAzurite } from '@im/testing/peers';
import { describePeer } from '@im/testing/vitest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Seen, tell } from './__tests__/scenario.ts';
import { queue } from './queue.ts';
import { startFake } from './testing.ts';

async function toldTo(options: OptionsOf<typeof queue>, prefix: string): Promise<readonly Seen[]> {
  await using client = createIntegration(queue, { options });
  return await tell(client, prefix);
}

it('the story of a queue is the same by every credential of the fake', async () => {
  await using fake = await startFake();
  const byToken = await toldTo(fake.options('one'), 'story');
  expect(Object.fromEntries(byToken)).toMatchObject({
    create: undefined,
    'create with other metadata': { code: 'already_exists', reason: 'QueueAlreadyExists' },
    'properties afterwards': { approximateMessageCount: 0, metadata: { colour: 'red' } },
    'put into what is missing': { code: 'not_found', reason: 'QueueNotFound' },
    'list in pages': [['-list-a', '-list-b'], ['-list-c']],
    count: 3,
    peek: [
      { body: [0, 255, 128] },
      { text: 'first <&> "é" \u{1F511}\r\n\ttab' },
      { text: 'second', dequeueCount: 0 },
    ],
    'take past what is taken': [],
    'update by a receipt that is spent': { code: 'failed_precondition', reason: 'PopReceiptMismatch' },
    'delete twice': { code: 'not_found', reason: 'MessageNotFound' },
    'put for good': { expiresAt: 'never' },
    'take the rest': [
      { text: '' },
      { text: 'changed', dequeueCount: 2 },
      { text: 'for good', dequeueCount: 1 },
    ],
    'count afterwards': 0,
  });
  expect(await toldTo(fake.options('two', 'account-key'), 'story')).toEqual(byToken);
  expect(await toldTo(fake.options('three', 'connection-string'), 'story')).toEqual(byToken);
});

describePeer('Azure Queue Storage on Azurite', 'azurite', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite[Symbol.asyncDispose]());
  const optionsOf = (): OptionsOf<typeof queue> => ({
    endpoint: azurite.queueUrl,
    account: azurite.account,
    credentials: { type: 'account-key', accountKey: azurite.key },
  });

  it.each(['base64', 'text'] as const)(
    'tells the same story as the fake, with bodies in %s',
    async (encoding) => {
      await using fake = await startFake();
      const onFake = await toldTo({ ...fake.options(), encoding }, 'story');
      const onAzurite = await toldTo({ ...optionsOf(), encoding }, `story-${encoding}`);
      expect(onAzurite).toEqual(onFake);
    },
  );

  it('has a native client for the same account', async () => {
    await using client = createIntegration(queue, { options: { ...optionsOf(), encoding: 'text' } });
    const native = client.native().getQueueClient('from-the-sdk');
    await native.create();
    await native.sendMessage('by the SDK');
    expect((await client.getMessages('from-the-sdk')).map(({ text }) => text)).toEqual(['by the SDK']);
    expect(await client.listQueues().toArray()).toContainEqual({ name: 'from-the-sdk' });
  });
});
