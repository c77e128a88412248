import { googleLegacyError } from '../../common/fake/error.ts';

/** Ends a request with an error, as the fake server takes it: a response that is thrown. */
export function refuse(status: number, message: string, reason?: string): never {
  throw googleLegacyError(status, message, reason);
}
