/** Topics themselves: making, finding, changing and deleting them. */
import { type Call, idempotent, type Page, pages, read } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { checkTopicArn, fromTags, fromTopicSettings, toTopicInfo } from '../map.ts';
import type { TopicInfo, TopicSettings } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/sns/latest/api/API_';

/** Operations on topics, which are named by their ARN. */
export function topicOperations(service: Service) {
  return {
    /** ARNs of the topics of this account and region. SNS gives up to 100 at once; a page size has no effect. */
    listTopics: pages(
      read(
        async (call: Call): Promise<Page<string>> => {
          const input = { ...(call.cursor !== undefined && { NextToken: call.cursor }) };
          const page = await service.send((sns) => new sns.ListTopicsCommand(input), call);
          return {
            items: promised(page.Topics, 'Topics').map(({ TopicArn }) => promised(TopicArn, 'TopicArn')),
            next: page.NextToken,
          };
        },
        { docs: `${docs}ListTopics.html`, scopes: ['sns:ListTopics'] },
      ),
    ),

    /**
     * Makes a topic, or gives the one of the same name and settings. A name that ends in `.fifo` makes a FIFO topic.
     *
     * @returns its ARN
     */
    createTopic: idempotent(
      async (
        name: string,
        options:
          | { readonly settings?: TopicSettings; readonly tags?: Readonly<Record<string, string>> }
          | undefined,
        call: Call,
      ): Promise<string> => {
        if (!/^[\w-]{1,256}(?<!.{252})\.fifo$|^[\w-]{1,256}$/.test(name))
          refuse('a topic name is 1 to 256 letters, digits, - and _, and may end in .fifo');
        const input = {
          Name: name,
          Attributes: {
            ...fromTopicSettings(options?.settings ?? {}),
            ...(name.endsWith('.fifo') && { FifoTopic: 'true' }),
          },
          ...(options?.tags !== undefined && { Tags: fromTags(options.tags) }),
        };
        const made = await service.send((sns) => new sns.CreateTopicCommand(input), call);
        return promised(made.TopicArn, 'TopicArn');
      },
      { docs: `${docs}CreateTopic.html`, scopes: ['sns:CreateTopic', 'sns:TagResource'] },
    ),

    /** Deletes a topic with its subscriptions; what is on its way may be lost. One that is gone is no error. */
    deleteTopic: idempotent(
      async (topicArn: string, call: Call): Promise<void> => {
        const input = { TopicArn: checkTopicArn(topicArn) };
        await service.send((sns) => new sns.DeleteTopicCommand(input), call);
      },
      { docs: `${docs}DeleteTopic.html`, scopes: ['sns:DeleteTopic'] },
    ),

    /** What a topic is set to, and how many subscribe to it. */
    getTopic: read(
      async (topicArn: string, call: Call): Promise<TopicInfo> => {
        const input = { TopicArn: checkTopicArn(topicArn) };
        const found = await service.send((sns) => new sns.GetTopicAttributesCommand(input), call);
        return toTopicInfo(promised(found.Attributes, 'Attributes'));
      },
      { docs: `${docs}GetTopicAttributes.html`, scopes: ['sns:GetTopicAttributes'] },
    ),

    /** Changes what is named, one request for each: when one fails, those before it are set. */
    setTopicSettings: idempotent(
      async (topicArn: string, settings: TopicSettings, call: Call): Promise<void> => {
        checkTopicArn(topicArn);
        const attributes = Object.entries(fromTopicSettings(settings));
        if (attributes.length === 0) refuse('name at least one setting');
        for (const [AttributeName, AttributeValue] of attributes) {
          const input = { TopicArn: topicArn, AttributeName, AttributeValue };
          await service.send((sns) => new sns.SetTopicAttributesCommand(input), call);
        }
      },
      { docs: `${docs}SetTopicAttributes.html`, scopes: ['sns:SetTopicAttributes'] },
    ),

    listTopicTags: read(
      async (topicArn: string, call: Call): Promise<Readonly<Record<string, string>>> => {
        const input = { ResourceArn: checkTopicArn(topicArn) };
        const { Tags } = await service.send((sns) => new sns.ListTagsForResourceCommand(input), call);
        return Object.fromEntries(promised(Tags, 'Tags').map(({ Key = '', Value = '' }) => [Key, Value]));
      },
      { docs: `${docs}ListTagsForResource.html`, scopes: ['sns:ListTagsForResource'] },
    ),

    /** Sets these tags; others stay. */
    tagTopic: idempotent(
      async (topicArn: string, tags: Readonly<Record<string, string>>, call: Call): Promise<void> => {
        const input = { ResourceArn: checkTopicArn(topicArn), Tags: fromTags(tags) };
        await service.send((sns) => new sns.TagResourceCommand(input), call);
      },
      { docs: `${docs}TagResource.html`, scopes: ['sns:TagResource'] },
    ),

    untagTopic: idempotent(
      async (topicArn: string, names: readonly string[], call: Call): Promise<void> => {
        const input = { ResourceArn: checkTopicArn(topicArn), TagKeys: [...names] };
        await service.send((sns) => new sns.UntagResourceCommand(input), call);
      },
      { docs: `${docs}UntagResource.html`, scopes: ['sns:UntagResource'] },
    ),
  };
}
