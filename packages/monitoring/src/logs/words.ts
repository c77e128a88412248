/**
 * Takes what looks like a credential out of text, whoever wrote it: our own messages, a vendor's words in an error, a stack.
 *
 * | what | shown as |
 * |---|---|
 * | a private key in PEM, with all its lines | `[redacted]` |
 * | `https://user:password@host` | `https://[redacted]@host` |
 * | `Bearer eyJ…`, `Basic dXNl…` | `Bearer [redacted]` |
 * | `password=hunter2`, `"apiKey": "…"`, by the names that `@im/http` keeps out of logs | `password=[redacted]` |
 * | `curl -u user:password`, tokens of Slack, which are too short for the rule below | `curl -u [redacted]` |
 * | a word no reader would miss: 12 characters and more, letters and digits mixed, or 30 and more of letters | `[redacted]` |
 *
 * The last is a guess: a UUID in a message is taken out too. Put what must be read into a field of its own, named `…Id`.
 */
import { redacted } from '@im/core';
import { isSecretName } from '@im/http';

const pem = /-----BEGIN[^-]*-----[\s\S]*?(?:-----END[^-]*-----|$)/g;
const userInfo = /(\/\/)[^/\s@]+@/g;
const bearer = /\b(bearer\s+)[\w+/=.~:-]{6,}/gi;
/** The words stand in ordinary sentences, too: only what has a digit, a capital or padding is a credential. */
const basic = /\b([Bb]asic|BASIC|[Tt]oken)(\s+)(?=\S*[\dA-Z=])[\w+/=.~:-]{6,}/g;
const curlUser = /(\s(?:-u|--user)[\s=]*)\S+/g;
const slack = /\bxox[a-z]-[\w-]+/g;
/** `<add key="password" value="…">` */
const attribute =
  /(["'][^"'\n]{0,60}(?:password|secret|token|key)[^"'\n]{0,60}["']\s{0,9}value\s{0,9}=\s{0,9}["'])[^"'\n]+/gi;
/** A name and what assigns; the value follows. */
const assigns = /([\w.-]{1,100})["'`]?\s{0,9}(?:=>|:=|\?=|\|\||[=:>])\s{0,9}["'`]?/g;
/** A value up to where it ends, by the quote that it begins with. */
const values: Readonly<Record<string, RegExp>> = { '"': /[^"\n]+/y, "'": /[^'\n]+/y, '`': /[^`\n]+/y };
const unquoted = /[^\s"'`,;&)}\]]+/y;
const longWord = /[\w+/=~%$:-]{12,}/g;

/** One word that none of the rules can match; most texts are. */
const harmlessWord = /^(?:[A-Za-z_.]{0,29}|[\w.]{0,11})$/;

/** `text` without credentials. */
export function withoutCredentials(text: string): string {
  if (harmlessWord.test(text)) return text;
  return withoutAssigned(
    text
      .replace(pem, redacted)
      .replace(userInfo, `$1${redacted}@`)
      .replace(bearer, `$1${redacted}`)
      .replace(basic, `$1$2${redacted}`)
      .replace(curlUser, `$1${redacted}`)
      .replace(slack, redacted)
      .replace(attribute, `$1${redacted}`),
  ).replace(longWord, (word) => (looksRandom(word) ? redacted : word));
}

/** Values may hold assignments themselves, so only those of secret names are passed over. */
function withoutAssigned(text: string): string {
  let clean = '';
  let from = 0;
  for (const { 0: all, 1: name = '', index } of text.matchAll(assigns)) {
    if (index < from || !isSecretName(name)) continue;
    const assigned = values[all.at(-1) ?? ''] ?? unquoted;
    assigned.lastIndex = index + all.length;
    const value = assigned.exec(text)?.[0];
    if (value === undefined || harmless.test(value)) continue;
    clean += text.slice(from, index + all.length) + redacted;
    from = index + all.length + value.length;
  }
  return clean + text.slice(from);
}

/** What an assignment may go on with and say nothing; of `authorization: Bearer …` the next word says it. */
const harmless = /^(?:\[redacted\]?|true|false|null|undefined|none|bearer|basic)$/i;

/**
 * Whether nobody would miss it. The parts between separators are looked at, so that `checkout-service-2`, instants and
 * `im_integration_calls_total` stay.
 */
function looksRandom(word: string): boolean {
  const parts = word.split(/[-_/=%:]/);
  const mixed = parts.filter((part) => /\d/.test(part) && /[a-z]/i.test(part)).join('');
  const isBase64 = word.length >= 30 && /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
  return mixed.length >= 8 || isBase64 || parts.some((part) => part.length >= 30);
}
