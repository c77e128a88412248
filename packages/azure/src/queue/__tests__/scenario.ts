/**
 * One story of a queue, told by what a client sees. The fake and the emulator must give the same: ids, receipts and times are replaced by
 * what can be said of them.
 */
import { type ClientOf, isIntegrationError } from '@im/core';
import type { queue } from '../queue.ts';

type Client = ClientOf<typeof queue>;

/** What was done, and what was seen. */
export type Seen = readonly [step: string, seen: unknown];

/** Runs the story with queues whose names begin with `prefix`. */
export async function tell(client: Client, prefix: string): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const step = async (name: string, work: () => Promise<unknown>) => {
    seen.push([name, await work().then(plain, refusal)]);
  };
  const main = `${prefix}-main`;
  const missing = `${prefix}-missing`;

  await step('create', () => client.createQueue(main, { colour: 'blue', size: '7' }));
  await step('create again', () => client.createQueue(main, { colour: 'blue', size: '7' }));
  await step('create with other metadata', () => client.createQueue(main, { colour: 'red' }));
  await step('properties', () => client.getQueueProperties(main));
  await step('set metadata', () => client.setMetadata(main, { colour: 'red' }));
  await step('properties afterwards', () => client.getQueueProperties(main));
  await step('properties of what is missing', () => client.getQueueProperties(missing));
  await step('set metadata of what is missing', () => client.setMetadata(missing, {}));
  await step('delete what is missing', () => client.deleteQueue(missing));
  await step('put into what is missing', () => client.putMessage(missing, 'x'));
  await step('take from what is missing', () => client.getMessages(missing));

  for (const name of ['a', 'b', 'c']) await client.createQueue(`${prefix}-list-${name}`, { name });
  await step('list in pages', async () => {
    const pages: (readonly string[])[] = [];
    for await (const { items } of client.listQueues({ prefix: `${prefix}-list-` }, { pageSize: 2 }).pages())
      pages.push(items.map(({ name }) => name.slice(prefix.length)));
    return pages;
  });
  await step('list with metadata', async () => {
    const all = await client.listQueues({ prefix: `${prefix}-list-`, metadata: true }).toArray();
    return all.map(({ metadata }) => metadata);
  });

  await step('take from an empty queue', () => client.getMessages(main, { maxMessages: 32 }));
  await step('peek into an empty queue', () => client.peekMessages(main));
  await step('put', () => client.putMessage(main, 'first <&> "é" \u{1F511}\r\n\ttab'));
  await step('put bytes', () => client.putMessage(main, Uint8Array.of(0, 255, 128)));
  await step('put another', () => client.putMessage(main, 'second'));
  await step('peek', async () => byText(await client.peekMessages(main, 32)));
  await step('count', async () => (await client.getQueueProperties(main)).approximateMessageCount);

  const taken = byText(await client.getMessages(main, { maxMessages: 32, visibilitySeconds: 600 }));
  const first = taken.find(({ text }) => text.startsWith('first'));
  const second = taken.find(({ text }) => text === 'second');
  if (first === undefined || second === undefined) throw new Error('the messages are not there');
  await step('taken', async () => taken);
  await step('peek past what is taken', () => client.peekMessages(main, 32));
  await step('take past what is taken', () => client.getMessages(main, { maxMessages: 32 }));
  await step('update', () => client.updateMessage(main, first.id, first.popReceipt, 0, 'changed'));
  await step('update by a receipt that is spent', () =>
    client.updateMessage(main, first.id, first.popReceipt, 0),
  );
  await step('delete by a receipt that is spent', () =>
    client.deleteMessage(main, first.id, first.popReceipt),
  );
  await step('delete by a receipt that is none', () =>
    client.deleteMessage(main, second.id, 'AgAAAAMAAAAAAAAAAAAAAAAAAAA='),
  );
  await step('delete', () => client.deleteMessage(main, second.id, second.popReceipt));
  await step('delete twice', () => client.deleteMessage(main, second.id, second.popReceipt));
  await step('update what is gone', () => client.updateMessage(main, second.id, second.popReceipt, 0));
  await step('put hidden', () => client.putMessage(main, 'hidden', { visibilitySeconds: 600 }));
  await step('put for good', () =>
    client.putMessage(main, 'for good', { timeToLiveSeconds: Number.POSITIVE_INFINITY }),
  );
  await step('put nothing', () => client.putMessage(main, ''));
  await step('take the rest', async () => byText(await client.getMessages(main, { maxMessages: 32 })));
  await step('clear', () => client.clearMessages(main));
  await step('count afterwards', async () => (await client.getQueueProperties(main)).approximateMessageCount);
  await step('clear what is missing', () => client.clearMessages(missing));

  for (const name of ['main', 'list-a', 'list-b', 'list-c']) await client.deleteQueue(`${prefix}-${name}`);
  await step('properties of what was deleted', () => client.getQueueProperties(main));
  return seen;
}

/** Messages that were put in the same second come in any order. */
function byText<Message extends { readonly text: string }>(messages: readonly Message[]): Message[] {
  return [...messages].sort((one, other) => (one.text < other.text ? -1 : 1));
}

/** What can be said of an id, a receipt or an instant. */
const said: Readonly<Record<string, (value: unknown, of: Readonly<Record<string, unknown>>) => unknown>> = {
  id: (value) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(value)) ? 'an id' : value),
  popReceipt: (value) => (typeof value === 'string' && value.length > 8 ? 'a receipt' : value),
  insertedAt: (value) => (Number.isInteger(value) ? 'an instant' : value),
  expiresAt: (value, { insertedAt }) => {
    const seconds = (Number(value) - Number(insertedAt)) / 1_000;
    return seconds > 1e9 ? 'never' : `${Math.round(seconds / 60)} minutes later`;
  },
  nextVisibleAt: (value, { insertedAt }) =>
    insertedAt === undefined
      ? 'an instant'
      : `${Math.round((Number(value) - Number(insertedAt)) / 60_000)} minutes later`,
  body: (value) => (value instanceof Uint8Array ? [...value] : value),
};

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, said[name]?.(member, members) ?? member]),
  );
}

function refusal(error: unknown): unknown {
  if (!isIntegrationError(error)) throw error;
  const { code, status, reason } = error;
  return { code, status, reason };
}
