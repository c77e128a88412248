/** The style sheet of the status page. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f6f3, #131517);
  --sheet: light-dark(#ffffff, #1b1e21);
  --line: light-dark(#e2e2dc, #2c3135);
  --ink: light-dark(#1c1e1f, #e9ebec);
  --soft: light-dark(#5d6264, #9ba3a8);
  --good: light-dark(#1f7a4d, #58c48d);
  --fair: light-dark(#9a6400, #e3b04b);
  --poor: light-dark(#b3261e, #f2847b);
  --idle: light-dark(#6b7174, #8d959a);
  --link: light-dark(#1a56b0, #8ab4f8);
  font: 15px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); }
.wrap { max-width: 1180px; margin: 0 auto; padding: 28px 24px 48px; }
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, input:focus-visible, select:focus-visible, button:focus-visible, summary:focus-visible {
  outline: 2px solid var(--link); outline-offset: 2px;
}
.skip { position: absolute; left: -999px; }
.skip:focus { left: 16px; top: 12px; background: var(--sheet); padding: 6px 10px; border-radius: 6px; }
header.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 20px; margin-bottom: 18px; }
h1 { font-size: 20px; font-weight: 650; margin: 0; letter-spacing: -0.01em; }
header.top nav { margin-left: auto; display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; }
h2 { font-size: 15px; font-weight: 650; margin: 30px 0 10px; }
.hero { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px; }
.verdict { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; }
.verdict strong { font-size: 28px; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; }
.verdict strong::first-letter { text-transform: uppercase; }
.verdict span { color: var(--soft); }
.bar { display: block; width: 100%; height: 10px; margin: 18px 0 10px; border-radius: 5px; overflow: hidden; background: var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.legend a { color: inherit; text-decoration: none; }
.legend a:hover { text-decoration: underline; }
.legend b { color: var(--ink); font-variant-numeric: tabular-nums; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); gap: 16px 22px; margin: 20px 0 0; padding-top: 18px; border-top: 1px solid var(--line); }
.figures dt { font-size: 12.5px; color: var(--soft); }
.figures dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.figures small { display: block; line-height: 1.3; font-size: 12.5px; font-weight: 400; color: var(--soft); }
.good { color: var(--good); fill: var(--good); } .fair { color: var(--fair); fill: var(--fair); }
.poor { color: var(--poor); fill: var(--poor); } .idle { color: var(--idle); fill: var(--idle); }
form { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; margin: 0 0 12px; }
label { font-size: 12.5px; color: var(--soft); display: grid; gap: 3px; }
select, button { font: inherit; font-size: 14px; color: var(--ink); background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; min-height: 36px; }
button { cursor: pointer; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th { text-align: left; font-size: 12.5px; font-weight: 500; color: var(--soft); padding: 10px 12px; white-space: nowrap; border-bottom: 1px solid var(--line); }
td { padding: 11px 12px; vertical-align: top; border-top: 1px solid var(--line); }
tbody tr:first-child td { border-top: 0; }
th:first-child, td:first-child { padding-left: 20px; } th:last-child, td:last-child { padding-right: 20px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.tenant { margin-left: 0.25em; font-weight: 400; }
.under { display: block; font-size: 12.5px; color: var(--soft); font-weight: 400; overflow-wrap: anywhere; }
.state { white-space: nowrap; font-weight: 550; }
.state svg, .legend svg { width: 10px; height: 10px; margin-right: 7px; vertical-align: -0.5px; }
.why { max-width: 34ch; white-space: normal; }
.reason { display: block; font-size: 13px; overflow-wrap: anywhere; }
tr[data-state='degraded'] { --tone: var(--fair); } tr[data-state='unhealthy'] { --tone: var(--poor); }
tr:is([data-state='degraded'], [data-state='unhealthy']) { background: color-mix(in srgb, var(--tone) 8%, transparent); }
tr:is([data-state='degraded'], [data-state='unhealthy']) td:first-child { box-shadow: inset 4px 0 var(--tone); }
.spark { width: 84px; height: 24px; display: block; margin-left: auto; }
.spark rect { fill: var(--soft); }
.empty { padding: 26px 22px; color: var(--soft); margin: 0; }
.more { font-size: 13px; color: var(--soft); margin: 10px 2px 0; }
ol.events { list-style: none; margin: 0; padding: 6px 0; font-size: 13.5px; max-height: 340px; overflow-y: auto; }
ol.events li { display: grid; grid-template-columns: 76px minmax(120px, 240px) 1fr; gap: 2px 14px; padding: 4px 20px; }
ol.events small { color: var(--soft); font-size: inherit; }
ol.events time { color: var(--soft); font-variant-numeric: tabular-nums; }
ol.events .says { overflow-wrap: anywhere; }
footer { margin-top: 26px; font-size: 12.5px; color: var(--soft); }
footer .stale { color: var(--poor); }
@media (max-width: 980px) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, td { display: block; }
  tbody tr { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(150px, 40%), 1fr)); gap: 0 24px; padding: 14px 16px; border-top: 1px solid var(--line); }
  td.name, td.why { grid-column: 1 / -1; padding-bottom: 6px; }
  tbody tr:first-child { border-top: 0; }
  td, td:first-child, td:last-child { border: 0; padding: 2px 0; }
  td.number, td.labelled { display: flex; align-items: baseline; justify-content: space-between; gap: 14px; text-align: right; }
  td.number::before, td.labelled::before { content: attr(data-label); color: var(--soft); font-size: 12.5px; }
  td.wide { grid-column: span 2; }
  tr:is([data-state='degraded'], [data-state='unhealthy']) { box-shadow: inset 4px 0 var(--tone); }
  tr:is([data-state='degraded'], [data-state='unhealthy']) td:first-child { box-shadow: none; }
  td.number .under { display: inline; margin-left: 6px; }
  .spark { margin: 0; width: 70px; height: 20px; }
  .why { max-width: none; }
}
@media (max-width: 760px) {
  .wrap { padding: 18px 14px 36px; }
  header.top nav { margin-left: 0; }
  .hero { padding: 16px; }
  .figures { grid-template-columns: repeat(auto-fit, minmax(92px, 1fr)); }
  ol.events li { grid-template-columns: 76px 1fr; }
  ol.events .says { grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: no-preference) { tr.fresh td { animation: fresh 1.2s ease-out; } }
@keyframes fresh { from { background: light-dark(#eef4ff, #20303f); } }
`;
