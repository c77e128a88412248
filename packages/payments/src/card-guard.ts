/**
 * Keeps card numbers and security codes out of everything that leaves. A card number is a run of 12 to 19 digits, perhaps with
 * separators between them, that
 *
 * 1. begins as the numbers of a card scheme do and is as long as they are, and
 * 2. satisfies the Luhn formula (ISO/IEC 7812-1, annex B).
 *
 * Digits of other scripts and of full width count as digits. One in ten runs that satisfy (1) by chance also satisfies (2): name your
 * orders with a letter in the middle. In UUIDs and other ids of hexadecimal digits such runs are many, and they are left out
 * ({@link withoutIds}). A security code cannot be told by its digits, so that the names it goes by are refused.
 */
import { IntegrationError } from '@im/core';
import { isMoney } from './money.ts';

const schemes: readonly { readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^(6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] },
  { prefix: /^3(0[0-5]|09|[68-9])/, lengths: [14, 15, 16, 17, 18, 19] },
  { prefix: /^35(2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(50|5[6-9]|6[0-9])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];
const separators = String.raw`[\s.,:;/\\_|\u00ad\u200b-\u200d\u2060\ufeff\p{Pd}]`;
const longest = 19;
const runs = new RegExp(`[0-9](?:${separators}{0,3}[0-9]){11,}`, 'gu');
const separatorsEverywhere = new RegExp(separators, 'gu');
const sensitiveName =
  /^(card_?)?(pan|number|cvc2?|cvv2?|cvn|cid|csc|security_?code|verification_?(value|code)|track_?[12]?(_?data)?)$/i;
const sensitiveText =
  /\b(?:cvc2?|cvv2?|cvn|csc|security[ _-]?code)\b["']?\s*(?:[:=#]|is)?\s*["']?[0-9]{3,4}\b/i;

/** UUIDs, and 24 hexadecimal digits or more. */
const hexadecimal =
  /(?<![0-9a-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,})(?![0-9a-z])/gi;

/**
 * The text without ids that were made up at random: one UUID in a thousand holds what looks like a card number. A UUID has a letter somewhere;
 * of other ids at least one digit in eight is a letter, where the data of a card's magnetic stripe, written the same way, has one or two.
 */
function withoutIds(text: string): string {
  return text.replace(hexadecimal, (id) => {
    const letters = id.match(/[a-f]/gi)?.length ?? 0;
    return letters * 8 >= id.length || (letters > 0 && id.includes('-')) ? 'id' : id;
  });
}

/** Whether a card number stands somewhere in the text. */
export function hasCardNumber(text: string): boolean {
  return [...withoutIds(plainDigits(text)).matchAll(runs)].some(([run]) => holdsCardNumber(run));
}

/** Other digits may stand before or behind the number in a run, but not without a separator. */
function holdsCardNumber(run: string): boolean {
  const groups = run.split(separatorsEverywhere).filter((group) => group !== '');
  return groups.some((_, first) => {
    let digits = '';
    for (let index = first; index < groups.length && digits.length <= longest; index += 1) {
      digits += groups[index];
      if (isCardNumber(digits)) return true;
    }
    return false;
  });
}

function isCardNumber(digits: string): boolean {
  return (
    digits.length <= longest &&
    schemes.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits)) &&
    isLuhn(digits)
  );
}

function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    sum += index % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** Digits of every script as ASCII: blocks of ten begin at a digit whose predecessor is none. */
function plainDigits(text: string): string {
  return text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => {
    let value = 0;
    const code = digit.codePointAt(0) ?? 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
    return code < 128 ? digit : String(value);
  });
}

/**
 * Refuses a value in which a card number or a security code stands, at any depth, in names as well as in values. The message says where, and
 * quotes nothing.
 *
 * @throws {@link IntegrationError} `invalid_argument`, reason `card_data`
 */
export function refuseCardData(value: unknown, provider: string, operation: string): void {
  const where = findCardData(value, '');
  if (where === undefined) return;
  throw new IntegrationError(`card data must not pass through here (${where === '' ? 'the text' : where})`, {
    code: 'invalid_argument',
    provider,
    operation,
    reason: 'card_data',
    remedy: 'let the processor’s own form collect it, and pass the token it gives',
  });
}

function findCardData(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return hasCardNumber(value) || sensitiveText.test(value) ? path : undefined;
  if (typeof value === 'number' || typeof value === 'bigint')
    return hasCardNumber(String(value)) ? path : undefined;
  if (typeof value !== 'object' || value === null || value instanceof AbortSignal) return undefined;
  // Amounts are many digits by nature.
  if (isMoney(value)) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (hasCardNumber(name)) return `a name in ${path || 'the argument'}`;
    const here = path === '' ? name : `${path}.${name}`;
    if (sensitiveName.test(name) && inner !== undefined) return here;
    const found = findCardData(inner, here);
    if (found !== undefined) return found;
  }
  return undefined;
}
