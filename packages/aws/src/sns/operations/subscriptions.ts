/** Subscriptions: asking for them, confirming, finding, changing and ending them. */
import { type Call, idempotent, type Page, pages, read, VendorError } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import {
  checkSubscriptionArn,
  checkTopicArn,
  fromSubscriptionSettings,
  toSubscription,
  toSubscriptionInfo,
} from '../map.ts';
import type { Subscriber, Subscription, SubscriptionInfo, SubscriptionSettings } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/sns/latest/api/API_';

/** Operations on subscriptions. Topics and subscriptions are named by their ARNs. */
export function subscriptionOperations(service: Service) {
  return {
    /**
     * Subscribes an endpoint. One over HTTP or e-mail must confirm with the token that it is sent, for two days; asked again,
     * it is sent another. One that is subscribed with the same settings stays as it is.
     *
     * @returns its ARN, also while it is not confirmed
     */
    subscribe: idempotent(
      async (
        topicArn: string,
        subscriber: Subscriber,
        settings: SubscriptionSettings | undefined,
        call: Call,
      ): Promise<string> => {
        const { protocol, endpoint } = subscriber;
        if (endpoint === '') refuse('a subscription needs an endpoint');
        if (/^https?$/.test(protocol) && !endpoint.startsWith(`${protocol}://`))
          refuse(`the endpoint of ${protocol} begins with ${protocol}://`);
        const input = {
          TopicArn: checkTopicArn(topicArn),
          Protocol: protocol,
          Endpoint: endpoint,
          Attributes: fromSubscriptionSettings(settings ?? {}),
          ReturnSubscriptionArn: true,
        };
        const made = await service.send((sns) => new sns.SubscribeCommand(input), call);
        return promised(made.SubscriptionArn, 'SubscriptionArn');
      },
      { docs: `${docs}Subscribe.html`, scopes: ['sns:Subscribe'] },
    ),

    /**
     * Confirms a subscription with the token of a `SubscriptionConfirmation`; see `snsWebhook`. With `onlyOwnerMayEnd`, its
     * link to unsubscribe works for the owner alone. Default false.
     *
     * @returns the subscription's ARN
     */
    confirmSubscription: idempotent(
      async (
        topicArn: string,
        token: string,
        options: { readonly onlyOwnerMayEnd?: boolean } | undefined,
        call: Call,
      ): Promise<string> => {
        if (token === '') refuse('a confirmation needs its token');
        const input = {
          TopicArn: checkTopicArn(topicArn),
          Token: token,
          ...(options?.onlyOwnerMayEnd === true && { AuthenticateOnUnsubscribe: 'true' }),
        };
        const done = await service.send((sns) => new sns.ConfirmSubscriptionCommand(input), call);
        return promised(done.SubscriptionArn, 'SubscriptionArn');
      },
      { docs: `${docs}ConfirmSubscription.html`, scopes: ['sns:ConfirmSubscription'] },
    ),

    /** Ends a confirmed subscription. */
    unsubscribe: idempotent(
      async (subscriptionArn: string, call: Call): Promise<void> => {
        const input = { SubscriptionArn: checkSubscriptionArn(subscriptionArn) };
        try {
          await service.send((sns) => new sns.UnsubscribeCommand(input), call);
        } catch (error) {
          // An earlier attempt has done it, and its answer was lost.
          if (call.attempt === 1 || !isGone(error)) throw error;
        }
      },
      { docs: `${docs}Unsubscribe.html`, scopes: ['sns:Unsubscribe'] },
    ),

    /** All subscriptions of this account and region. SNS gives up to 100 at once; a page size has no effect. */
    listSubscriptions: pages(
      read(
        async (call: Call): Promise<Page<Subscription>> => {
          const input = { ...(call.cursor !== undefined && { NextToken: call.cursor }) };
          const page = await service.send((sns) => new sns.ListSubscriptionsCommand(input), call);
          return {
            items: promised(page.Subscriptions, 'Subscriptions').map(toSubscription),
            next: page.NextToken,
          };
        },
        { docs: `${docs}ListSubscriptions.html`, scopes: ['sns:ListSubscriptions'] },
      ),
    ),

    /** Those of one topic. SNS gives up to 100 at once; a page size has no effect. */
    listTopicSubscriptions: pages(
      read(
        async (topicArn: string, call: Call): Promise<Page<Subscription>> => {
          const input = {
            TopicArn: checkTopicArn(topicArn),
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((sns) => new sns.ListSubscriptionsByTopicCommand(input), call);
          return {
            items: promised(page.Subscriptions, 'Subscriptions').map(toSubscription),
            next: page.NextToken,
          };
        },
        { docs: `${docs}ListSubscriptionsByTopic.html`, scopes: ['sns:ListSubscriptionsByTopic'] },
      ),
    ),

    /** What a subscription is set to. */
    getSubscription: read(
      async (subscriptionArn: string, call: Call): Promise<SubscriptionInfo> => {
        const input = { SubscriptionArn: checkSubscriptionArn(subscriptionArn) };
        const found = await service.send((sns) => new sns.GetSubscriptionAttributesCommand(input), call);
        return toSubscriptionInfo(promised(found.Attributes, 'Attributes'));
      },
      { docs: `${docs}GetSubscriptionAttributes.html`, scopes: ['sns:GetSubscriptionAttributes'] },
    ),

    /** Changes what is named, one request for each: when one fails, those before it are set. */
    setSubscriptionSettings: idempotent(
      async (subscriptionArn: string, settings: SubscriptionSettings, call: Call): Promise<void> => {
        checkSubscriptionArn(subscriptionArn);
        const attributes = Object.entries(fromSubscriptionSettings(settings));
        if (attributes.length === 0) refuse('name at least one setting');
        for (const [AttributeName, AttributeValue] of attributes) {
          const input = { SubscriptionArn: subscriptionArn, AttributeName, AttributeValue };
          await service.send((sns) => new sns.SetSubscriptionAttributesCommand(input), call);
        }
      },
      { docs: `${docs}SetSubscriptionAttributes.html`, scopes: ['sns:SetSubscriptionAttributes'] },
    ),
  };
}

function isGone(error: unknown): boolean {
  return error instanceof VendorError && /^NotFound(Exception)?$/.test(error.failure.reason ?? '');
}
