import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { PublishBatchCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { clientOptions } from '../__tests__/aws-clients.ts';
import { startCatcher } from '../__tests__/catcher.ts';
import { describeSpecs, operationOf, published, wrongWith } from '../__tests__/exchanges.ts';

const arn = 'arn:aws:sns:eu-west-1:123456789012:topic';

describeSpecs('clients of AWS without published examples', () => {
  test('what the vendor’s clients of SNS, SQS and CloudWatch send is accepted', async () => {
    await using catcher = await startCatcher();
    const options = clientOptions(catcher);
    const sns = new SNSClient(options);
    const sqs = new SQSClient(options);
    const cloudwatch = new CloudWatchClient(options);
    const attributes = {
      a: { DataType: 'String', StringValue: 'x' },
      b: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    };
    const queue = { QueueUrl: `${catcher.url}/1/queue` };
    const entries = [
      { Id: '1', Message: 'a', MessageAttributes: attributes },
      { Id: '2', Message: 'b' },
    ];
    // Large enough that the client packs it.
    const data = Array.from({ length: 400 }, (_, index) => ({
      MetricName: `m${index}`,
      Value: 1.5,
      Unit: 'Count' as const,
      Timestamp: new Date(1.5e12),
      Dimensions: [{ Name: 'a', Value: 'b' }],
    }));
    const metric = { Metric: { Namespace: 'n', MetricName: 'm' }, Period: 60, Stat: 'Sum' };
    const range = { StartTime: new Date(0), EndTime: new Date(1) };
    const sends: [string, string, () => Promise<unknown>][] = [
      [
        'sns-2010-03-31',
        'Publish',
        () => sns.send(new PublishCommand({ TopicArn: arn, Message: 'm', MessageAttributes: attributes })),
      ],
      [
        'sns-2010-03-31',
        'PublishBatch',
        () => sns.send(new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries: entries })),
      ],
      [
        'sns-2010-03-31',
        'Subscribe',
        () =>
          sns.send(
            new SubscribeCommand({
              TopicArn: arn,
              Protocol: 'sqs',
              Attributes: { RawMessageDelivery: 'true' },
            }),
          ),
      ],
      [
        'sqs-2012-11-05',
        'SendMessage',
        () => sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'x', MessageAttributes: attributes })),
      ],
      [
        'sqs-2012-11-05',
        'ReceiveMessage',
        () =>
          sqs.send(
            new ReceiveMessageCommand({
              ...queue,
              MaxNumberOfMessages: 10,
              MessageSystemAttributeNames: ['All'],
            }),
          ),
      ],
      [
        'cloudwatch-2010-08-01',
        'PutMetricData',
        () => cloudwatch.send(new PutMetricDataCommand({ Namespace: 'n', MetricData: data })),
      ],
      [
        'cloudwatch-2010-08-01',
        'GetMetricData',
        () =>
          cloudwatch.send(
            new GetMetricDataCommand({ ...range, MetricDataQueries: [{ Id: 'a', MetricStat: metric }] }),
          ),
      ],
    ];
    for (const [name, operation, send] of sends) {
      const description = published(`aws/${name}.json`);
      const [sent] = await catcher.during(send);
      if (sent === undefined) throw new Error(`${operation} was not sent`);
      expect(await operationOf(description, sent)).toBe(operation);
      expect(await wrongWith(description, sent), operation).toEqual([]);
    }
  });
});
