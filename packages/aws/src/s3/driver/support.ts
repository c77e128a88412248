/** What the parts of the driver share. */
import { errorCode, IntegrationError, isIntegrationError, type Page, type Pages } from '@im/core';
import { type DriverCall, driverError } from '@im/storage';
import type { S3Dialect } from '../dialects.ts';
import { s3Reasons } from '../errors.ts';
import { maxKeyBytes, toStoredKey } from '../keys.ts';
import type { S3Client } from '../operations/all.ts';

/** A driver's bucket. */
export interface DriverContext {
  readonly client: S3Client;
  readonly dialect: S3Dialect;
  /** Most bytes that one request copies: 5 GiB; more is copied in parts. */
  readonly mostCopyBytes: number;
}

/** Options of a call to the client. */
export const callOf = ({ signal }: DriverCall) => ({ signal });

/** How a key is stored. @throws IntegrationError `invalid_argument` where that is longer than S3 allows */
export function store(key: string): string {
  const stored = toStoredKey(key);
  if (stored !== key && Buffer.byteLength(stored) > maxKeyBytes)
    throw new IntegrationError(`the key has more than ${maxKeyBytes} bytes as it is stored`, {
      code: 'invalid_argument',
      remedy:
        'use a shorter key; parts that begin with .. and the characters U+0000 and U+0001 are stored longer',
    });
  return stored;
}

/** The first page of a list. */
export async function firstPage<Item>(pages: Pages<Item>): Promise<Page<Item>> {
  for await (const page of pages.pages()) return page;
  return { items: [] };
}

/** A cursor of the service, as one of ours, so that an invented one is known. */
export function writeCursor(next: string | undefined): string | undefined {
  return next === undefined ? undefined : Buffer.from(JSON.stringify([next])).toString('base64url');
}

/** @throws IntegrationError `invalid_argument` for an invented one */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(read) && read.length === 1 && typeof read[0] === 'string') return read[0];
  } catch (cause) {
    throw driverError('cursor', { cause });
  }
  throw driverError('cursor');
}

/** The port's error where S3 has another one for the same. Throws. */
export function translate(condition: { readonly ifMatch?: string | undefined } | undefined) {
  return (error: unknown): never => {
    if (!isIntegrationError(error)) throw error;
    if (error.reason === s3Reasons.notModified) throw driverError('not_modified', { cause: error });
    // To write over an object that is gone is to find another state than the condition names.
    if (condition?.ifMatch !== undefined && error.code === 'not_found' && error.reason === 'NoSuchKey')
      throw driverError('condition', { cause: error });
    throw error;
  };
}

/** Nothing, where the error says that nothing is there; else throws. */
export function unlessAbsent(error: unknown): undefined {
  if (errorCode(error) === 'not_found') return undefined;
  throw error;
}
