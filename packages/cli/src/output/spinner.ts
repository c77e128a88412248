import type { Clock } from '@im/core';
import type { Output } from '../io.ts';
import type { Spinner } from './screen.ts';
import { truncated } from './width.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;

/**
 * Draws on `output`, one line that is gone in the end. Without one it does nothing.
 *
 * @param clock absent: it moves with each text, and has no timer that something else could wait for
 */
export function startSpinner(output: Output | undefined, clock: Clock | undefined, first: string): Spinner {
  if (output === undefined) return { text: () => undefined, [Symbol.dispose]: () => undefined };
  let [text, frame, cancel] = [first, 0, () => {}];
  const draw = () => {
    const line = truncated(`${frames[frame % frames.length]} ${text}`, (output.columns ?? 80) - 1);
    output.write(`\r\x1b[K${line}`);
    frame += 1;
    cancel = clock?.schedule(frameMs, draw, { background: true }) ?? cancel;
  };
  draw();
  return {
    text: (next) => {
      text = next;
      if (clock === undefined) draw();
    },
    [Symbol.dispose]: () => {
      cancel();
      output.write('\r\x1b[K');
    },
  };
}
