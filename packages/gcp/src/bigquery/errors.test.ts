import { isIntegrationError } from '@im/core';
import { expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { googleLegacyError } from '../common/fake/error.ts';
import { bigquery } from './bigquery.ts';
import { bigqueryErrors } from './errors.ts';
import { sampleData, startFake } from './testing.ts';

/** The vendor's table: https://cloud.google.com/bigquery/docs/error-messages#errortable */
const replies = [
  [403, 'accessDenied', 'permission_denied'],
  [400, 'attributeError', 'invalid_argument'],
  [500, 'backendError', 'unavailable'],
  [403, 'billingNotEnabled', 'failed_precondition'],
  [400, 'billingTierLimitExceeded', 'failed_precondition'],
  [403, 'blocked', 'permission_denied'],
  [400, 'bytesBilledLimitExceeded', 'failed_precondition'],
  [412, 'conditionNotMet', 'failed_precondition'],
  [409, 'duplicate', 'already_exists'],
  [500, 'internalError', 'internal'],
  [400, 'invalid', 'invalid_argument'],
  [400, 'invalidQuery', 'invalid_argument'],
  [400, 'invalidUser', 'invalid_argument'],
  [400, 'jobBackendError', 'unavailable'],
  [400, 'jobInternalError', 'internal'],
  [400, 'jobRateLimitExceeded', 'resource_exhausted'],
  [404, 'notFound', 'not_found'],
  [501, 'notImplemented', 'unimplemented'],
  [400, 'parseError', 'invalid_argument'],
  [403, 'quotaExceeded', 'resource_exhausted'],
  [403, 'rateLimitExceeded', 'resource_exhausted'],
  [400, 'required', 'invalid_argument'],
  [400, 'resourceInUse', 'failed_precondition'],
  [400, 'resourcesExceeded', 'resource_exhausted'],
  [403, 'responseTooLarge', 'failed_precondition'],
  [200, 'stopped', 'cancelled'],
  [400, 'tableUnavailable', 'unavailable'],
  [400, 'timeout', 'deadline_exceeded'],
] as const;

test.each(replies.filter(([status]) => status >= 400))('%i %s means %s', async (status, reason, code) => {
  await using bench = await openBench(bigquery, startFake);
  const { json } = googleLegacyError(status, 'What went wrong.', reason);
  bench.fake.inject({ path: /\/tables\//, fault: { kind: 'status', status, body: JSON.stringify(json) } });
  const client = bench.client({ resilience: { retry: false } });
  const error = await bench.failure(client.getTable(sampleData.table));
  expect(isIntegrationError(error) && [error.code, error.reason, error.status]).toEqual([
    code,
    reason,
    status,
  ]);
  expect(error).toMatchObject({ message: expect.stringContaining('gcp-bigquery.getTable: ') });
});

test('every reason of the table stands here', () => {
  const own = bigqueryErrors.rows.slice(
    0,
    bigqueryErrors.rows.findIndex(({ reason }) => reason === 'timeout') + 1,
  );
  const known = new Set<unknown>(replies.map(([, reason]) => reason));
  expect(own.filter(({ reason }) => !known.has(reason))).toEqual([]);
  expect(own.length).toBeGreaterThan(20);
});

test('what will not pass by itself is not said to', async () => {
  await using bench = await openBench(bigquery, startFake);
  const { json } = googleLegacyError(400, 'Resources exceeded.', 'resourcesExceeded');
  bench.fake.inject({
    path: /\/tables\//,
    times: 9,
    fault: { kind: 'status', status: 400, body: JSON.stringify(json) },
  });
  expect(await bench.failure(bench.client().getTable(sampleData.table))).toMatchObject({
    retryable: false,
    attempts: 1,
  });
});
