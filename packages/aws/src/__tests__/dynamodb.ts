/** A little of DynamoDB: one table of items by their key `id`, enough to see how any client works under the integration. */
import { object, optionalNumber, optionalText } from '../common/fake/input.ts';
import { fault } from '../common/fake/protocols.ts';
import type { JsonService } from '../common/fake/service.ts';

type Item = Readonly<Record<string, unknown>>;

/** The service, for `startFake({ services: [dynamoService()] })`. */
export function dynamoService(): JsonService {
  const items = new Map<string, Item>();
  const tokens = new Set<string>();
  const idOf = (item: Item | undefined) => String(object(item ?? {}, 'id')?.S);
  return {
    service: 'dynamodb',
    kind: 'json',
    version: '1.0',
    namespace: 'com.amazonaws.dynamodb.v20120810',
    target: 'DynamoDB_20120810',
    operations: {
      GetItem(input) {
        if (input.TableName !== 'things')
          throw fault('ResourceNotFoundException', 'Requested resource not found');
        return { Item: items.get(idOf(object(input, 'Key'))) };
      },
      PutItem(input) {
        const item = object(input, 'Item') ?? {};
        if (optionalText(input, 'ConditionExpression') !== undefined && items.has(idOf(item)))
          throw fault('ConditionalCheckFailedException', 'The conditional request failed');
        items.set(idOf(item), item);
      },
      UpdateItem(input) {
        const id = idOf(object(input, 'Key'));
        const count = Number(object(items.get(id) ?? {}, 'count')?.N ?? 0) + 1;
        items.set(id, { id: { S: id }, count: { N: String(count) } });
      },
      TransactWriteItems(input) {
        tokens.add(String(input.ClientRequestToken));
      },
      Scan(input) {
        const all = [...items.values()];
        const start = Number(object(input, 'ExclusiveStartKey')?.id ?? 0);
        const from = object(object(input, 'ExclusiveStartKey') ?? {}, 'id');
        const begin = from === undefined ? start : all.findIndex((item) => idOf(item) === from.S) + 1;
        const Items = all.slice(begin, begin + (optionalNumber(input, 'Limit') ?? 100));
        const last = Items.at(-1);
        const isLast = begin + Items.length >= all.length;
        return { Items, Count: Items.length, LastEvaluatedKey: isLast ? undefined : { id: last?.id } };
      },
    },
  };
}
