/** Faults of a schema in our own words: what was wanted, and of what was given the type alone. */
import type { z } from 'zod';
import { isSecret } from './secret-field.ts';
import { shownList, suggest } from './suggest.ts';

type RawIssue = z.core.$ZodRawIssue;

/** What is wrong, without the value. */
export function saysOf(issue: RawIssue): string {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'must be a whole number';
      return `must be ${article(issue.expected)}, not ${typeName(issue.input)}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${literal(issue.values[0])}`
        : `must be one of ${shownList(issue.values.map(literal), 30)}`;
    case 'too_small':
      return `must ${bound(issue.origin, 'least', issue.minimum, issue.inclusive !== false)}`;
    case 'too_big':
      return `must ${bound(issue.origin, 'most', issue.maximum, issue.inclusive !== false)}`;
    case 'invalid_format':
      return formatSays(issue.format, issue.pattern);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_key':
      return 'has a key that is not allowed';
    case 'invalid_union':
      return issue.discriminator === undefined
        ? 'fits none of the allowed forms'
        : 'names none of the allowed forms';
    default:
      return 'is not allowed';
  }
}

/** What the reader can do. */
export function remedyOf(issue: RawIssue): string {
  if (issue.code === 'invalid_value' && typeof issue.input === 'string') {
    const meant = suggest(issue.input, issue.values.map(String));
    if (meant !== undefined) return `did you mean ${JSON.stringify(meant)}?`;
  }
  if (isSecret(issue.input)) {
    return 'this one is no credential and would be shown: write the value itself, or take it from the environment';
  }
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  return wantsText && isWritable(issue.input) ? 'put it in quotes, so that it is text' : 'correct it';
}

/** Numbers and the like: what YAML makes of a text without quotes. */
function isWritable(input: unknown): boolean {
  return typeof input === 'number' || typeof input === 'boolean';
}

function article(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    int: 'a whole number',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return words[expected] ?? `${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`;
}

function typeName(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  if (isSecret(input)) return 'a secret';
  if (typeof input === 'number' && !Number.isFinite(input)) return String(input);
  return article(typeof input);
}

/** A value of the schema (never one that was given), as a message shows it. */
export function literal(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

const counted: Readonly<Record<string, string>> = {
  string: 'characters',
  array: 'entries',
  set: 'entries',
  map: 'entries',
  file: 'bytes',
};

function bound(origin: string, side: 'least' | 'most', limit: unknown, inclusive: boolean): string {
  const unit = counted[origin];
  const amount = limit instanceof Date ? limit.toISOString() : String(limit);
  const word = inclusive ? `at ${side}` : side === 'least' ? 'more than' : 'less than';
  return unit === undefined ? `be ${word} ${amount}` : `have ${word} ${amount} ${unit}`;
}

const formats: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an e-mail address',
  uuid: 'a UUID',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  datetime: 'a date and time by ISO 8601',
  date: 'a date by ISO 8601',
  duration: 'a duration by ISO 8601',
  base64: 'base64',
  base64url: 'base64url',
  jwt: 'a JWT',
  hostname: 'a host name',
  safeint: 'a whole number',
};

function formatSays(format: string, pattern: string | undefined): string {
  const known = formats[format];
  if (known !== undefined) return `must be ${known}`;
  return format === 'regex' && pattern !== undefined
    ? `must match ${pattern}`
    : `must be of the format ${format}`;
}
