/**
 * A table that keeps up, drawn over itself on the terminal's second screen, so that what stood there before is back in
 * the end. Keys are read one by one (raw mode), and then Ctrl-C comes as a key too.
 */
import { sleep } from '@im/core';
import { Interrupted, toFailure } from '../failure.ts';
import type { HubIntegration } from '../hub.ts';
import type { Io } from '../io.ts';
import { countLine, healthTable } from './health.ts';
import type { Screen } from './screen.ts';
import { table } from './table.ts';
import { oneLine, truncated } from './width.ts';

// ECMA-48 and xterm's private modes 1049 (second screen) and 25 (cursor).
const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';
const home = '\x1b[H';
const clearToLineEnd = '\x1b[K';
const clearToScreenEnd = '\x1b[J';
const ctrlC = '\x03';

/** What is watched. */
export interface Watched {
  readonly io: Io;
  readonly screen: Screen;
  readonly everyMs: number;
  readonly title: string;
  look(signal: AbortSignal): Promise<readonly HubIntegration[]>;
}

/**
 * Watches until `q`. A look that fails is told at the bottom, and the next one is tried.
 *
 * @throws the reason of the signal; `Interrupted` for Ctrl-C
 */
export async function watchScreen({ io, screen, everyMs, title, look }: Watched): Promise<void> {
  const { stdin, stdout, clock } = io;
  const end = new AbortController();
  const signal = AbortSignal.any([io.signal, end.signal]);
  let latest: readonly HubIntegration[] = [];
  let fault = '';
  const draw = () => {
    const [columns, rows] = [stdout.columns ?? 80, stdout.rows ?? 24];
    const lines = frame({ screen, columns, rows, title, latest, fault, now: clock.now() });
    stdout.write(home + lines.map((line) => line + clearToLineEnd).join('\r\n') + clearToScreenEnd);
  };
  const onKey = (chunk: Buffer | string) => {
    for (const key of String(chunk)) {
      if (key === 'q' || key === 'Q') end.abort(quit);
      if (key === ctrlC) end.abort(new Interrupted('SIGINT'));
    }
  };

  stdout.write(enter);
  stdin.setRawMode?.(true);
  stdin.on('data', onKey);
  stdin.resume();
  stdout.on?.('resize', draw);
  try {
    for (;;) {
      try {
        latest = await look(signal);
        fault = '';
      } catch (error) {
        signal.throwIfAborted();
        fault = toFailure(error).message;
      }
      draw();
      await sleep(clock, everyMs, signal);
    }
  } catch (error) {
    if (error !== quit) throw error;
  } finally {
    stdout.off?.('resize', draw);
    stdin.off('data', onKey);
    stdin.setRawMode?.(false);
    stdin.pause();
    stdout.write(leave);
  }
}

/** Why the watch ends when somebody wants it to. */
const quit = new Error('q was pressed');

interface Frame {
  readonly screen: Screen;
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
  readonly latest: readonly HubIntegration[];
  readonly fault: string;
  readonly now: number;
}

/** Lines of one picture, at most as many as there are rows, none longer than a row. */
function frame({ screen, columns, rows, title, latest, fault, now }: Frame): readonly string[] {
  const { colours } = screen;
  const time = new Date(now).toISOString().slice(11, 19);
  const head = colours.bold(truncated(oneLine(`${title}  ${time} UTC`), columns));
  const [names, rowsOfAll] = healthTable(latest, { colours, columns }, now);
  const all = table(names, rowsOfAll, columns, colours.dim);
  const room = Math.max(rows - 4, 1);
  const shown = all.length <= room + 1 ? all : all.slice(0, room);
  const hidden = all.length - shown.length;
  const more = hidden === 0 ? [] : [colours.dim(`… and ${hidden} more`)];
  const foot =
    fault === ''
      ? `${countLine(latest, colours)}  ${colours.dim('q quits')}`
      : colours.red(truncated(oneLine(`✗ ${fault}`), columns));
  return [head, ...shown, ...more, '', foot].slice(0, rows);
}
