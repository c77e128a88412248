/** Small things that all operations share. */
import { IntegrationError, type OperationNotes } from '@im/core';
import type { ConditionalOperation, S3Dialect } from '../dialects.ts';
import { given } from '../lanes/sdk.ts';
import type { S3WriteCondition } from '../model.ts';

export { given };

/** The vendor's page on an operation, and the IAM actions it needs. */
export function notes(name: string, ...actions: readonly string[]): OperationNotes {
  return {
    docs: `https://docs.aws.amazon.com/AmazonS3/latest/API/API_${name}.html`,
    scopes: actions.map((action) => `s3:${action}`),
  };
}

/** An argument that cannot be: refused before anything is sent. */
export function invalid(says: string, remedy: string): IntegrationError {
  return new IntegrationError(says, { code: 'invalid_argument', remedy });
}

/** @throws IntegrationError `invalid_argument` unless `value` is a whole number from `least` to `most` */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) return;
  throw invalid(`${name} is ${String(value)}`, `give a whole number from ${least} to ${most}`);
}

/**
 * A condition that the service would not hold must not be sent: the write would take place without it.
 *
 * @throws IntegrationError `unimplemented`; `invalid_argument` for two conditions at once
 */
export function checkCondition(
  { ifMatch, ifNoneMatch }: S3WriteCondition,
  operation: ConditionalOperation,
  { title, conditions }: S3Dialect,
): void {
  if (ifMatch === undefined && ifNoneMatch === undefined) return;
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw invalid('ifMatch and ifNoneMatch exclude each other', 'give one of them');
  if (conditions.includes(operation)) return;
  throw new IntegrationError(`${title} holds no condition of ${operation}`, {
    code: 'unimplemented',
    remedy: 'leave it out, or use a service that has conditional writes',
  });
}
