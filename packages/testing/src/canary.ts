/**
 * Canaries: values that stand in for secrets, so unlikely that finding one anywhere proves a leak. They are looked for
 * as they are and in every encoding in which a secret usually slips through a redaction.
 */
import { inspect } from 'node:util';

/** A canary that came out somewhere. */
export interface CanarySighting {
  /** The name given to the canary; never its value. */
  readonly canary: string;
  readonly encoding: string;
}

/** Canaries by name: `{ 'options.clientSecret': 'canary…' }`. */
export type Canaries = Readonly<Record<string, string>>;

/** Shorter values turn up by chance. */
export const shortestCanary = 12;

/** Makes a canary: always the same for the same name, unlike any other, of characters that every format must escape or not. */
export function createCanary(name: string): string {
  const seed = [...name].reduce(
    (sum, letter) => Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 16_777_619),
    2_166_136_261,
  );
  return `canary-${(seed >>> 0).toString(36)}-~é/+"${name.length}-end`;
}

/** Encodings in which a canary is looked for: each gives the strings that must not occur. */
const encodings: Readonly<Record<string, (value: string) => readonly string[]>> = {
  plain: (value) => [value],
  json: (value) => [JSON.stringify(value).slice(1, -1)],
  percent: (value) => [encodeURIComponent(value), encodeURIComponent(value).toLowerCase()],
  form: (value) => [new URLSearchParams([['', value]]).toString().slice(1)],
  hex: (value) => [Buffer.from(value).toString('hex'), Buffer.from(value).toString('hex').toUpperCase()],
  base64: (value) => aligned(value, 'base64'),
  base64url: (value) => aligned(value, 'base64url'),
  html: (value) => [value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')],
  reversed: (value) => [[...value].reverse().join('')],
};

/** Base64 of the value wherever it stands in a longer text (`user:secret`): three ways, by the bytes in front of it. */
function aligned(value: string, encoding: 'base64' | 'base64url'): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map((offset) => {
    const skip = (3 - offset) % 3;
    const whole = bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3);
    return whole.toString(encoding);
  });
}

/**
 * Looks for canaries in anything: texts as they are, everything else as it prints (`String`, JSON, `inspect` to any
 * depth; of errors the stack and the chain of causes).
 *
 * @throws RangeError for a canary so short that it would turn up by chance
 */
export function findCanaries(where: unknown, canaries: Canaries): readonly CanarySighting[] {
  const printed = printings(where).join('\n');
  const sightings: CanarySighting[] = [];
  for (const [canary, value] of Object.entries(canaries)) {
    if (value.length < shortestCanary) {
      throw new RangeError(
        `${canary} is shorter than ${shortestCanary} characters: it cannot be told from chance`,
      );
    }
    for (const [encoding, encode] of Object.entries(encodings)) {
      if (encode(value).some((text) => printed.includes(text))) sightings.push({ canary, encoding });
    }
  }
  return sightings;
}

/** Every way in which a value may come to be printed. */
function printings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  const printed = [
    inspect(value, {
      depth: 20,
      maxArrayLength: null,
      maxStringLength: null,
      breakLength: Number.POSITIVE_INFINITY,
    }),
  ];
  printed.push(
    attempt(() => String(value)),
    attempt(() => JSON.stringify(value) ?? ''),
  );
  for (let error = value, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth += 1) {
    printed.push(
      error.message,
      error.stack ?? '',
      attempt(() => JSON.stringify(error)),
    );
  }
  return printed;
}

/** Some values refuse one form of printing (cycles, no prototype); the others still count. */
function attempt(print: () => string): string {
  try {
    return print();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
