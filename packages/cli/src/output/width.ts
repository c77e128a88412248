/** Columns that text takes on a terminal, by Unicode Standard Annex #11, and text made safe for one. */
import { stripVTControlCharacters } from 'node:util';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Nothing to see on its own: marks, joiners, variation selectors. */
const invisible = /^[\p{M}\p{Cf}]+$/u;
/** Emoji, and what UAX #11 calls wide or fullwidth. */
const wide =
  /^\p{Emoji_Presentation}|\uFE0F|^[\u{1100}-\u{115F}\u{2E80}-\u{303E}\u{3041}-\u{4DBF}\u{4E00}-\u{A4CF}\u{A960}-\u{A97F}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF01}-\u{FF60}\u{FFE0}-\u{FFE6}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}]/u;

/** Columns that `text` takes; colours take none. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7E]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += widthOf(segment);
  return width;
}

/** Plain `text` in at most `columns`, with `…` where it was cut. */
export function truncated(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return columns < 1 ? '' : `${kept}…`;
}

/**
 * Text of others on one line, without anything that a terminal obeys: an answer of a vendor must not move the cursor
 * or set the window's title.
 */
export function oneLine(text: string): string {
  return harmless(text).replaceAll(/\s*\n\s*/g, ' ');
}

/** The same with its lines kept. */
export function harmless(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\r\n', '\n')
      .replaceAll('\t', '  ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
      .replaceAll(/[\x00-\x09\x0B-\x1F\x7F-\x9F\u202A-\u202E\u2066-\u2069]/g, '�')
  );
}

function widthOf(grapheme: string): number {
  return invisible.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1;
}
