import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { collector } from '../__tests__/im.ts';
import { startSpinner } from './spinner.ts';

describe('a spinner', () => {
  it('moves by itself, keeps to one line, and is gone in the end', async () => {
    const clock = createVirtualClock();
    const output = collector({ columns: 10 });
    {
      using spinner = startSpinner(output, clock, 'checking everything');
      expect(output.text).toBe('\r\x1b[K⠋ checki…');
      spinner.text('二つ目');
      await clock.advance(80);
      expect(output.text.split('\r\x1b[K').at(-1)).toBe('⠙ 二つ目');
    }
    expect(output.text.endsWith('\r\x1b[K')).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('without a clock moves with each text and has no timer', () => {
    const output = collector({ columns: 80 });
    using spinner = startSpinner(output, undefined, 'one');
    spinner.text('two');
    expect(output.text).toBe('\r\x1b[K⠋ one\r\x1b[K⠙ two');
  });

  it('without a terminal does nothing', () => {
    using spinner = startSpinner(undefined, createVirtualClock(), 'one');
    expect(() => spinner.text('two')).not.toThrow();
  });
});
