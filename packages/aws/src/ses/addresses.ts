/**
 * Addresses and header values as they are sent. Whoever can put a line feed into one writes headers of their own (more receivers,
 * another subject, another body), and a comma makes two addresses of one. So each is refused unless it is exactly one.
 *
 * SES takes ASCII: names are encoded (RFC 2047), domains must be in Punycode, and letters beyond ASCII before the `@` are not
 * possible.
 *
 * @see {@link https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html | SES: Destination}
 */
import { refuse } from '../common/service.ts';
import type { EmailAddress } from './model.ts';

/** Most characters of one: RFC 5321. */
const longest = 320;

/** `local@domain`, without quotes in the local part. */
const spec = String.raw`[\w!#$%&'*+/=?^\`{|}~.-]{1,64}@(?:[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?\.)*[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?`;
const bare = new RegExp(`^${spec}$`);
/** A quoted name, or words without anything that has a meaning; then the address in angle brackets. */
const named = new RegExp(
  String.raw`^(?:"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*" ?|[\w !#$%&'*+/=?^\`{|}~.-]*)<${spec}>$`,
);

/** One address. @throws `VendorError` `invalid_argument`, which does not repeat it */
export function toAddress(given: EmailAddress, what: string): string {
  if (typeof given !== 'string') {
    bareAddress(given.address, what);
    return given.name === undefined || given.name === ''
      ? given.address
      : `${toName(given.name, what)} <${given.address}>`;
  }
  if (given.length > longest || !(bare.test(given) || named.test(given))) badAddress(what);
  return given;
}

/** The address alone, such as `ann@example.com`. */
export function bareAddress(given: string, what: string): string {
  return given.length <= longest && bare.test(given) ? given : badAddress(what);
}

function badAddress(what: string): never {
  return refuse(
    `${what} must be one address in ASCII, such as ann@example.com, or { name, address } for a name of any letters`,
  );
}

/** A display name: quoted, or encoded where it is not ASCII. */
function toName(name: string, what: string): string {
  checkLine(name, `the name of ${what}`);
  if (/^[\x20-\x7e]*$/.test(name)) return `"${name.replace(/[\\"]/g, (letter) => `\\${letter}`)}"`;
  return encodeWords(name);
}

/** Bytes that fit into one encoded word of 75 characters: RFC 2047, section 2. */
const wordBytes = 45;

function encodeWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const letter of text) {
    if (Buffer.byteLength(word + letter) > wordBytes) {
      words.push(word);
      word = '';
    }
    word += letter;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join(' ');
}

/** What may not stand in a line of a header. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const breaks = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** @throws `VendorError` `invalid_argument` for line breaks and control characters, and for half a letter */
export function checkLine(text: string, what: string): string {
  if (breaks.test(text) || !text.isWellFormed())
    refuse(`${what} must not have line breaks or control characters`);
  return text;
}

/** Headers that say what other members say, and those that SES writes. */
const reserved =
  /^(from|to|cc|bcc|reply-to|subject|sender|return-path|date|message-id|mime-version|content-.*|dkim-signature|received|x-ses-.*)$/i;

const mostHeaders = 15;

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html */
export function toHeaders(headers: Readonly<Record<string, string>> | undefined) {
  const entries = Object.entries(headers ?? {});
  if (entries.length > mostHeaders) refuse(`an e-mail has at most ${mostHeaders} headers of its own`);
  for (const [name, value] of entries) {
    if (!/^[\x21-\x39\x3b-\x7e]{1,126}$/.test(name))
      refuse('the name of a header is 1 to 126 printable characters of ASCII without a colon');
    if (reserved.test(name)) refuse(`the header ${name} has a member of its own, or is written by SES`);
    if (!/^[\x20-\x7e]{1,870}$/.test(value))
      refuse(`the header ${name} must be 1 to 870 printable characters of ASCII`);
  }
  return entries.length === 0 ? {} : { Headers: entries.map(([Name, Value]) => ({ Name, Value })) };
}

const mostTags = 50;

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html */
export function toTags(tags: Readonly<Record<string, string>> | undefined) {
  const entries = Object.entries(tags ?? {});
  if (entries.length > mostTags) refuse(`an e-mail has at most ${mostTags} tags`);
  for (const text of entries.flat())
    if (!/^[\w.@-]{1,256}$/.test(text))
      refuse('names and values of tags are 1 to 256 letters, digits or _-.@');
  return entries.map(([Name, Value]) => ({ Name, Value }));
}
