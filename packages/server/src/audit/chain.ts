/**
 * A record in which nothing can be changed unseen: each entry holds the digest of the one before it.
 *
 * An entry is a line of JSON, `{"hash":"…","previous":"…","seq":1,…}`. Its `hash` is SHA-256 over the rest of the line exactly as it
 * is written, `previous` included, so that every byte counts and nothing has to be put into a canonical form.
 * An entry that was changed, added, taken out, repeated or moved breaks the chain at its place. What is missing at the end breaks
 * nothing; therefore the number of entries and the last hash, the *head*, are kept apart and compared too.
 */
import { hash } from 'node:crypto';

/** What somebody did, or wanted to do. */
export interface AuditEvent {
  /** Who, as `key:5f2a…`. */
  readonly subject: string;
  /** What: `integration.disable`, `hub.reload`. */
  readonly action: string;
  /** Whether it is about to be done, was done, or could not be done. */
  readonly phase: 'intent' | 'done' | 'failed';
  readonly tenant?: string | undefined;
  /** On what: the name of an integration. */
  readonly target?: string | undefined;
  /** Position of the intent that this is the outcome of. */
  readonly intent?: number | undefined;
  /** More, such as why it failed. No secret. */
  readonly says?: string | undefined;
}

/** An entry as it stands in the record. */
export interface AuditEntry extends AuditEvent {
  /** Position, from 1. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly previous: string;
  readonly hash: string;
}

/** Where a chain ends. */
export interface Head {
  /** Number of entries. */
  readonly seq: number;
  /** Hash of the last one. */
  readonly hash: string;
}

/** Before the first entry. */
export const noEntry: Head = { seq: 0, hash: '0'.repeat(64) };

const hashed = '{"hash":"';
const hashLength = 64;

/** The next line, without its end, and the head after it. */
export function linkEntry(
  head: Head,
  event: AuditEvent,
  at: number,
): { readonly line: string; readonly head: Head } {
  const seq = head.seq + 1;
  // Written out, since this is most of what an entry costs beside its digest.
  let rest = `,"previous":"${head.hash}","seq":${seq},"at":${at},"subject":${text(event.subject)},"action":${text(event.action)},"phase":"${event.phase}"`;
  if (event.tenant !== undefined) rest += `,"tenant":${text(event.tenant)}`;
  if (event.target !== undefined) rest += `,"target":${text(event.target)}`;
  if (event.intent !== undefined) rest += `,"intent":${event.intent}`;
  if (event.says !== undefined) rest += `,"says":${text(event.says)}`;
  rest += '}';
  const digest = hash('sha256', rest, 'hex');
  return { line: `${hashed}${digest}"${rest}`, head: { seq, hash: digest } };
}

const plain = /^[\w :./@*+-]*$/;
const text = (value: string) => (plain.test(value) ? `"${value}"` : JSON.stringify(value));

/** The head after `line`, if it follows `head`; else what is wrong with it. */
export function followEntry(head: Head, line: string): Head | string {
  const digest = line.slice(hashed.length, hashed.length + hashLength);
  const rest = line.slice(hashed.length + hashLength + 1);
  if (!line.startsWith(hashed) || line[hashed.length + hashLength] !== '"') return 'is no entry';
  if (hash('sha256', rest, 'hex') !== digest) return 'was changed: its hash is that of something else';
  const { seq, previous } = readEntry(line);
  if (seq !== head.seq + 1) return `stands here, but is entry ${seq}`;
  if (previous !== head.hash) return 'does not follow the entry before it';
  return { seq, hash: digest };
}

/** A line as an entry. It must be one that follows. */
export function readEntry(line: string): AuditEntry {
  return JSON.parse(line) as AuditEntry;
}
