/** What applications hold: secrets, their versions and their values. */
import type { Secret, SecretBytes } from '@im/core';

/** A value to be kept: text, or bytes; at most 64 KiB. */
export type NewValue = string | Secret | Uint8Array;

/** A value as it is kept. It does not print itself. */
export interface SecretValue {
  readonly name: string;
  readonly arn: string;
  readonly versionId: string;
  /** `AWSCURRENT`, `AWSPREVIOUS`, `AWSPENDING`, or one's own. */
  readonly stages: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt?: number | undefined;
  /** Set for a value that is text, such as JSON of several fields. */
  readonly text?: Secret | undefined;
  /** Set for a value of bytes. */
  readonly bytes?: SecretBytes | undefined;
}

/** What became of one secret of several that were asked for. */
export type ValueResult =
  | { readonly ok: true; readonly value: SecretValue }
  | { readonly ok: false; readonly id: string; readonly reason: string; readonly says?: string | undefined };

/** Which value: by its version, by its stage, or by both. Default: the stage `AWSCURRENT`. */
export interface VersionFilter {
  readonly versionId?: string | undefined;
  readonly stage?: string | undefined;
}

/** A secret without its value. */
export interface SecretInfo {
  readonly name: string;
  readonly arn: string;
  readonly description?: string | undefined;
  /** Absent: the account's default key. */
  readonly kmsKeyId?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Stages by version. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  readonly rotates: boolean;
  /** Milliseconds since 1970, as are all below. */
  readonly createdAt?: number | undefined;
  readonly changedAt?: number | undefined;
  readonly rotatedAt?: number | undefined;
  readonly nextRotationAt?: number | undefined;
  /** Of the day: AWS says no more. */
  readonly accessedAt?: number | undefined;
  /** Set once it is marked for deletion. */
  readonly deletedAt?: number | undefined;
  /** The function that rotates it. */
  readonly rotationLambdaArn?: string | undefined;
}

/** One version of a secret. */
export interface SecretVersion {
  readonly versionId: string;
  readonly stages: readonly string[];
  readonly createdAt?: number | undefined;
  readonly accessedAt?: number | undefined;
}

/** What a change of a secret answers. */
export interface ChangedSecret {
  readonly name: string;
  readonly arn: string;
  /** Absent: no version was made. */
  readonly versionId?: string | undefined;
}

/** More of a new secret. */
export interface CreateOptions {
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Which secrets are listed: those that fit every filter. */
export interface ListFilter {
  /** Names that begin so. */
  readonly name?: string | undefined;
  /** Words of the description. */
  readonly description?: string | undefined;
  /** Names of tags. */
  readonly tagKey?: string | undefined;
  readonly tagValue?: string | undefined;
  /** Whether those that are marked for deletion are listed too. Default false. */
  readonly deletedToo?: boolean | undefined;
}

/** How a secret is rotated. */
export interface RotationOptions {
  /** The function that does it. Default: the one it has. */
  readonly lambdaArn?: string | undefined;
  /** Days between rotations, or an expression: `rate(10 days)`, `cron(0 8 1 * ? *)`. */
  readonly every?: number | string | undefined;
  /** Length of the window in which it happens, `3h`. */
  readonly window?: string | undefined;
  /** Whether it is rotated now, beside what is planned. Default true. */
  readonly now?: boolean | undefined;
}

/** What a made-up password is like. */
export interface PasswordOptions {
  /** 1 to 4,096. Default 32. */
  readonly length?: number | undefined;
  readonly excludeCharacters?: string | undefined;
  readonly punctuation?: boolean | undefined;
  readonly numbers?: boolean | undefined;
  readonly uppercase?: boolean | undefined;
  readonly lowercase?: boolean | undefined;
}
