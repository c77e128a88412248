/**
 * `npm run bench -- <group>… [--json]`: runs the benchmark groups of that name, all when none is named.
 *
 * A group is a file beside this one that exports `run: () => Promise<readonly Line[]>` (see `measure.ts`). `--json`
 * prints `[{ line, ours, peer, unit, ratio }]` and nothing else. Exit code 1: a bar was missed; 2: no such group.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import colors from 'picocolors';
import { type Line, meets } from './measure.ts';

interface Group {
  readonly run: () => Promise<readonly Line[]>;
}

const notGroups = new Set(['run.ts', 'measure.ts']);

const known = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !notGroups.has(name))
  .map((name) => name.slice(0, -'.ts'.length));

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark group ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  process.exit(2);
}

const lines: Line[] = [];
for (const name of positionals.length > 0 ? positionals : known) {
  if (!values.json)
    console.log(
      `\n${colors.bold(name)}  (CPU and bytes of ours against a peer, median of interleaved rounds)`,
    );
  const group: Group = await import(`./${name}.ts`);
  const results = await group.run();
  lines.push(...results);
  if (!values.json) printTable(results);
}
if (values.json)
  console.log(
    JSON.stringify(
      lines.map(({ goal: _, ...shown }) => shown),
      undefined,
      2,
    ),
  );
process.exitCode = lines.every(meets) ? 0 : 1;

function printTable(results: readonly Line[]): void {
  const rows = results.map((result) => [
    result.line,
    amount(result.ours, result.unit),
    amount(result.peer, result.unit),
    result.ratio.toPrecision(3),
    'ratio' in result.goal
      ? `≤ ${result.goal.ratio.toPrecision(3)} ×`
      : `≤ ${amount(result.goal.ours, result.unit)}`,
  ]);
  const head = ['', 'ours', 'peer', 'ratio', 'goal'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const format = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  console.log(`  ${colors.dim(format(head))}`);
  results.forEach((result, index) => {
    console.log(`${meets(result) ? colors.green('✓') : colors.red('✗')} ${format(rows[index] ?? [])}`);
  });
}

function amount(value: number, unit: string): string {
  return `${value >= 100 ? Math.round(value) : value} ${unit}`;
}
