/** CRC-32C (RFC 3720 §B.4), which every real answer has. Node has no native one, so only the fake computes it: eight bytes at a time. */
const polynomial = 0x82f63b78;

const first = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value;
});
const after = (table: Uint32Array) => table.map((value) => (value >>> 8) ^ (first[value & 0xff] as number));
const [second, third, fourth] = [after(first), after(after(first)), after(after(after(first)))];
/** What a byte does to the sum, by how many bytes follow it. */
const tables = [
  ...[first, second, third, fourth],
  ...[after(fourth), after(after(fourth)), after(after(after(fourth))), after(after(after(after(fourth))))],
] as const;

/** Base64 of the four bytes, most significant first, as the service writes it. */
export function crc32c(bytes: Uint8Array): string {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.byteLength - (bytes.byteLength % 8);
  let sum = 0xffffffff;
  for (let at = 0; at < blocks; at += 8) {
    const low = sum ^ view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    sum =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[high & 0xff] as number) ^
      (t2[(high >>> 8) & 0xff] as number) ^
      (t1[(high >>> 16) & 0xff] as number) ^
      (t0[high >>> 24] as number);
  }
  for (let at = blocks; at < bytes.byteLength; at += 1)
    sum = (sum >>> 8) ^ (t0[(sum ^ (bytes[at] as number)) & 0xff] as number);
  const result = Buffer.alloc(4);
  result.writeUInt32BE((sum ^ 0xffffffff) >>> 0);
  return result.toString('base64');
}
