/** Publishing to topics, and sending text messages. */
import { type Call, keyed, unsafe } from '@im/core';
import { type BatchResult, checkEntries, toResults } from '../../common/batch.ts';
import { promised, refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { checkTopicArn, mostBytes, sizeOf, toEntry, toFifoEntry } from '../map.ts';
import type { FifoNotification, OutgoingNotification, Published, SmsOptions } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/sns/latest/api/API_';

type Entry = ReturnType<typeof toEntry> | ReturnType<typeof toFifoEntry>;

/** Operations that publish. Topics are named by their ARN. */
export function publishOperations(service: Service) {
  const publish = async (topicArn: string, entry: Entry, call: Call): Promise<Published> => {
    checkSize([entry]);
    const input = { TopicArn: topicArn, ...entry };
    const sent = await service.send((sns) => new sns.PublishCommand(input), call);
    return toPublished(sent);
  };

  const publishAll = async (
    topicArn: string,
    entries: readonly Entry[],
    call: Call,
  ): Promise<readonly BatchResult<Published>[]> => {
    checkSize(entries);
    const input = {
      TopicArn: topicArn,
      PublishBatchRequestEntries: entries.map((entry, index) => ({ Id: String(index), ...entry })),
    };
    const sent = await service.send((sns) => new sns.PublishBatchCommand(input), call);
    return toResults(entries.length, sent.Successful, sent.Failed, toPublished);
  };

  return {
    /** Publishes to a standard topic. Sent once: without a deduplication id subscribers would get it twice. */
    publish: unsafe(
      async (topicArn: string, notification: OutgoingNotification, call: Call) => {
        checkStandard(topicArn);
        return publish(topicArn, toEntry(notification), call);
      },
      { docs: `${docs}Publish.html`, scopes: ['sns:Publish'] },
    ),

    /** Publishes to a FIFO topic. The key of the call is its deduplication id, good for five minutes. */
    publishFifo: keyed(
      async (topicArn: string, notification: FifoNotification, call: Call) => {
        checkFifo(topicArn);
        return publish(topicArn, toFifoEntry(notification, String(call.idempotencyKey)), call);
      },
      { docs: `${docs}Publish.html`, scopes: ['sns:Publish'] },
    ),

    /** Publishes up to ten to a standard topic, 256 KiB in all, with a result for each. */
    publishBatch: unsafe(
      async (topicArn: string, notifications: readonly OutgoingNotification[], call: Call) => {
        checkStandard(topicArn);
        checkEntries(notifications);
        return publishAll(topicArn, notifications.map(toEntry), call);
      },
      { docs: `${docs}PublishBatch.html`, scopes: ['sns:Publish'] },
    ),

    /** Publishes up to ten to a FIFO topic. Their deduplication ids are the key of the call with `-0`, `-1`, … */
    publishFifoBatch: keyed(
      async (topicArn: string, notifications: readonly FifoNotification[], call: Call) => {
        checkFifo(topicArn);
        checkEntries(notifications);
        const entries = notifications.map((one, index) =>
          toFifoEntry(one, `${call.idempotencyKey}-${index}`),
        );
        return publishAll(topicArn, entries, call);
      },
      { docs: `${docs}PublishBatch.html`, scopes: ['sns:Publish'] },
    ),

    /** Sends a text message of up to 1,600 characters to one phone number, which needs no topic. */
    sendSms: unsafe(
      async (
        phoneNumber: string,
        text: string,
        options: SmsOptions | undefined,
        call: Call,
      ): Promise<Published> => {
        if (!/^\+[1-9]\d{1,14}$/.test(phoneNumber))
          refuse('a phone number is written by E.164, such as +14155552671');
        if (text === '' || text.length > 1_600) refuse('a text message is 1 to 1600 characters');
        const input = { PhoneNumber: phoneNumber, ...toEntry({ message: text, attributes: ofSms(options) }) };
        return toPublished(await service.send((sns) => new sns.PublishCommand(input), call));
      },
      { docs: `${docs}Publish.html`, scopes: ['sns:Publish'] },
    ),
  };
}

function toPublished({
  MessageId,
  SequenceNumber,
}: {
  readonly MessageId?: string | undefined;
  readonly SequenceNumber?: string | undefined;
}): Published {
  return {
    id: promised(MessageId, 'MessageId'),
    ...(SequenceNumber !== undefined && { sequenceNumber: SequenceNumber }),
  };
}

/** AWS counts all entries together. */
function checkSize(entries: readonly Entry[]): void {
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size > mostBytes)
    refuse(`messages and attributes have at most ${mostBytes} bytes together; these have ${size}`);
}

function checkStandard(topicArn: string): void {
  checkTopicArn(topicArn);
  if (topicArn.endsWith('.fifo')) refuse('a FIFO topic needs a groupId: use publishFifo or publishFifoBatch');
}

function checkFifo(topicArn: string): void {
  checkTopicArn(topicArn);
  if (!topicArn.endsWith('.fifo')) refuse('this is no FIFO topic: use publish or publishBatch');
}

/** https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html */
function ofSms({ senderId, type, maxPriceUsd }: SmsOptions = {}) {
  if (senderId !== undefined && !/^(?=.*[A-Za-z])[A-Za-z\d]{1,11}$/.test(senderId))
    refuse('senderId is 1 to 11 letters and digits with at least one letter');
  if (maxPriceUsd !== undefined && !(maxPriceUsd > 0)) refuse('maxPriceUsd must be more than 0');
  return {
    ...(senderId !== undefined && { 'AWS.SNS.SMS.SenderID': senderId }),
    ...(type !== undefined && { 'AWS.SNS.SMS.SMSType': type }),
    ...(maxPriceUsd !== undefined && { 'AWS.SNS.SMS.MaxPrice': maxPriceUsd }),
  };
}
