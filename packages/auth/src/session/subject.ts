/** Names of people and services, by the application's ids: they become keys of the state, and stand in logs. */
import { IntegrationError } from '@im/core';

/**
 * Whether it can be one: 1 to 512 characters of well-formed text. A lone surrogate is none: a store that writes UTF-8 makes all of them the same
 * character, and two people one.
 */
export function isSubject(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 512 && value.isWellFormed();
}

/** @throws {@link IntegrationError} `invalid_argument`, reason `subject` */
export function checkSubject(subject: string, operation: string): string {
  if (isSubject(subject)) return subject;
  throw new IntegrationError('a subject is named by 1 to 512 characters', {
    code: 'invalid_argument',
    provider: 'auth',
    operation,
    reason: 'subject',
    remedy: 'give the id of the person or service',
    effect: 'none',
  });
}
