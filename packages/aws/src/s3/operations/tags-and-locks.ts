/** Tags of objects, and what keeps a version from being deleted. */
import { type Call, idempotent, read, VendorError } from '@im/core';
import type { ObjectRetention } from '@im/storage';
import { about, type S3Connection } from '../connection.ts';
import { lockOf } from '../facts.ts';
import { checkKey } from '../keys.ts';
import { given, notes } from './shared.ts';

/** Which version is meant. Default: the present one. */
export interface VersionInput {
  readonly versionId?: string | undefined;
}

/** Options of `putObjectRetention`. */
export interface RetentionInput extends VersionInput {
  /** Whether a retention in mode governance may become shorter, or end, where the credentials may. */
  readonly bypassGovernance?: boolean | undefined;
}

/** Makes them. */
export function tagAndLockOperations(connection: S3Connection) {
  const { bucket: Bucket } = connection;
  const target = (key: string, input: VersionInput | undefined) => {
    checkKey(key);
    return { Bucket, Key: key, ...given({ VersionId: input?.versionId }) };
  };

  return {
    /** The tags of an object. */
    getObjectTagging: read(
      async (
        key: string,
        input: VersionInput | undefined,
        call: Call,
      ): Promise<Readonly<Record<string, string>>> => {
        const wanted = target(key, input);
        const output = await about(
          connection,
          key,
          connection.send(({ GetObjectTaggingCommand }) => new GetObjectTaggingCommand(wanted), call),
        );
        return Object.fromEntries((output.TagSet ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
      },
      notes('GetObjectTagging', 'GetObjectTagging', 'GetObjectVersionTagging'),
    ),

    /** Replaces the tags of an object, all of them. At most 10. */
    putObjectTagging: idempotent(
      async (
        key: string,
        tags: Readonly<Record<string, string>>,
        input: VersionInput | undefined,
        call: Call,
      ): Promise<void> => {
        const wanted = target(key, input);
        const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await about(
          connection,
          key,
          connection.send(
            ({ PutObjectTaggingCommand }) => new PutObjectTaggingCommand({ ...wanted, Tagging: { TagSet } }),
            call,
          ),
        );
      },
      notes('PutObjectTagging', 'PutObjectTagging', 'PutObjectVersionTagging'),
    ),

    /** For how long a version stays; `undefined` where nothing says so. */
    getObjectRetention: read(
      async (
        key: string,
        input: VersionInput | undefined,
        call: Call,
      ): Promise<ObjectRetention | undefined> => {
        const wanted = target(key, input);
        const output = await about(
          connection,
          key,
          connection
            .send(({ GetObjectRetentionCommand }) => new GetObjectRetentionCommand(wanted), call)
            .catch(withoutLock),
        );
        const { Mode, RetainUntilDate } = output?.Retention ?? {};
        return lockOf(Mode, RetainUntilDate?.getTime(), undefined)?.retention;
      },
      notes('GetObjectRetention', 'GetObjectRetention'),
    ),

    /** Sets for how long a version stays; `null` ends it, which takes `bypassGovernance`. */
    putObjectRetention: idempotent(
      async (
        key: string,
        retention: ObjectRetention | null,
        input: RetentionInput | undefined,
        call: Call,
      ): Promise<void> => {
        const wanted = target(key, input);
        await about(
          connection,
          key,
          connection.send(
            ({ PutObjectRetentionCommand }) =>
              new PutObjectRetentionCommand({
                ...wanted,
                ...given({ BypassGovernanceRetention: input?.bypassGovernance }),
                Retention:
                  retention === null
                    ? {}
                    : {
                        Mode: retention.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
                        RetainUntilDate: new Date(retention.until),
                      },
              }),
            call,
          ),
        );
      },
      notes('PutObjectRetention', 'PutObjectRetention', 'BypassGovernanceRetention'),
    ),

    /** Whether a hold is on a version. */
    getObjectLegalHold: read(
      async (key: string, input: VersionInput | undefined, call: Call): Promise<boolean> => {
        const wanted = target(key, input);
        const output = await about(
          connection,
          key,
          connection
            .send(({ GetObjectLegalHoldCommand }) => new GetObjectLegalHoldCommand(wanted), call)
            .catch(withoutLock),
        );
        return output?.LegalHold?.Status === 'ON';
      },
      notes('GetObjectLegalHold', 'GetObjectLegalHold'),
    ),

    /** Puts a hold on a version, or lifts it. */
    putObjectLegalHold: idempotent(
      async (key: string, isOn: boolean, input: VersionInput | undefined, call: Call): Promise<void> => {
        const wanted = target(key, input);
        await about(
          connection,
          key,
          connection.send(
            ({ PutObjectLegalHoldCommand }) =>
              new PutObjectLegalHoldCommand({ ...wanted, LegalHold: { Status: isOn ? 'ON' : 'OFF' } }),
            call,
          ),
        );
      },
      notes('PutObjectLegalHold', 'PutObjectLegalHold'),
    ),
  };
}

/** S3 says so when nothing was ever set. */
function withoutLock(thrown: unknown): undefined {
  if (thrown instanceof VendorError && thrown.failure.reason === 'NoSuchObjectLockConfiguration')
    return undefined;
  throw thrown;
}
