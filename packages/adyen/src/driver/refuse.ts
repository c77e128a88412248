import { type ErrorCode, IntegrationError } from '@im/core';

/** A refusal of the driver's own: nothing was sent. */
export function refusal(code: ErrorCode, reason: string, says: string, remedy: string): IntegrationError {
  return new IntegrationError(says, { code, reason, remedy, effect: 'none' });
}
