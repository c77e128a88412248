/** What proves that bytes arrived as they were sent: `Content-MD5`, `x-amz-checksum-…`, and the framing of the SDK's streams. */
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { FakeRequest } from '@im/testing';
import { refusal } from './answers.ts';

/** Checksums in base64, by algorithm. */
export type Checksums = Readonly<Partial<Record<'crc32' | 'sha1' | 'sha256', string>>>;

const algorithms: Readonly<Record<keyof Checksums, (bytes: Uint8Array) => string>> = {
  crc32: (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString('base64');
  },
  sha1: (bytes) => hash('sha1', bytes, 'base64'),
  sha256: (bytes) => hash('sha256', bytes, 'base64'),
};

/** Every algorithm that the fake computes. */
export const checksumNames = Object.keys(algorithms) as (keyof Checksums)[];

/** The checksum of `bytes`, in base64. */
export function checksum(name: keyof Checksums, bytes: Uint8Array): string {
  return algorithms[name](bytes);
}

/** The etag of an object that was sent in one go. */
export function etagOf(bytes: Uint8Array): string {
  return `"${hash('md5', bytes, 'hex')}"`;
}

/** A body that has arrived, without framing, and the checksums that came with it. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly checksums: Checksums;
}

/** @throws the error of S3 when anything that came with the bytes does not match them */
export function receive({ headers, body }: FakeRequest): Received {
  const { bytes, trailers } = isFramed(headers) ? unframe(body, headers) : { bytes: body, trailers: {} };
  const md5 = headers['content-md5'];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').byteLength !== 16) throw refusal('InvalidDigest');
    if (hash('md5', bytes, 'base64') !== md5) throw refusal('BadDigest');
  }
  const given = { ...headers, ...trailers };
  const unknown = Object.keys(given).find((name) => /^x-amz-checksum-(crc32c|crc64nvme)$/.test(name));
  if (unknown !== undefined)
    throw refusal('NotImplemented', { message: `This fake does not compute ${unknown}.` });
  const checksums: { -readonly [Name in keyof Checksums]: Checksums[Name] } = {};
  for (const name of checksumNames) {
    const value = given[`x-amz-checksum-${name}`];
    if (value === undefined) continue;
    if (value !== checksum(name, bytes)) {
      const message = `The ${name.toUpperCase()} you specified did not match the calculated checksum.`;
      throw refusal('BadDigest', { message });
    }
    checksums[name] = value;
  }
  return { bytes, checksums };
}

function isFramed(headers: FakeRequest['headers']): boolean {
  return (headers['content-encoding'] ?? '').split(',').some((one) => one.trim() === 'aws-chunked');
}

/**
 * `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: chunks of `size\r\nbytes\r\n`, one of size 0, then trailers.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html | S3: trailing headers}
 */
function unframe(body: Uint8Array, headers: FakeRequest['headers']) {
  if (headers['x-amz-content-sha256'] !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    throw refusal('NotImplemented', { message: 'This fake does not verify signatures of chunks.' });
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Uint8Array[] = [];
  let at = 0;
  const line = (): string => {
    const end = source.indexOf('\r\n', at);
    if (end < 0) throw refusal('IncompleteBody');
    const text = source.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  for (let size = Number.parseInt(line(), 16); size !== 0; size = Number.parseInt(line(), 16)) {
    if (!(size > 0) || at + size + 2 > source.byteLength) throw refusal('IncompleteBody');
    chunks.push(source.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: Record<string, string> = {};
  while (at < source.byteLength) {
    const [name = '', ...value] = line().split(':');
    if (name !== '') trailers[name.toLowerCase()] = value.join(':').trim();
  }
  const announced = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  if (announced.some((name) => name !== '' && trailers[name] === undefined)) throw refusal('IncompleteBody');
  const bytes = Buffer.concat(chunks);
  if (String(bytes.byteLength) !== headers['x-amz-decoded-content-length']) throw refusal('IncompleteBody');
  return { bytes, trailers };
}
