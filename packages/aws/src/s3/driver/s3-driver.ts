/** A bucket as an object store. Each call passes the client's operations, and so the policies; nothing is repeated here. */
import type { S3Client as SdkClient } from '@aws-sdk/client-s3';
import { IntegrationError } from '@im/core';
import type { StorageAbility, StorageDriver } from '@im/storage';
import { mostPresignSeconds } from '../../common/sign.ts';
import { dialectOfClient } from '../connection.ts';
import { type DialectAbility, type DialectName, dialectOf } from '../dialects.ts';
import { maxKeyBytes } from '../keys.ts';
import type { S3Client } from '../operations/all.ts';
import { maxDeleteKeys } from '../operations/delete-objects.ts';
import { invalid } from '../operations/shared.ts';
import { maxParts } from '../operations/uploads.ts';
import { deleteObjects } from './delete.ts';
import { listObjects } from './list.ts';
import { getObject, infoOf } from './read.ts';
import { callOf, type DriverContext, store, translate } from './support.ts';
import { uploadsOf } from './uploads.ts';
import { versionsOf } from './versions.ts';
import { copyObject, putObject } from './write.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** A dialect, or `any`: whichever the client speaks, where only its configuration says that. */
export type DriverDialect = DialectName | 'any';

/** Settings of {@link s3Driver}. */
export interface S3DriverOptions<Name extends DriverDialect> {
  /**
   * That of the client's options; what the driver can do follows from it, as a type. With `any` nothing follows: name what you need
   * to `createObjectStore(driver, { needs })`, which looks whether it is there. Default `aws`.
   */
  readonly dialect?: Name | undefined;
}

/** What a driver can do, as a type. */
export type DriverAbility<Name extends DriverDialect> = Name extends DialectName
  ? DialectAbility<Name>
  : never;

/**
 * Makes the driver of a client's bucket.
 *
 * @throws {@link IntegrationError} `failed_precondition` when the client speaks another dialect
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html | S3: limits of uploads in parts}
 */
export function s3Driver<Name extends DriverDialect = 'aws'>(
  client: S3Client,
  options: S3DriverOptions<Name> = {},
): StorageDriver<DriverAbility<Name>, SdkClient> {
  const wanted = options.dialect ?? 'aws';
  const spoken = dialectOfClient(client.native());
  if (wanted !== 'any' && spoken !== undefined && spoken !== wanted)
    throw new IntegrationError(`the client speaks the dialect ${spoken}, not ${wanted}`, {
      code: 'failed_precondition',
      provider: 'aws-s3',
      operation: 's3Driver',
      remedy: `write s3Driver(client, { dialect: '${spoken}' }), or 'any' and what you need`,
    });
  // The row of a dialect is what its type is inferred from.
  return driverOf(client) as StorageDriver<DriverAbility<Name>, SdkClient>;
}

/** The same by the client's own dialect, whatever it is. */
export function driverOf(client: S3Client): StorageDriver<StorageAbility, SdkClient> {
  const dialect = dialectOf(dialectOfClient(client.native()) ?? 'aws');
  return createDriver({ client, dialect, mostCopyBytes: 5 * gibibyte });
}

/** Makes it of its parts. */
export function createDriver(context: DriverContext): StorageDriver<StorageAbility, SdkClient> {
  const { client, dialect } = context;
  const has = (ability: StorageAbility) => dialect.abilities.includes(ability);

  return {
    name: 'aws-s3',
    abilities: Object.fromEntries(dialect.abilities.map((name) => [name, true])) as Record<
      StorageAbility,
      true
    >,
    limits: {
      maxKeyBytes,
      maxPutBytes: 5 * gibibyte,
      minPartBytes: 5 * mebibyte,
      maxPartBytes: 5 * gibibyte,
      maxParts,
      maxDeleteKeys,
      maxPageSize: 1000,
      storageClasses: dialect.storageClasses,
      ...(has('presign') && { presign: { maxSeconds: mostPresignSeconds, contentLength: 'exact' } }),
    },
    get: (key, read, call) => getObject(context, key, read, call),
    async head(key, { ifMatch, ifNoneMatch, versionId }, call) {
      const head = await client
        .headObject(store(key), { ifMatch, ifNoneMatch, versionId }, callOf(call))
        .catch(translate(undefined));
      return infoOf(context, key, head, versionId, call);
    },
    put: (key, bytes, write, call) => putObject(context, key, bytes, write, call),
    list: (list, call) => listObjects(context, list, call),
    copy: (from, to, copy, call) => copyObject(context, from, to, copy, call),
    delete: (targets, call) => deleteObjects(context, targets, call),
    ...(has('multipart') && { uploads: uploadsOf(context) }),
    ...(has('presign') && { presign: presignOf(context) }),
    ...(has('versions') && { versions: versionsOf(context) }),
    native: () => client.native(),
  };
}

function presignOf({ client }: DriverContext): NonNullable<StorageDriver['presign']> {
  return async (key, { method, expiresInSeconds, contentType, contentLength }, call) => {
    const bytes = contentLength?.max;
    if (contentLength?.min !== bytes)
      throw invalid('S3 holds a sender to an exact length only', 'give one number');
    return client.presign(
      { key: store(key), method, expiresInSeconds, contentType, contentLength: bytes },
      callOf(call),
    );
  };
}
