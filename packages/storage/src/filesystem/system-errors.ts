/** What the system's errors mean (errno(3)). */
import { type ErrorCode, IntegrationError, isIntegrationError } from '@im/core';

const meanings: Readonly<Record<string, readonly [code: ErrorCode, says: string, remedy: string]>> = {
  ENOSPC: ['resource_exhausted', 'the disk is full', 'free space; nothing of the object was kept'],
  EDQUOT: ['resource_exhausted', 'the disk quota is used up', 'free space; nothing of the object was kept'],
  EFBIG: ['resource_exhausted', 'the file system takes no file of this size', 'use another file system'],
  EMFILE: [
    'resource_exhausted',
    'too many files are open',
    'read or cancel objects that were got; raise the limit',
  ],
  ENFILE: ['resource_exhausted', 'too many files are open on this machine', 'raise the limit'],
  EACCES: [
    'permission_denied',
    'the system refuses access to the folder',
    'give this user rights to the root',
  ],
  EPERM: ['permission_denied', 'the system refuses the operation', 'give this user rights to the root'],
  EROFS: ['permission_denied', 'the file system is read-only', 'mount it for writing'],
  ENAMETOOLONG: [
    'invalid_argument',
    'the path is too long for this system',
    'use a root with a shorter path',
  ],
  EIO: ['unavailable', 'the disk reports an error', 'check the disk'],
};

/** Whether it is a system's error of that name. */
export function isSystemError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** Runs I/O; what the system says becomes a canonical error, without the path. */
export async function withSystemErrors<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (isIntegrationError(error) || !(error instanceof Error) || !('code' in error)) throw error;
    const meaning = typeof error.code === 'string' ? meanings[error.code] : undefined;
    if (meaning === undefined) throw error;
    const [code, says, remedy] = meaning;
    throw new IntegrationError(
      says,
      { code, remedy, reason: String(error.code), effect: 'none', retryable: code === 'unavailable' },
      { cause: error },
    );
  }
}
