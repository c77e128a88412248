/** Uploads in parts. */
import { createHash } from 'node:crypto';
import type { FakeResponse } from '@im/testing';
import { isoTime, refusal, xmlResponse } from './answers.ts';
import { attributesOf, holdConditions, type S3Call, xmlBody } from './call.ts';
import { type Checksums, checksum, checksumNames, etagOf, receive } from './integrity.ts';
import type { FakePart, FakeUpload } from './state.ts';
import { copySource } from './writes.ts';

export function createUpload(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const named = call.header('x-amz-checksum-algorithm')?.toLowerCase();
  const algorithm = checksumNames.find((name) => name === named);
  if (named !== undefined && algorithm === undefined)
    throw refusal('NotImplemented', { message: `This fake does not compute ${named}.` });
  const upload: FakeUpload = {
    id: bucket.nextId(),
    key: call.key,
    startedAt: call.now(),
    object: attributesOf(call),
    algorithm,
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return xmlResponse('InitiateMultipartUploadResult', {
    Bucket: bucket.name,
    Key: call.key,
    UploadId: upload.id,
  });
}

function uploadOf(call: S3Call): FakeUpload {
  const upload = call.bucket().uploads.get(call.query('uploadId') ?? '');
  if (upload?.key !== call.key) throw refusal('NoSuchUpload');
  return upload;
}

function numberOf(call: S3Call): number {
  const number = Number(call.query('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw refusal('InvalidArgument', {
    message: 'Part number must be an integer between 1 and 10000, inclusive',
  });
}

export function uploadPart(call: S3Call): FakeResponse {
  const upload = uploadOf(call);
  const number = numberOf(call);
  const { bytes, checksums } = receive(call.request);
  if (upload.algorithm !== undefined && checksums[upload.algorithm] === undefined) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm}`;
    throw refusal('InvalidRequest', { message });
  }
  const part: FakePart = { number, bytes, etag: etagOf(bytes), checksums, modifiedAt: call.now() };
  upload.parts.set(number, part);
  const sums = checksumNames.flatMap((name) =>
    checksums[name] === undefined ? [] : [[`x-amz-checksum-${name}`, checksums[name]] as const],
  );
  return { headers: { etag: part.etag, ...Object.fromEntries(sums) } };
}

export function uploadPartCopy(call: S3Call): FakeResponse {
  const upload = uploadOf(call);
  const number = numberOf(call);
  const source = copySource(call);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(call.header('x-amz-copy-source-range') ?? '') ?? [];
  if (last !== undefined && Number(last) >= source.bytes.byteLength) throw refusal('InvalidArgument');
  const bytes = last === undefined ? source.bytes : source.bytes.subarray(Number(first), Number(last) + 1);
  const { algorithm } = upload;
  const checksums: Checksums = algorithm === undefined ? {} : { [algorithm]: checksum(algorithm, bytes) };
  const part: FakePart = { number, bytes, etag: etagOf(bytes), checksums, modifiedAt: call.now() };
  upload.parts.set(number, part);
  return xmlResponse('CopyPartResult', {
    ETag: part.etag,
    LastModified: isoTime(part.modifiedAt),
    ...sumMembers(checksums),
  });
}

const sumMembers = (checksums: Checksums) =>
  Object.fromEntries(checksumNames.map((name) => [`Checksum${name.toUpperCase()}`, checksums[name]]));

export function completeUpload(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const upload = uploadOf(call);
  const parts = chosenParts(call, upload);
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const size = call.header('x-amz-mp-object-size');
  if (size !== undefined && Number(size) !== bytes.byteLength)
    throw refusal('InvalidRequest', { message: 'The provided size does not match that of the parts.' });
  holdConditions(call, bucket.present(call.key));
  const digest = createHash('md5');
  for (const { etag } of parts) digest.update(Buffer.from(etag.slice(1, -1), 'hex'));
  const kept = bucket.add(call.key, {
    ...upload.object,
    bytes,
    etag: `"${digest.digest('hex')}-${parts.length}"`,
    checksums: compositeOf(upload, parts),
    checksumType: 'COMPOSITE',
  });
  bucket.uploads.delete(upload.id);
  return xmlResponse(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${call.header('host')}/${bucket.name}/${encodeURIComponent(call.key)}`,
      Bucket: bucket.name,
      Key: call.key,
      ETag: kept.etag,
      ...sumMembers(kept.checksums),
    },
    bucket.versioning === undefined ? {} : { 'x-amz-version-id': kept.versionId },
  );
}

/** The parts that are named, as they arrived. @throws the error of S3 when they are not those */
function chosenParts(call: S3Call, upload: FakeUpload): readonly FakePart[] {
  const wanted = xmlBody(receive(call.request).bytes, 'CompleteMultipartUpload').children('Part');
  if (wanted.length === 0) throw refusal('MalformedXML');
  let before = 0;
  return wanted.map((one, index) => {
    const number = Number(one.text('PartNumber'));
    if (number <= before) throw refusal('InvalidPartOrder');
    before = number;
    const part = upload.parts.get(number);
    const etag = (one.text('ETag') ?? '').replaceAll('"', '');
    if (part === undefined || part.etag !== `"${etag}"`) throw refusal('InvalidPart');
    const { algorithm } = upload;
    if (
      algorithm !== undefined &&
      one.text(`Checksum${algorithm.toUpperCase()}`) !== part.checksums[algorithm]
    ) {
      const message = `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part.`;
      throw refusal('InvalidRequest', { message });
    }
    if (index < wanted.length - 1 && part.bytes.byteLength < call.leastPartBytes)
      throw refusal('EntityTooSmall');
    return part;
  });
}

/** The checksum over the binary checksums of the parts, and their number. */
function compositeOf({ algorithm }: FakeUpload, parts: readonly FakePart[]): Checksums {
  if (algorithm === undefined) return {};
  const sums = Buffer.concat(parts.map((part) => Buffer.from(part.checksums[algorithm] ?? '', 'base64')));
  return { [algorithm]: `${checksum(algorithm, sums)}-${parts.length}` };
}

export function abortUpload(call: S3Call): FakeResponse {
  call.bucket().uploads.delete(uploadOf(call).id);
  return { status: 204 };
}
