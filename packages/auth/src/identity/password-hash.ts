/**
 * How a password is kept: scrypt (RFC 7914) in the PHC format, `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, so that the cost stands beside each hash and can
 * be raised for those that come later.
 *
 * @see {@link https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md | PHC string format}
 */
import { type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { RandomBytes } from '../common/random.ts';

/** A password as it is kept. */
export interface Kept {
  /** Binary logarithm of the cost. */
  readonly log2: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
const hashBytes = 32;
const saltBytes = 16;
const blockSize = 8;
const phc = /^\$scrypt\$ln=(\d{1,2}),r=8,p=1\$([\w+/]{22})\$([\w+/]{43})$/;

/** Keeps it, with a salt of its own. */
export async function keep(password: string, log2: number, randomBytes: RandomBytes): Promise<string> {
  const salt = Buffer.from(randomBytes(saltBytes));
  const hash = await hashOf(password, { log2, salt });
  return `$scrypt$ln=${log2},r=${blockSize},p=1$${encode(salt)}$${encode(hash)}`;
}

/** Reads what {@link keep} wrote; `undefined` for anything else. */
export function readKept(text: string): Kept | undefined {
  const [, log2, salt = '', hash = ''] = phc.exec(text) ?? [];
  if (log2 === undefined) return undefined;
  return { log2: Number(log2), salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

/** What is compared with where there is nothing: it costs the same, and nothing is like it. */
export function nobody(log2: number): Kept {
  return { log2, salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes) };
}

/**
 * The hash, in the time of one at `costLog2`: a password that was kept more cheaply is answered no sooner than a name that nobody has. What is
 * missing is 2^log2 + 2^(log2+1) + … + 2^(costLog2−1).
 */
export async function hashAtCost(password: string, how: Kept, costLog2: number): Promise<Buffer> {
  const hash = await hashOf(password, how);
  for (let { log2 } = how; log2 < costLog2; log2 += 1) await hashOf(password, { ...how, log2 });
  return hash;
}

function hashOf(password: string, { log2, salt }: Pick<Kept, 'log2' | 'salt'>): Promise<Buffer> {
  const cost = 2 ** log2;
  const maxmem = 256 * cost * blockSize;
  return derive(password, salt, hashBytes, { cost, blockSize, parallelization: 1, maxmem });
}

/** Base64 without padding, as the PHC format has it. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
