/** Operations on buckets. */
import type { BucketLocationConstraint } from '@aws-sdk/client-s3';
import { type Call, idempotent, type Page, pages, read, VendorError } from '@im/core';
import { none, rawPath } from '@im/http';
import { about, type S3Connection } from '../connection.ts';
import { given, notes } from './shared.ts';

/** A bucket of the account. */
export interface ListedBucket {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Makes them. */
export function bucketOperations(connection: S3Connection) {
  const { bucket: Bucket, region, dialectName, http } = connection;

  return {
    /** Whether the bucket is there and may be used; `region` where the service says it. */
    headBucket: read(
      async (call: Call): Promise<{ readonly region?: string | undefined }> => {
        const answer = await about(connection, undefined, http.request('HEAD', rawPath(''), none, call));
        return { region: answer.headers.get('x-amz-bucket-region') ?? undefined };
      },
      notes('HeadBucket', 'ListBucket'),
    ),

    /** Creates the bucket of the options, in their region. One that is the account's already is left as it is. */
    createBucket: idempotent(
      async (input: { readonly objectLock?: boolean | undefined } | undefined, call: Call): Promise<void> => {
        const isElsewhere = dialectName === 'aws' && region !== 'us-east-1';
        const create = connection.send(
          ({ CreateBucketCommand }) =>
            new CreateBucketCommand({
              Bucket,
              ...given({ ObjectLockEnabledForBucket: input?.objectLock }),
              ...(isElsewhere && {
                CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
              }),
            }),
          call,
        );
        await about(connection, undefined, create.catch(unlessOwn));
      },
      notes('CreateBucket', 'CreateBucket'),
    ),

    /** The buckets of the account. */
    listBuckets: pages(
      read(
        async (call: Call): Promise<Page<ListedBucket>> => {
          const output = await about(
            connection,
            undefined,
            connection.send(
              ({ ListBucketsCommand }) =>
                new ListBucketsCommand(given({ MaxBuckets: call.pageSize, ContinuationToken: call.cursor })),
              call,
            ),
          );
          return {
            items: (output.Buckets ?? []).map((one) => ({
              name: one.Name ?? '',
              createdAt: one.CreationDate?.getTime() ?? 0,
            })),
            next: output.ContinuationToken,
          };
        },
        notes('ListBuckets', 'ListAllMyBuckets'),
      ),
    ),
  };
}

function unlessOwn(thrown: unknown): void {
  if (thrown instanceof VendorError && thrown.failure.reason === 'BucketAlreadyOwnedByYou') return;
  throw thrown;
}
