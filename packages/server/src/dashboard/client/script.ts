/** The one script of the page: the functions of this folder as text, and the lines that start them. */
import { act } from './act.ts';
import { live } from './live.ts';
import { morph } from './morph.ts';
import { navigate } from './navigate.ts';
import { patch } from './patch.ts';
import { theme } from './theme.ts';

/** Named here, since a bundler may give them other names. */
const declared = Object.entries({ theme, morph, patch, live, navigate, act })
  .map(([name, body]) => `const ${name} = ${body};`)
  .join('\n');

/** Stands in the page's head. */
export const pageScript = `'use strict';
(() => {
${declared}
theme(window);
document.addEventListener('DOMContentLoaded', () => {
  navigate(window, live(window, patch(window, morph(window))));
  act(window);
});
})();
`;
