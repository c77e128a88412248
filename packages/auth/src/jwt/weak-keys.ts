/** Keys that must not be used although they have the right form. */
import type { JWK } from 'jose';

const minModulusBits = 2_048;
/** FIPS 186-5 §5.4: an odd number above 2^16. */
const minExponent = 65_537n;

/** Why an RSA key may not be used; `undefined` when it may. */
export function rsaFault({ n, e }: JWK): string | undefined {
  const [modulus, exponent] = [toNumber(n), toNumber(e)];
  if (modulus === undefined || exponent === undefined) return 'has no modulus or exponent';
  if (modulus.toString(2).length < minModulusBits) return `has fewer than ${minModulusBits} bits`;
  if (exponent < minExponent || exponent % 2n === 0n) return 'has a public exponent below 65537';
  if (isRoca(modulus)) return 'was made by a library whose keys can be broken (CVE-2017-15361)';
  return undefined;
}

function toNumber(text: unknown): bigint | undefined {
  if (typeof text !== 'string' || !/^[\w-]+$/.test(text)) return undefined;
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex') || '0'}`);
}

/** Odd primes up to 167. */
const primes = Array.from({ length: 166 }, (_, index) => index + 3).filter((number) =>
  Array.from({ length: number - 2 }, (_, index) => index + 2).every(
    (divisor) => divisor === number || number % divisor !== 0,
  ),
);

/** For each prime the powers of 65537: a modulus of the flawed library is one of them for every prime at once. */
let powers: ReadonlyMap<number, ReadonlySet<number>> | undefined;

/**
 * The fingerprint of CVE-2017-15361 (ROCA): primes of the flawed library have the form k·M + 65537^a mod M, M a product of small primes. Of other
 * moduli about one in 2^28 looks the same.
 * @see {@link https://crocs.fi.muni.cz/_media/public/papers/nemec_roca_ccs17_preprint.pdf | Nemec et al. 2017, §4}
 */
function isRoca(modulus: bigint): boolean {
  powers ??= new Map(primes.map((prime) => [prime, powersModulo(prime)]));
  return [...powers].every(([prime, residues]) => residues.has(Number(modulus % BigInt(prime))));
}

function powersModulo(prime: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let power = 1; !found.has(power); power = (power * 65_537) % prime) found.add(power);
  return found;
}
