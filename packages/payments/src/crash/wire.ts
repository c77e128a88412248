/** What parent and child say to each other. Values are text, so that money and errors survive. */
import { IntegrationError, isIntegrationError } from '@im/core';
import { parseJsonWithMoney } from '../money-json.ts';

/** The parent's first word: which orders to serve. */
export interface Begin {
  readonly orders: readonly {
    readonly order: string;
    readonly config: unknown;
    readonly tokens: { readonly succeeds: string; readonly threeDSecure?: string | undefined };
    readonly hasSteps: boolean;
    readonly reconcilesFirst: boolean;
    readonly now: number;
    /** References that it must have in the end. */
    readonly expected: readonly string[];
  }[];
}

/** The child's words. `ask` waits for an answer; `said` does not. */
export type ChildWord =
  | {
      readonly kind: 'ask';
      readonly id: number;
      readonly order: string;
      readonly target: 'state' | 'world' | 'finish';
      readonly method: string;
      readonly args: string;
    }
  | {
      readonly kind: 'said';
      readonly order: string;
      readonly what: 'step' | 'alert' | 'done' | 'failed';
      readonly text: string;
    };

/** The parent's answer. */
export interface Answer {
  readonly id: number;
  readonly value?: string | undefined;
  readonly error?: string | undefined;
}

/**
 * Sends words in batches, those of one turn of the event loop together: a message costs more than what is in it.
 *
 * @returns `say`, and `flush`, which resolves when all that was said has left
 */
export function batches<Word>(send: (words: readonly Word[], sent: () => void) => void) {
  let words: Word[] = [];
  let sent: Promise<void> = Promise.resolve();
  const leave = (resolve: () => void) => {
    const batch = words;
    words = [];
    send(batch, resolve);
  };
  return {
    say: (word: Word): void => {
      words.push(word);
      if (words.length === 1) sent = new Promise((resolve) => setImmediate(leave, resolve));
    },
    flush: () => sent,
  };
}

/** `undefined` has no text. */
export const encode = (value: unknown): string | undefined => JSON.stringify(value);
export const decode = (text: string | undefined): unknown =>
  text === undefined ? undefined : parseJsonWithMoney(text);

/** An error as text: what a caller may act on. */
export function encodeError(error: unknown): string {
  const says = error instanceof Error ? error.message : String(error);
  return JSON.stringify(isIntegrationError(error) ? { ...error, cause: undefined, says } : { says });
}

/** The error again. */
export function decodeError(text: string): Error {
  const { says, ...fields } = JSON.parse(text) as { says: string } & ConstructorParameters<
    typeof IntegrationError
  >[1];
  return fields.code === undefined ? new Error(says) : new IntegrationError(says, fields);
}
