/** Aligned columns that keep to the width of the terminal. */
import { displayWidth, oneLine, padded, truncated } from './width.ts';

/** What a cell shows, with how to colour it. Texts are shown on one line and obeyed by no terminal. */
export type Cell = string | readonly [text: string, paint: (text: string) => string];

/** Narrowest that a column is made to fit. */
const narrowest = 8;
const gap = '  ';

/**
 * Lines of a table: a head, then the rows.
 *
 * @param columns of the terminal; what does not fit is cut, the widest columns first. `undefined`: nothing is cut
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns?: number,
  paintHead: (text: string) => string = (text) => text,
): readonly string[] {
  const cells = [
    head.map((text): Cell => [text, paintHead]),
    ...rows.map((row) => head.map((_, index) => row[index] ?? '')),
  ].map((row) => row.map((cell) => (typeof cell === 'string' ? ([oneLine(cell), same] as const) : cell)));
  const widths = head.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index]?.[0] ?? ''))));
  fit(widths, columns);
  return cells.map((row) =>
    row
      .map(([text, paint], index) => {
        const shown = truncated(oneLine(text), widths[index] ?? 0);
        const last = index === row.length - 1;
        return last
          ? paint(shown)
          : `${paint(shown)}${' '.repeat(displayWidth(padded(shown, widths[index] ?? 0)) - displayWidth(shown))}`;
      })
      .join(gap)
      .trimEnd(),
  );
}

/** Takes columns from the widest until the row fits, or all are narrow. */
function fit(widths: number[], columns: number | undefined): void {
  if (columns === undefined) return;
  let surplus = widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - columns;
  while (surplus > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) return;
    widths[widths.indexOf(widest)] = widest - 1;
    surplus -= 1;
  }
}

function same(text: string): string {
  return text;
}
