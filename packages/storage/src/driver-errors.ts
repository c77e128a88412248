/** Failures that drivers report, in one wording. */
import { IntegrationError } from '@im/core';

const rows = {
  not_found: ['not_found', 'there is no such object', 'check the key; list its prefix'],
  no_version: ['not_found', 'there is no such version', 'use a versionId that head or put gave'],
  no_upload: ['not_found', 'there is no such upload', 'begin it anew: it was completed or aborted'],
  condition: [
    'failed_precondition',
    'the object is not in the state that the condition names',
    'read it again',
  ],
  not_modified: ['failed_precondition', 'the object is the one you have', 'use your copy'],
  range: ['invalid_argument', 'the range begins past the end of the object', 'head the object for its size'],
  locked: [
    'failed_precondition',
    'the object is locked',
    'wait until its retention ends, or lift its hold, if you may',
  ],
  parts: ['failed_precondition', 'the parts are not those that arrived', 'resume the upload'],
  corrupt: ['internal', 'the stored object is damaged', 'restore it from another copy'],
  checksum: ['internal', 'the bytes that arrived do not match their checksum', 'send them again'],
  cursor: ['invalid_argument', 'the cursor is none of this store', 'use the cursor of an earlier page'],
} as const;

/** Makes the error of one of the usual failures. `reason` is its name. */
export function driverError(reason: keyof typeof rows, options?: ErrorOptions): IntegrationError {
  const [code, says, remedy] = rows[reason];
  return new IntegrationError(says, { code, remedy, reason, effect: 'none' }, options);
}

/** Refuses a write when the present object (absent: none) is not as the condition says. */
export function holdCondition(
  condition: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: '*' | undefined },
  etag: string | undefined,
): void {
  const { ifMatch, ifNoneMatch } = condition;
  if (ifNoneMatch === '*' && etag !== undefined) throw driverError('condition');
  if (ifMatch !== undefined && ifMatch !== etag) throw driverError('condition');
}

/** Refuses a read when the object is not as the condition says, or is the one that the caller has. */
export function holdReadCondition(
  condition: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined },
  etag: string,
): void {
  if (condition.ifMatch !== undefined && condition.ifMatch !== etag) throw driverError('condition');
  if (condition.ifNoneMatch === etag) throw driverError('not_modified');
}
