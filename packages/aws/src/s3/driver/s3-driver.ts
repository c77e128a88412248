/** A bucket as an object store. Each call passes the client's operations, and so the policies; nothing is repeated here. */
import type { S3Client as SdkClient } from '@aws-sdk/client-s3';
import { IntegrationError } from '@im/core';
import { driverError, type ListEntry, type StorageAbility, type StorageDriver } from '@im/storage';
import { mostPresignSeconds } from '../../common/sign.ts';
import { dialectOfClient } from '../connection.ts';
import { type DialectAbility, type DialectName, dialectOf } from '../dialects.ts';
import { fromStoredKey, isPlainDelimiter, maxKeyBytes, toStoredKey } from '../keys.ts';
import type { S3Client } from '../operations/all.ts';
import { maxDeleteKeys } from '../operations/delete-objects.ts';
import { maxParts } from '../operations/uploads.ts';
import { deleteObjects } from './delete.ts';
import { getObject, infoOf } from './read.ts';
import {
  callOf,
  type DriverContext,
  firstPage,
  readCursor,
  store,
  translate,
  writeCursor,
} from './support.ts';
import { uploadsOf } from './uploads.ts';
import { versionsOf } from './versions.ts';
import { copyObject, putObject } from './write.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** Settings of {@link s3Driver}. */
export interface S3DriverOptions<Name extends DialectName> {
  /** That of the client's options; what the driver can do follows from it, as a type. Default `aws`. */
  readonly dialect?: Name | undefined;
}

/**
 * Makes the driver of a client's bucket.
 *
 * @throws {@link IntegrationError} `failed_precondition` when the client speaks another dialect
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html | S3: limits of uploads in parts}
 */
export function s3Driver<Name extends DialectName = 'aws'>(
  client: S3Client,
  options: S3DriverOptions<Name> = {},
): StorageDriver<DialectAbility<Name>, SdkClient> {
  const wanted = options.dialect ?? 'aws';
  const spoken = dialectOfClient(client.native()) ?? wanted;
  if (spoken !== wanted)
    throw new IntegrationError(`the client speaks the dialect ${spoken}, not ${wanted}`, {
      code: 'failed_precondition',
      provider: 'aws-s3',
      operation: 's3Driver',
      remedy: `write s3Driver(client, { dialect: '${spoken}' })`,
    });
  // The row of a dialect is what its type is inferred from.
  return driverOf(client) as StorageDriver<DialectAbility<Name>, SdkClient>;
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
      presign: { maxSeconds: mostPresignSeconds, contentLength: 'exact' },
    },
    get: (key, read, call) => getObject(context, key, read, call),
    async head(key, { ifMatch, ifNoneMatch, versionId }, call) {
      const head = await client
        .headObject(store(key), { ifMatch, ifNoneMatch, versionId }, callOf(call))
        .catch(translate(undefined));
      return infoOf(context, key, head, versionId, call);
    },
    put: (key, bytes, write, call) => putObject(context, key, bytes, write, call),
    async list({ prefix, delimiter, cursor, pageSize }, call) {
      if (delimiter !== undefined && !isPlainDelimiter(delimiter)) throw badDelimiter();
      const page = await firstPage(
        client.listObjects(
          { prefix: toStoredKey(prefix), delimiter },
          { ...callOf(call), cursor: readCursor(cursor), pageSize },
        ),
      );
      return { items: page.items.map(toEntry), next: writeCursor(page.next) };
    },
    copy: (from, to, copy, call) => copyObject(context, from, to, copy, call),
    delete: (targets, call) => deleteObjects(context, targets, call),
    uploads: uploadsOf(context),
    async presign(key, { method, expiresInSeconds, contentType, contentLength }, call) {
      if (contentLength !== undefined && contentLength.min !== contentLength.max) throw driverError('range');
      const wanted = { method, expiresInSeconds, contentType, contentLength: contentLength?.max };
      return client.presign({ key: store(key), ...wanted }, callOf(call));
    },
    ...(has('versions') && { versions: versionsOf(context) }),
    native: () => client.native(),
  };
}

function toEntry(entry: ListEntry): ListEntry {
  const key = fromStoredKey(entry.key);
  if (entry.kind === 'prefix') return { kind: 'prefix', key };
  const { size, etag, modifiedAt } = entry;
  return { kind: 'object', key, size, etag, modifiedAt };
}

function badDelimiter(): IntegrationError {
  return new IntegrationError('keys cannot be grouped by this delimiter', {
    code: 'invalid_argument',
    remedy: 'use one without .., U+0000 and U+0001, that does not begin with ~',
  });
}
