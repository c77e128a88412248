/** Ids of staged parts: 48 bytes, as most tools have them, that tell number, size and checksum, so that a list of blocks is a list of parts. */
import type { Checksum, UploadedPart } from '@im/storage';

const mark = 'im';
const sizes = { sha256: 32, crc32: 4 } as const;
const places = { algorithm: 2, number: 4, size: 8, checksum: 16 } as const;
const idBytes = 48;

/** The id of a part. */
export function toPartId(number: number, size: number, { algorithm, value }: Checksum): string {
  const id = Buffer.alloc(idBytes);
  id.write(mark, 'latin1');
  id[places.algorithm] = algorithm === 'sha256' ? 1 : 2;
  id.writeUInt32BE(number, places.number);
  id.writeDoubleBE(size, places.size);
  id.write(value, places.checksum, 'hex');
  return id.toString('base64');
}

/** The part of an id; `undefined` for blocks that we did not stage. */
export function fromPartId(text: string): UploadedPart | undefined {
  const id = Buffer.from(text, 'base64');
  if (id.byteLength !== idBytes || id.toString('latin1', 0, mark.length) !== mark) return undefined;
  const bytes = id[places.algorithm] === 1 ? sizes.sha256 : sizes.crc32;
  return {
    number: id.readUInt32BE(places.number),
    size: id.readDoubleBE(places.size),
    etag: text,
    checksum: id.toString('hex', places.checksum, places.checksum + bytes),
  };
}
