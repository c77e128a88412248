/** The style sheet of the page. */
import { layoutStyle } from './style-layout.ts';
import { pieceStyle } from './style-pieces.ts';

/** Colours for light and dark; contrast with both grounds is tested. */
const tokens = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f5f2, #121416);
  --sheet: light-dark(#ffffff, #1a1d20);
  --raised: light-dark(#f1f1ee, #24282c);
  --line: light-dark(#e3e3de, #2d3236);
  --edge: light-dark(#8b8f91, #767e84);
  --ink: light-dark(#1b1d1e, #e9ebec);
  --soft: light-dark(#595e61, #a2aaaf);
  --good: light-dark(#1c7046, #5cc690);
  --fair: light-dark(#8a5a00, #e6b455);
  --poor: light-dark(#b3261e, #f58d84);
  --idle: light-dark(#5f6568, #98a0a5);
  --link: light-dark(#1a56b0, #8ab4f8);
  --mono: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
  font: 15px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
:root[data-theme='light'] { color-scheme: light; }
:root[data-theme='dark'] { color-scheme: dark; }
`;

/** Stands in the page. */
export const pageStyle = `${tokens}${layoutStyle}${pieceStyle}`;
