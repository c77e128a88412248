/** What the operations share: the connection, paths, conditions. */
import type { Clock } from '@im/core';
import { type Http, type Path, rawPath } from '@im/http';
import type { GoogleAuth } from '../common/auth.ts';
import { refuseArgument } from './errors.ts';
import type { GcsCondition } from './model.ts';

/** One bucket of one instance. */
export interface StorageConnection {
  readonly http: Http;
  readonly auth: GoogleAuth;
  readonly bucket: string;
  /** `https://storage.googleapis.com`, without a slash at the end. */
  readonly origin: string;
  readonly clock: Clock;
  /** The IAM Credentials API, and whom it is to sign as. */
  readonly iam: Http;
  readonly signAs: string | undefined;
}

/** Longest name, UTF-8 bytes: https://cloud.google.com/storage/docs/objects#naming */
const longestNameBytes = 1_024;

/** The path of an object. @throws `VendorError` `invalid_argument` for names that the service cannot store */
export function objectPath(bucket: string, name: string, behind = ''): Path {
  return rawPath(
    `storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(checkName(name))}${behind}`,
  );
}

/** The path of the objects of a bucket. */
export function objectsPath(bucket: string, before: '' | 'upload/' = ''): Path {
  return rawPath(`${before}storage/v1/b/${bucket}/o`);
}

/**
 * Refuses names before they are sent.
 *
 * @see {@link https://cloud.google.com/storage/docs/objects#naming | Cloud Storage: object names}
 */
export function checkName(name: string): string {
  if (name === '') refuseArgument('the name of the object is empty; give one');
  if (!name.isWellFormed()) refuseArgument('the name of the object is no well-formed Unicode');
  if (name === '.' || name === '..' || /[\r\n]/.test(name) || name.startsWith('.well-known/acme-challenge/'))
    refuseArgument(
      `Cloud Storage has no object named ${JSON.stringify(name.slice(0, 100))}; the driver of @im/storage escapes such keys`,
    );
  const bytes = name.length * 3 > longestNameBytes ? Buffer.byteLength(name) : 0;
  if (bytes > longestNameBytes)
    refuseArgument(`the name of the object has ${bytes} bytes of UTF-8; ${longestNameBytes} are allowed`);
  return name;
}

/** Conditions as parameters. */
export function conditionQuery({
  ifGenerationMatch,
  ifGenerationNotMatch,
  ifMetagenerationMatch,
}: GcsCondition) {
  return { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch };
}
