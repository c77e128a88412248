/** The operations of the fake: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
import type { Clock } from '@im/core';
import { pageOf } from '../../common/fake/input.ts';
import { isFault, type QueryInput } from '../../common/fake/protocols.ts';
import type { FakeCall, QueryService } from '../../common/fake/service.ts';
import { entryMap, memberList, type XmlValue } from '../../common/fake/xml.ts';
import type { FakeSigner } from './certificate.ts';
import { confirmationFor, type FakeDelivery, notificationFor } from './deliveries.ts';
import {
  checkBatch,
  checkSubscriptionAttribute,
  checkTopicAttribute,
  invalid,
  mapOf,
  needed,
  tagsOf,
  toNotification,
} from './input.ts';
import type { FakeSubscription, FakeTopic, NewNotification, SnsState } from './state.ts';

/** What the service works with beside its state. */
export interface SnsPlace {
  readonly clock: Clock;
  /** Items of a page. */
  readonly pageItems: number;
  readonly signer: () => FakeSigner;
  readonly deliver: (delivery: FakeDelivery) => void;
}

const protocols = /^(https?|email|email-json|sms|sqs|lambda|firehose|application)$/;

/** The service over its state. */
export function snsFakeService(state: SnsState, place: SnsPlace): QueryService {
  const { clock, pageItems, signer, deliver } = place;
  const topicOf = (input: QueryInput, { principal }: FakeCall, name = 'TopicArn') =>
    state.findTopic(needed(input, name), principal.account);
  const subscriptionOf = (input: QueryInput, { principal }: FakeCall) =>
    state.findSubscription(needed(input, 'SubscriptionArn'), principal.account);

  const publish = (topic: FakeTopic, notification: NewNotification) => {
    const { stored, isFresh } = state.publish(topic, notification);
    if (isFresh)
      for (const subscription of state.ofTopic(topic.arn)) {
        const delivery = notificationFor(subscription, stored, topic, signer);
        if (delivery !== undefined) deliver(delivery);
      }
    return { MessageId: stored.id, SequenceNumber: stored.sequenceNumber };
  };

  const subscriptionPage = (all: readonly FakeSubscription[], input: QueryInput): XmlValue => {
    const { items, next } = pageOf(all, input.text('NextToken'), pageItems);
    return { Subscriptions: memberList(items.map(toListed)), NextToken: next };
  };

  return {
    service: 'sns',
    kind: 'query',
    xmlns: 'http://sns.amazonaws.com/doc/2010-03-31/',
    operations: {
      Publish(input, call) {
        const notification = toNotification(input);
        if (input.text('PhoneNumber') === undefined) return publish(topicOf(input, call), notification);
        deliver({
          protocol: 'sms',
          endpoint: needed(input, 'PhoneNumber'),
          body: notification.message,
          headers: {},
        });
        return { MessageId: state.nextId() };
      },
      PublishBatch(input, call) {
        const topic = topicOf(input, call);
        const entries = input.list('PublishBatchRequestEntries.member');
        checkBatch(entries);
        const successful: XmlValue[] = [];
        const failed: XmlValue[] = [];
        for (const entry of entries) {
          const Id = needed(entry, 'Id');
          try {
            successful.push({ Id, ...publish(topic, toNotification(entry)) });
          } catch (thrown) {
            if (!isFault(thrown)) throw thrown;
            failed.push({ Id, Code: thrown.code, Message: thrown.message, SenderFault: true });
          }
        }
        return { Successful: memberList(successful), Failed: memberList(failed) };
      },
      CreateTopic(input, { principal }) {
        const name = needed(input, 'Name');
        const attributes = mapOf(input, 'Attributes');
        if (!/^[\w-]{1,256}(\.fifo)?$/.test(name)) throw invalid('Topic Name');
        if (name.endsWith('.fifo') !== (attributes.get('FifoTopic') === 'true'))
          throw invalid('Fifo Topic names must end with .fifo and have FifoTopic set to true');
        for (const [attribute, value] of attributes) checkTopicAttribute(attribute, value);
        return { TopicArn: state.createTopic(name, principal.account, attributes, tagsOf(input)).arn };
      },
      DeleteTopic(input, { principal }) {
        state.deleteTopic(needed(input, 'TopicArn'), principal.account);
      },
      ListTopics(input, { principal }) {
        const { items, next } = pageOf(state.topics(principal.account), input.text('NextToken'), pageItems);
        return { Topics: memberList(items.map(({ arn }) => ({ TopicArn: arn }))), NextToken: next };
      },
      GetTopicAttributes(input, call) {
        const topic = topicOf(input, call);
        const all = state.ofTopic(topic.arn);
        const pending = all.filter(({ isPending }) => isPending).length;
        return {
          Attributes: entryMap({
            ...Object.fromEntries(topic.attributes),
            TopicArn: topic.arn,
            Owner: topic.accountId,
            SubscriptionsConfirmed: String(all.length - pending),
            SubscriptionsPending: String(pending),
            SubscriptionsDeleted: String(topic.deletedSubscriptions),
          }),
        };
      },
      SetTopicAttributes(input, call) {
        const topic = topicOf(input, call);
        const [name, value] = [needed(input, 'AttributeName'), input.text('AttributeValue') ?? ''];
        if (name === 'FifoTopic') throw invalid('AttributeName');
        checkTopicAttribute(name, value);
        topic.attributes.set(name, value);
      },
      TagResource(input, call) {
        const topic = topicOf(input, call, 'ResourceArn');
        for (const [name, value] of tagsOf(input)) topic.tags.set(name, value);
        return {};
      },
      UntagResource(input, call) {
        const topic = topicOf(input, call, 'ResourceArn');
        for (const { value = '' } of input.list('TagKeys.member')) topic.tags.delete(value);
        return {};
      },
      ListTagsForResource(input, call) {
        const { tags } = topicOf(input, call, 'ResourceArn');
        return { Tags: memberList([...tags].map(([Key, Value]) => ({ Key, Value }))) };
      },
      Subscribe(input, call) {
        const topic = topicOf(input, call);
        const protocol = needed(input, 'Protocol');
        const endpoint = needed(input, 'Endpoint');
        const attributes = mapOf(input, 'Attributes');
        if (!protocols.test(protocol)) throw invalid(`Does not support this protocol string: ${protocol}`);
        for (const [attribute, value] of attributes) checkSubscriptionAttribute(attribute, value);
        const made = state.subscribe(topic, { protocol, endpoint }, call.principal.account, attributes);
        if (made.isPending && /^https?$/.test(protocol))
          deliver(confirmationFor('SubscriptionConfirmation', made, topic, clock.now(), signer));
        const isGiven = !made.isPending || input.text('ReturnSubscriptionArn') === 'true';
        return { SubscriptionArn: isGiven ? made.arn : 'pending confirmation' };
      },
      ConfirmSubscription(input, call) {
        const topic = topicOf(input, call);
        const token = needed(input, 'Token');
        const subscription = state.ofTopic(topic.arn).find((one) => one.token === token);
        if (subscription === undefined) throw invalid('Token');
        subscription.isPending = false;
        subscription.confirmedByOwner = input.text('AuthenticateOnUnsubscribe') === 'true';
        return { SubscriptionArn: subscription.arn };
      },
      Unsubscribe(input, call) {
        const subscription = subscriptionOf(input, call);
        if (subscription.isPending) throw invalid('SubscriptionArn Reason: it is pending confirmation');
        state.unsubscribe(subscription);
        if (!/^https?$/.test(subscription.protocol) || subscription.confirmedByOwner) return;
        const topic = state.findTopic(subscription.topicArn, call.principal.account);
        deliver(confirmationFor('UnsubscribeConfirmation', subscription, topic, clock.now(), signer));
      },
      ListSubscriptions: (input, { principal }) =>
        subscriptionPage(state.subscriptions(principal.account), input),
      ListSubscriptionsByTopic: (input, call) =>
        subscriptionPage(state.ofTopic(topicOf(input, call).arn), input),
      GetSubscriptionAttributes(input, call) {
        const one = subscriptionOf(input, call);
        return {
          Attributes: entryMap({
            ...Object.fromEntries(one.attributes),
            SubscriptionArn: one.arn,
            TopicArn: one.topicArn,
            Owner: one.owner,
            PendingConfirmation: String(one.isPending),
            ConfirmationWasAuthenticated: String(one.confirmedByOwner),
            Protocol: one.protocol,
            Endpoint: one.endpoint,
          }),
        };
      },
      SetSubscriptionAttributes(input, call) {
        const subscription = subscriptionOf(input, call);
        const [name, value] = [needed(input, 'AttributeName'), input.text('AttributeValue') ?? ''];
        checkSubscriptionAttribute(name, value);
        subscription.attributes.set(name, value);
      },
    },
  };
}

function toListed(one: FakeSubscription): XmlValue {
  return {
    SubscriptionArn: one.isPending ? 'PendingConfirmation' : one.arn,
    Owner: one.owner,
    Protocol: one.protocol,
    Endpoint: one.endpoint,
    TopicArn: one.topicArn,
  };
}
