import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { cloudwatch } from './cloudwatch.ts';
import { startFake } from './testing.ts';

const open = () => connect(cloudwatch, startFake);

describe('what CloudWatch refuses', () => {
  it.each([
    ['ResourceNotFound', 404, 'not_found', false],
    ['LimitExceededFault', 400, 'resource_exhausted', false],
    ['InvalidParameterValueException', 400, 'invalid_argument', false],
    ['InvalidParameterCombinationException', 400, 'invalid_argument', false],
    ['MissingRequiredParameterException', 400, 'invalid_argument', false],
    ['InvalidFormatFault', 400, 'invalid_argument', false],
    ['InvalidNextToken', 400, 'invalid_argument', false],
    ['InternalServiceFault', 500, 'unavailable', true],
    ['ConcurrentModificationException', 429, 'failed_precondition', true],
    ['ThrottlingException', 400, 'resource_exhausted', true],
  ])('is told by its name: %s', async (name, status, code, retryable) => {
    await using one = await open();
    const body = JSON.stringify({ __type: `com.amazonaws.cloudwatch#${name}`, message: 'no' });
    one.fake.inject({ fault: { kind: 'status', status, body } });
    const error = await one.failure(one.client.describeAlarms(undefined).toArray());
    expect(error).toMatchObject({ code, retryable, status, reason: name });
  });

  it('says what is wrong with a cursor of another question', async () => {
    await using one = await open();
    const error = await one.failure(one.client.describeAlarms(undefined, { cursor: 'made-up' }).toArray());
    expect(error).toMatchObject({ code: 'invalid_argument', reason: 'InvalidNextToken' });
  });
});
