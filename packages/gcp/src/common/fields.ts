/** Fields as Google's JSON has them: https://protobuf.dev/programming-guides/json/ */
import type { Call } from '@im/core';
import { z } from 'zod';
import { invalid } from './resource.ts';

/** A field that may be absent or null; both read as `undefined`. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** A list that may be absent or null; both read as empty. */
export const listOf = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);

// One schema of each for all fields: making them is most of what loading a service costs.
/** A text that may be absent or null. */
export const maybeText = maybe(z.string());
/** A number that may be absent or null. */
export const maybeNumber = maybe(z.number());
/** A flag that may be absent or null. */
export const maybeFlag = maybe(z.boolean());
/** Labels and the like; absent reads as none. */
export const textMap = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
/** Bytes in base64; absent is what proto3 makes of none. */
export const wireBytes = z
  .string()
  .nullish()
  .transform((value) => new Uint8Array(Buffer.from(value ?? '', 'base64')));
/** A 64-bit number written as text, as a number; it is exact up to 2^53. */
export const maybeCount = maybe(
  z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform((value) => Number(value)),
);

/** Bytes as the vendor wants them: base64 of the standard alphabet. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** `3.5s` in seconds. Absent, or not a duration: `undefined`. */
export function toSeconds(duration: string | undefined): number | undefined {
  const text = duration === undefined ? undefined : /^(-?\d+(?:\.\d+)?)s$/.exec(duration)?.[1];
  return text === undefined ? undefined : Number(text);
}

/** Seconds as a duration; `undefined` stays. */
export function fromSeconds(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${seconds}s`;
}

/** `pageSize` and `pageToken` of a request, within what the vendor allows. */
export function pageQuery(call: Call, most: number, token: string | undefined) {
  return { pageSize: pageSize(call, most), pageToken: token };
}

/** Items a request: what the caller wants, within what the vendor allows. Default: the most, which costs least requests. */
export function pageSize(call: Call, most: number): number {
  return Math.min(Math.max(Math.trunc(call.pageSize ?? most), 1), most);
}

/** @throws `VendorError` `invalid_argument` where `value` is no whole number of this range */
export function checkRange(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(`${what} is ${value}; give a whole number from ${least} to ${most}`);
}
