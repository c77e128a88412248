import { createInterface } from 'node:readline';
import { unlessAborted } from '@im/core';
import { Interrupted } from '../failure.ts';
import type { Io } from '../io.ts';

/** Asks questions on a terminal, one after the other. */
export interface Questions extends Disposable {
  /** @returns the answer without blanks around it; empty when the input has ended. @throws the signal's reason */
  ask(question: string): Promise<string>;
}

/** Begins to read from the terminal. */
export function openQuestions({ stdin, stderr, signal }: Io): Questions {
  // On standard error, so that standard output stays the result.
  const lines = createInterface({ input: stdin, output: stderr as unknown as NodeJS.WritableStream });
  const stopped = new AbortController();
  // A terminal that is read by line edits it, and gives Ctrl-C as an event.
  lines.once('SIGINT', () => stopped.abort(new Interrupted('SIGINT')));
  const either = AbortSignal.any([signal, stopped.signal]);
  // An iterator keeps lines that were typed ahead of their question.
  const answers = lines[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      lines.setPrompt(question);
      lines.prompt();
      const { value, done } = await unlessAborted(answers.next(), either);
      return done ? '' : value.trim();
    },
    [Symbol.dispose]: () => lines.close(),
  };
}

/** Words between commas or blanks. */
export function wordsOf(answer: string): readonly string[] {
  return answer.split(/[\s,]+/).filter((word) => word !== '');
}
