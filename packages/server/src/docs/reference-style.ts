/** The style sheet of the page about routes. */
export const referenceStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f5f2, #121416);
  --sheet: light-dark(#ffffff, #1a1d20);
  --line: light-dark(#e3e3de, #2d3236);
  --ink: light-dark(#1b1d1e, #e9ebec);
  --soft: light-dark(#595e61, #a2aaaf);
  --link: light-dark(#1a56b0, #8ab4f8);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
  scroll-behavior: smooth;
}
@media (prefers-reduced-motion: reduce) { :root { scroll-behavior: auto; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; background: var(--ground); color: var(--ink);
  display: grid; grid-template-columns: minmax(14rem, 20rem) minmax(0, 1fr); gap: 0 2rem; }
header { grid-column: 1 / -1; }
h1 { font-size: 1.5rem; margin: 0; }
nav { align-self: start; position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow: auto; font-size: .87rem; }
nav h2 { font-size: .8rem; color: var(--soft); margin: 1rem 0 .2rem; font-weight: 600; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .15rem 0; overflow-wrap: anywhere; }
nav b, h3 b { font-weight: 600; font-size: .85em; color: var(--soft); }
main h2 { font-size: 1.1rem; margin: 1rem 0 .6rem; }
article { background: var(--sheet); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.2rem; margin: 0 0 1rem; }
article:target { outline: 2px solid var(--link); }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
p { margin: .3rem 0; }
.needs, small, caption { color: var(--soft); }
table { width: 100%; border-collapse: collapse; margin: .8rem 0 0; font-size: .9rem; }
caption { text-align: left; font-size: .8rem; padding-bottom: .2rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-top: 1px solid var(--line); font-weight: normal; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-size: .8rem; }
th:first-child { width: 28%; }
.answers th:first-child { width: 5rem; }
code { font: .92em ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--sheet); padding: .4rem .8rem; }
@media (max-width: 50rem) { body { display: block; padding: 1rem; } nav { position: static; max-height: none; } }
`;
