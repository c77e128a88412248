/** What is shown: one line of progress while it runs, tables at the end. */

/** Where text goes; a terminal is drawn on, anything else gets a plain line now and then. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** One line that tells how far something is. */
export interface ProgressLine {
  update(text: string): void;
  /** Leaves the last text standing. */
  end(): void;
}

const drawEveryMs = 100;
const lineEveryMs = 1_000;

export function createProgressLine(
  screen: Screen,
  now: () => number = () => performance.now(),
): ProgressLine {
  let latest = '';
  let at = Number.NEGATIVE_INFINITY;
  const show = () => {
    at = now();
    const width = Math.max((screen.columns ?? 80) - 1, 20);
    screen.write(screen.isTTY ? `\r\u001b[2K${latest.slice(0, width)}` : `${latest}\n`);
  };
  return {
    update(text) {
      latest = text;
      if (now() - at >= (screen.isTTY ? drawEveryMs : lineEveryMs)) show();
    },
    end() {
      show();
      if (screen.isTTY) screen.write('\n');
    },
  };
}

/** A bar of 20 characters. */
export function bar(share: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * 20);
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1.5 MiB`. */
export function size(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${units[step]}`;
}

/** `4 s`, `2 min 5 s`. */
export function time(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export const count = (value: number): string => value.toLocaleString('en-US');

/** Columns as wide as they need to be; the first to the left, the others to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
