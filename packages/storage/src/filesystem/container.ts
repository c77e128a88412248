/**
 * One file an object: its bytes, then what is known of it as JSON, then the JSON's length (4 bytes, big endian) and the mark `IMS1`.
 * So bytes and facts appear and change together, by one rename, and ranges are read where they are.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { streamOfSource } from '../byte-stream.ts';
import type { DriverCall } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import { isSystemError } from './system-errors.ts';

const mark = 'IMS1';
const footBytes = 8;
/** Enough for the facts of nearly every object, in one read. */
const tailBytes = 4096;
/** Bytes read at a time. */
export const pieceBytes = 256 * 1024;

/** Writes bytes to an open file. Replaced in tests of full disks. */
export type WriteBytes = (file: FileHandle, bytes: Uint8Array) => Promise<void>;

/** The system's own way. */
export const writeBytes: WriteBytes = async (file, bytes) => {
  for (let start = 0; start < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, start);
    start += bytesWritten;
  }
};

/** Writes a whole container to a new file. */
export async function writeContainer(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  facts: unknown,
  options: { readonly write: WriteBytes; readonly fsync: boolean },
  call: DriverCall,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const piece of pieces) {
      call.signal.throwIfAborted();
      await options.write(file, piece);
    }
    const json = Buffer.from(JSON.stringify(facts));
    const foot = Buffer.alloc(footBytes);
    foot.writeUInt32BE(json.byteLength);
    foot.write(mark, 4, 'latin1');
    await options.write(file, Buffer.concat([json, foot]));
    if (options.fsync) await file.sync();
  } finally {
    await file.close();
  }
}

/** An open container. Its bytes stay readable when the object is replaced or deleted meanwhile. */
export interface Container<Facts> {
  readonly file: FileHandle;
  readonly size: number;
  readonly facts: Facts;
}

/** Opens one; `undefined` when there is none. The caller closes `file`. */
export async function openContainer<Facts>(path: string): Promise<Container<Facts> | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
  try {
    return { file, ...(await readFacts<Facts>(file)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readFacts<Facts>(file: FileHandle): Promise<{ readonly size: number; readonly facts: Facts }> {
  const { size: total } = await file.stat();
  const tail = await readAt(file, Math.max(0, total - tailBytes), Math.min(total, tailBytes));
  const isOurs = tail.byteLength >= footBytes && tail.toString('latin1', tail.byteLength - 4) === mark;
  if (!isOurs) throw driverError('corrupt');
  const length = tail.readUInt32BE(tail.byteLength - footBytes);
  const size = total - footBytes - length;
  if (size < 0) throw driverError('corrupt');
  const json =
    length + footBytes <= tail.byteLength
      ? tail.subarray(tail.byteLength - footBytes - length, tail.byteLength - footBytes)
      : await readAt(file, size, length);
  try {
    return { size, facts: JSON.parse(json.toString()) as Facts };
  } catch (cause) {
    throw driverError('corrupt', { cause });
  }
}

/** Bytes of an open file. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw driverError('corrupt');
    filled += bytesRead;
  }
  return bytes;
}

/** Pieces of an open file; it is not closed. With `buffer`, each piece is good until the next is asked for. */
export async function* piecesOf(
  file: FileHandle,
  offset: number,
  length: number,
  buffer?: Buffer,
): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < offset + length; ) {
    const size = Math.min(pieceBytes, offset + length - at);
    const piece = buffer?.subarray(0, size) ?? Buffer.allocUnsafe(size);
    const { bytesRead } = await file.read(piece, 0, piece.byteLength, at);
    if (bytesRead === 0) throw driverError('corrupt');
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

/** The same as a stream that closes the file at its end, when it is cancelled, and when it fails. */
export function streamOf(file: FileHandle, offset: number, length: number): ReadableStream<Uint8Array> {
  const pieces = piecesOf(file, offset, length);
  return streamOfSource({
    async next() {
      try {
        const next = await pieces.next();
        if (!next.done) return next.value;
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
      return undefined;
    },
    async cancel() {
      await pieces.return(undefined);
      await file.close();
    },
  });
}
