/** Aligned columns that keep to the width of the terminal. */
import { displayWidth, oneLine, truncated } from './width.ts';

/** What a cell shows, with how to colour it. Texts are shown on one line and obeyed by no terminal. */
export type Cell = string | readonly [text: string, paint: Paint];

/** Puts colours around a text. */
export type Paint = (text: string) => string;

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
  paintHead: Paint = same,
): readonly string[] {
  const cells = [head.map((text): Cell => [text, paintHead]), ...rows].map((row) =>
    head.map((_, index): readonly [string, Paint] => {
      const cell = row[index] ?? '';
      return typeof cell === 'string' ? [oneLine(cell), same] : [oneLine(cell[0]), cell[1]];
    }),
  );
  const widths = head.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index]?.[0] ?? ''))));
  fit(widths, columns);
  return cells.map((row) => {
    const shown = row.map(([text, paint], index) => {
      const cut = truncated(text, widths[index] ?? 0);
      const blanks = ' '.repeat((widths[index] ?? 0) - displayWidth(cut));
      return `${cut === '' ? '' : paint(cut)}${blanks}`;
    });
    return shown.join(gap).trimEnd();
  });
}

/** Takes columns from the widest, until the row fits. */
function fit(widths: number[], columns: number | undefined): void {
  if (columns === undefined) return;
  let surplus = widths.reduce((sum, width) => sum + width + gap.length, -gap.length) - columns;
  while (surplus > 0) {
    const widest = Math.max(...widths);
    if (widest <= 1) return;
    // Of several that are as wide, the last: names stand on the left.
    widths[widths.lastIndexOf(widest)] = widest - 1;
    surplus -= 1;
  }
}

function same(text: string): string {
  return text;
}
