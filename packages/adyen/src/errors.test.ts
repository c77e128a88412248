import { readFileSync } from 'node:fs';
import { type ErrorCode, isIntegrationError } from '@im/core';
import { describe, expect, test } from 'vitest';
import { type Bench, openBench } from './__tests__/payment-harness.ts';
import { adyenErrors } from './errors.ts';

const documented = JSON.parse(
  readFileSync(new URL('./__fixtures__/error-codes.json', import.meta.url), 'utf8'),
) as Readonly<Record<ErrorCode, readonly string[]>>;

/** Asks for something that changes the world, so that effects show. */
async function failure({ fake, client }: Bench, status: number, body: string | object) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  fake.inject({
    fault: { kind: 'status', status, body: text, headers: { 'content-type': 'application/json' } },
  });
  const error = await client.cancelByReference('nobody').then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isIntegrationError(error)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe('errors of Adyen’s list', () => {
  test.each(Object.entries(documented))('%s', async (code, codes) => {
    const bench = await openBench();
    for (const errorCode of codes) {
      const status = /^(905|70[134]|90[34])/.test(errorCode) ? 500 : 422;
      const error = await failure(bench, status, {
        status,
        errorCode,
        message: 'in Adyen’s words',
        errorType: 'validation',
      });
      expect([errorCode, error.code, error.reason], error.message).toEqual([errorCode, code, errorCode]);
    }
    await bench.close();
  });

  test('what was checked before anything was done has no effect, although the status says otherwise', async () => {
    const bench = await openBench();
    const configured = await failure(bench, 500, {
      status: 500,
      errorCode: '905_1',
      errorType: 'configuration',
    });
    expect(configured).toMatchObject({ code: 'failed_precondition', effect: 'none', retryable: false });
    await bench.close();
  });

  test('a repetition that meets the first one says nothing of it, and may be repeated', async () => {
    const bench = await openBench();
    for (const status of [409, 422])
      expect(
        await failure(bench, status, {
          errorCode: '704',
          message: 'request already processed or in progress',
        }),
      ).toMatchObject({
        code: 'unavailable',
        effect: 'unknown',
        retryable: true,
      });
    await bench.close();
  });

  test.each([
    [400, 'invalid_argument', 'none'],
    [401, 'unauthenticated', 'none'],
    [403, 'permission_denied', 'none'],
    [404, 'not_found', 'none'],
    [409, 'unavailable', 'unknown'],
    [413, 'invalid_argument', 'none'],
    [422, 'invalid_argument', 'none'],
    [429, 'resource_exhausted', 'none'],
    [500, 'unavailable', 'unknown'],
    [503, 'unavailable', 'unknown'],
  ])('status %i without a code that is known reads as %s', async (status, code, effect) => {
    const bench = await openBench();
    expect(await failure(bench, status, '<html>')).toMatchObject({ code, effect, status });
    const unheard = await failure(bench, status, { errorCode: '999_999' });
    expect(unheard).toMatchObject({ code, effect, reason: '999_999' });
    await bench.close();
  });

  test('every row is met by a documented code or a status', () => {
    const reasons = Object.values(documented).flat();
    const meets = (reason: string | RegExp) =>
      reasons.some((one) => (typeof reason === 'string' ? one === reason : reason.test(one)));
    for (const { reason, status } of adyenErrors.rows)
      expect(reason === undefined ? status : meets(reason)).toBeTruthy();
  });
});
