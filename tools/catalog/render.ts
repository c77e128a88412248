/** Tables for READMEs, out of definitions. */

/** A Markdown table; nothing but a line of words when there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.';
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/**
 * `text` with what stands between `<!-- name -->` and `<!-- /name -->` replaced. Unchanged when it has no such place.
 */
export function replaceBetween(text: string, name: string, content: string): string {
  const place = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  return text.replace(place, (_, open: string, close: string) => `${open}\n${content}\n\n${close}`);
}

/** Whether `text` has the place. */
export function hasPlace(text: string, name: string): boolean {
  return text.includes(`<!-- ${name} -->\n`) && text.includes(`<!-- /${name} -->`);
}
