/** Messages on their way out, held to the vendor's limits: https://cloud.google.com/pubsub/quotas#resource_limits */
import { toBase64 } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';
import type { OutgoingMessage } from './model.ts';

const mostMessages = 1_000;
/** Of one message and of one request alike, in bytes. */
const mostBytes = 10_000_000;
const mostAttributes = 100;
const mostKeyBytes = 256;
const mostValueBytes = 1_024;
const mostOrderingKeyBytes = 1_024;

/**
 * The body of `topics.publish`.
 *
 * @throws `VendorError` `invalid_argument` that names the message by its place
 */
export function toPublishRequest(messages: readonly OutgoingMessage[]): {
  readonly messages: readonly object[];
} {
  if (messages.length === 0 || messages.length > mostMessages)
    throw invalid(`takes 1 to ${mostMessages} messages a call, not ${messages.length}`);
  let total = 0;
  const wire = messages.map((message, index) => {
    const { bytes, json } = toWire(message, index);
    total += bytes;
    return json;
  });
  if (total > mostBytes)
    throw invalid(`the messages have ${total} bytes together; ${mostBytes} a call are taken`);
  return { messages: wire };
}

function toWire(
  { data, attributes = {}, orderingKey }: OutgoingMessage,
  index: number,
): { readonly bytes: number; readonly json: object } {
  const refuse = (says: string) => invalid(`message ${index}: ${says}`);
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data ?? new Uint8Array());
  const entries = Object.entries(attributes);
  if (bytes.byteLength === 0 && entries.length === 0) throw refuse('has neither data nor attributes');
  if (entries.length > mostAttributes)
    throw refuse(`has ${entries.length} attributes; ${mostAttributes} are taken`);
  const keyBytes = orderingKey === undefined ? 0 : Buffer.byteLength(orderingKey);
  if (keyBytes > mostOrderingKeyBytes)
    throw refuse(`its ordering key has ${keyBytes} bytes; ${mostOrderingKeyBytes} are taken`);
  let size = bytes.byteLength + keyBytes;
  for (const [key, value] of entries) {
    const fault = attributeFault(key, value);
    if (fault !== undefined) throw refuse(`the attribute ${JSON.stringify(key.slice(0, 40))} ${fault}`);
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return {
    bytes: size,
    json: {
      ...(bytes.byteLength > 0 && { data: toBase64(bytes) }),
      ...(entries.length > 0 && { attributes }),
      ...(orderingKey !== undefined && { orderingKey }),
    },
  };
}

function attributeFault(key: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return `is ${typeof value}, not text`;
  if (key === '') return 'has an empty name';
  if (key.startsWith('goog')) return 'begins with goog, which is reserved';
  if (Buffer.byteLength(key) > mostKeyBytes) return `has a name of more than ${mostKeyBytes} bytes`;
  if (Buffer.byteLength(value) > mostValueBytes) return `has a value of more than ${mostValueBytes} bytes`;
  return undefined;
}
