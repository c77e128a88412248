/** Reads what SNS gets, and refuses what SNS refuses. */
import { fault, type QueryInput } from '../../common/fake/protocols.ts';
import { checkPolicy } from './filter.ts';
import type { NewNotification, StoredAttribute } from './state.ts';

const mostBytes = 262_144;
const topicAttributes =
  /^(DeliveryPolicy|DisplayName|FifoTopic|Policy|SignatureVersion|TracingConfig|KmsMasterKeyId|ArchivePolicy|ContentBasedDeduplication|FifoThroughputScope)$/;
const subscriptionAttributes =
  /^(DeliveryPolicy|FilterPolicy|FilterPolicyScope|RawMessageDelivery|RedrivePolicy|SubscriptionRoleArn|ReplayPolicy)$/;

/** The error for most of what is wrong. */
export const invalid = (says: string) => fault('InvalidParameter', `Invalid parameter: ${says}`);

/** What AWS refuses of a whole batch. */
export function checkBatch(entries: readonly QueryInput[]): void {
  if (entries.length === 0)
    throw fault('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > 10)
    throw fault('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
  const ids = new Set(entries.map((entry) => entry.text('Id')));
  if (ids.size < entries.length)
    throw fault('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  const size = entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.text('Message') ?? ''), 0);
  if (size > mostBytes)
    throw fault('BatchRequestTooLong', 'The length of all the batch messages put together is too long.');
}

/** What is published, of a request or of an entry of a batch. */
export function toNotification(input: QueryInput): NewNotification {
  const text = input.text('Message');
  if (text === undefined || text === '') throw invalid('Empty message');
  if (Buffer.byteLength(text) > mostBytes) throw invalid('Message too long');
  const byProtocol = input.text('MessageStructure') === 'json' ? textsByProtocol(text) : {};
  return {
    message: byProtocol.default ?? text,
    byProtocol,
    subject: input.text('Subject'),
    attributes: attributesOf(input),
    groupId: input.text('MessageGroupId'),
    deduplicationId: input.text('MessageDeduplicationId'),
  };
}

function textsByProtocol(text: string): Readonly<Record<string, string>> {
  let texts: unknown;
  try {
    texts = JSON.parse(text);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  if (typeof texts !== 'object' || texts === null || !('default' in texts))
    throw invalid('Message Structure - No default entry in JSON message body');
  return Object.fromEntries(
    Object.entries(texts).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function attributesOf(input: QueryInput): Readonly<Record<string, StoredAttribute>> {
  return Object.fromEntries(
    input.list('MessageAttributes.entry').map((entry) => {
      const type = entry.text('Value.DataType');
      const value = entry.text('Value.StringValue') ?? entry.text('Value.BinaryValue');
      if (!type || !value) throw fault('ParameterValueInvalid', 'An attribute must have a type and a value.');
      return [needed(entry, 'Name'), { type, value }];
    }),
  );
}

/** @throws `InvalidParameter` */
export function checkTopicAttribute(name: string, value: string): void {
  if (!topicAttributes.test(name)) throw invalid('AttributeName');
  if (name === 'SignatureVersion' && !/^[12]$/.test(value)) throw invalid('SignatureVersion');
  if (name === 'DisplayName' && value.length > 100) throw invalid('DisplayName');
}

/** @throws `InvalidParameter` */
export function checkSubscriptionAttribute(name: string, value: string): void {
  if (!subscriptionAttributes.test(name)) throw invalid('AttributeName');
  if (name === 'FilterPolicy' && value !== '') checkPolicy(value);
  if (name === 'RawMessageDelivery' && !/^(true|false)$/.test(value)) throw invalid('RawMessageDelivery');
}

/** A field that must be there. @throws `InvalidParameter` */
export function needed(input: QueryInput, name: string): string {
  const value = input.text(name);
  if (value === undefined || value === '') throw invalid(`${name} Reason: no value for required parameter`);
  return value;
}

/** A map: `Attributes.entry.1.key`. */
export function mapOf(input: QueryInput, name: string): ReadonlyMap<string, string> {
  return new Map(
    input.list(`${name}.entry`).map((entry) => [entry.text('key') ?? '', entry.text('value') ?? '']),
  );
}

/** Tags by name. */
export function tagsOf(input: QueryInput): ReadonlyMap<string, string> {
  return new Map(input.list('Tags.member').map((tag) => [tag.text('Key') ?? '', tag.text('Value') ?? '']));
}
