/** What is shown: progress while it runs, a table at the end. */
import type { IntegrationStatus } from '@im/core';
import type { Progress } from './sync.ts';

/** Where text goes; a terminal is drawn on, anything else gets plain lines. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows how far each tenant is. */
export interface ProgressDisplay {
  update(tenant: string, progress: Progress): void;
  /** Shows the last state and leaves the lines standing. */
  end(): void;
}

/** Milliseconds between two drawings on a terminal. */
const drawEveryMs = 100;
/** Milliseconds between two plain lines of one tenant. */
const lineEveryMs = 1_000;

/** One line a tenant: drawn over on a terminal, printed now and then elsewhere. */
export function createDisplay(
  screen: Screen,
  tenants: readonly { readonly tenant: string; readonly expectedRows: number; readonly rowsBefore: number }[],
  stats: (tenant: string) => IntegrationStatus['stats'],
  now: () => number = () => performance.now(),
): ProgressDisplay {
  const begun = now();
  const latest = new Map<string, Progress>();
  const printedAt = new Map<string, number>();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;

  const describe = ({ tenant, expectedRows, rowsBefore }: (typeof tenants)[number]) => {
    const { rows, playlists, playlistsDone } = latest.get(tenant) ?? {
      rows: rowsBefore,
      playlists: 0,
      playlistsDone: 0,
    };
    const seconds = Math.max((now() - begun) / 1_000, 0.001);
    const rate = (rows - rowsBefore) / seconds;
    const left =
      rows >= expectedRows ? 'done' : rate > 0 ? `${clock((expectedRows - rows) / rate)} left` : 'starting';
    const { retries, waits } = stats(tenant);
    const share = expectedRows === 0 ? 1 : rows / expectedRows;
    return (
      `${tenant.padEnd(6)} ${bar(share)} ${String(rows).padStart(String(expectedRows).length)}/${expectedRows} rows · ` +
      `${playlistsDone}/${playlists} playlists · ${rate.toFixed(0)}/s · ${left} · ${retries} retries, ${waits} waits`
    );
  };
  const draw = () => {
    const width = Math.max((screen.columns || 80) - 1, 20);
    if (drawn) screen.write(`\u001b[${tenants.length}A`);
    for (const one of tenants) screen.write(`\u001b[2K${describe(one).slice(0, width)}\n`);
    drawn = true;
    drawnAt = now();
  };

  return {
    update: (tenant, progress) => {
      latest.set(tenant, progress);
      if (screen.isTTY) {
        if (now() - drawnAt >= drawEveryMs) draw();
        return;
      }
      const one = tenants.find((candidate) => candidate.tenant === tenant);
      if (one === undefined || now() - (printedAt.get(tenant) ?? Number.NEGATIVE_INFINITY) < lineEveryMs)
        return;
      printedAt.set(tenant, now());
      screen.write(`${describe(one)}\n`);
    },
    end: () => {
      if (screen.isTTY) draw();
      else for (const one of tenants) screen.write(`${describe(one)}\n`);
    },
  };
}

const clock = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.ceil(seconds % 60)} s`;

const bar = (share: number) => {
  const full = Math.round(Math.min(share, 1) * 20);
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
};

/** What came of one tenant's work. */
export interface Outcome {
  readonly tenant: string;
  readonly status: IntegrationStatus;
  /** Rows of the file that are this tenant's. */
  readonly rowsRead: number;
  readonly rowsWritten: number;
  /** Rows that an earlier, interrupted run had written. */
  readonly rowsBefore: number;
}

/** The table at the end. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const total = (pick: (outcome: Outcome) => number) => outcomes.reduce((sum, one) => sum + pick(one), 0);
  const line = (tenant: string, pick: (value: (outcome: Outcome) => number) => number, breaker: string) => [
    tenant,
    count(pick(({ status }) => status.stats.calls)),
    count(pick(({ status }) => status.stats.retries)),
    count(pick(({ status }) => status.stats.waits)),
    `${(pick(({ status }) => status.stats.waitedMs) / 1_000).toFixed(1)} s`,
    breaker,
    count(pick(({ rowsRead }) => rowsRead)),
    count(pick(({ rowsWritten }) => rowsWritten)),
    count(pick(({ rowsBefore }) => rowsBefore)),
  ];
  const rows = outcomes.map((one) => line(one.tenant, (value) => value(one), one.status.breaker));
  return textTable(
    ['tenant', 'calls', 'retries', 'waits', 'waited', 'breaker', 'rows read', 'rows written', 'resumed at'],
    [...rows, line('both', total, '')],
    new Set([0, 5]),
  );
}

const count = (value: number) => value.toLocaleString('en-US');

/** Columns as wide as they need to be; numbers to the right, the columns in `left` to the left. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  left: ReadonlySet<number>,
): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        left.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(header), rule, ...rows.map(line)].join('\n');
}
