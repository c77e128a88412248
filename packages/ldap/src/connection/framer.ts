/**
 * Cuts a stream of bytes into messages (RFC 4511 §5.1): a tag, a length, and so many bytes.
 *
 * The library's own reader gathers bytes without any bound until it thinks that a message is whole. So each byte passes here first: what
 * is no LDAP message, or too large a one, ends the connection at once, with a reason.
 */

/** Why a stream was given up. */
export type FrameFault = 'not_ldap' | 'message_too_large';

const sequenceTag = 0x30;
/** Tag, first byte of the length, four more. */
const longestHead = 6;

/** Follows the messages of one stream. */
export class Framer {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #head: number[] = [];
  /** Bytes of the content that have not come. */
  #left = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether the stream stands between two messages. */
  get isBetween(): boolean {
    return this.#head.length === 0;
  }

  /**
   * Takes the next bytes, and hands over each message that they complete.
   *
   * @returns what is wrong with them, if anything is; nothing can be taken after that
   */
  take(chunk: Uint8Array, onMessage: (message: Buffer) => void): FrameFault | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + this.#left);
        this.#chunks.push(part);
        this.#left -= part.length;
        at += part.length;
      } else {
        this.#head.push(chunk[at] as number);
        at += 1;
        const length = lengthOf(this.#head);
        if (length === 'bad') return 'not_ldap';
        if (length === 'more') continue;
        if (length > this.#maxBytes) return 'message_too_large';
        this.#left = length;
      }
      if (this.#left === 0) {
        const message = Buffer.concat([Buffer.from(this.#head), ...this.#chunks]);
        this.#head = [];
        this.#chunks = [];
        onMessage(message);
      }
    }
    return undefined;
  }
}

/** Length of the content behind a head: definite, never nothing (X.690 §8.1.3). */
function lengthOf(head: readonly number[]): number | 'more' | 'bad' {
  const [tag, first, ...rest] = head;
  if (tag !== sequenceTag) return 'bad';
  if (first === undefined) return 'more';
  if (first < 0x80) return first === 0 ? 'bad' : first;
  const size = first & 0x7f;
  if (size === 0 || size > longestHead - 2) return 'bad';
  if (rest.length < size) return 'more';
  return rest.reduce((sum, byte) => sum * 256 + byte, 0) || 'bad';
}
