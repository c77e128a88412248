import { type ErrorCode, isIntegrationError } from '@im/core';

/** What a listener is told of a failure: no word of the vendor's. */
export interface Failure {
  readonly status: number;
  readonly body: { readonly error: string };
}

const statuses: Partial<Record<ErrorCode, number>> = {
  not_found: 404,
  invalid_argument: 400,
  failed_precondition: 409,
  resource_exhausted: 429,
  unavailable: 503,
  deadline_exceeded: 504,
};

/** The answer to a failure, by its canonical code. What is no failure of an integration is ours: 500. The log has the whole of it. */
export function toFailure(error: unknown): Failure {
  const code = isIntegrationError(error) ? error.code : 'internal';
  if (code !== 'not_found') console.error(error instanceof Error ? error.message : error);
  return { status: statuses[code] ?? 500, body: { error: code } };
}
