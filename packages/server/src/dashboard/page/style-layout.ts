/** Where things stand: the frame of the page, its cards, its tables, and what becomes of them on a phone. */
export const layoutStyle = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); accent-color: var(--link); overflow-wrap: break-word; }
header.top, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header.top { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; padding-top: 22px; padding-bottom: 16px; }
h1 { font-size: 18px; font-weight: 650; margin: 0 auto 0 0; letter-spacing: -0.01em; min-width: 0; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 650; margin: 0; letter-spacing: -0.005em; }
main { display: grid; gap: 18px; }
main:focus { outline: none; }
main[aria-busy='true'] { opacity: .6; }
footer { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 20px; padding-top: 22px; padding-bottom: 40px; font-size: 13px; color: var(--soft); }
footer p { margin: 0; }
footer nav { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.hero, .card { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; min-width: 0; }
.hero { padding: 22px 24px; }
.card { padding: 18px 20px; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; align-items: start; }
.three { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 18px; }
.title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; }
.title p { margin: 0; font-size: 13px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 16px 22px; margin: 20px 0 0; padding-top: 18px; border-top: 1px solid var(--line); }
.tiles dt { font-size: 13px; color: var(--soft); }
.tiles dd { margin: 0; font-size: 21px; line-height: 1.35; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; overflow-wrap: anywhere; }
.tiles small { display: block; font-size: 13px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
#detail .tiles { grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
#detail .tiles dd { font-size: 16px; }
.trends { display: grid; grid-template-columns: 1fr 1fr; gap: 22px; margin-top: 18px; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 13px; color: var(--soft); margin-bottom: 4px; }
.filters { display: flex; flex-wrap: wrap; gap: 10px 12px; align-items: end; margin: 14px 0 6px; }
.filters label { display: grid; gap: 3px; font-size: 13px; color: var(--soft); min-width: 0; }
.filters .find { flex: 1 1 190px; }
#clear a { display: inline-block; padding: 8px 2px; font-size: 13px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
thead th { text-align: left; font-size: 13px; font-weight: 500; color: var(--soft); padding: 8px 10px; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead a { color: inherit; text-decoration: none; }
thead a:hover { text-decoration: underline; }
th[aria-sort] { color: var(--ink); }
tbody th, td { text-align: left; font-weight: 400; padding: 10px; vertical-align: top; border-top: 1px solid var(--line); }
tbody tr:first-child > * { border-top: 0; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.integrations { margin: 0 -20px; width: calc(100% + 40px); }
.integrations :is(th, td):first-child { padding-left: 20px; }
.integrations :is(th, td):last-child { padding-right: 20px; }
.integrations tbody th { max-width: 280px; overflow-wrap: anywhere; }
.integrations .why { max-width: 300px; overflow-wrap: anywhere; }
.integrations td.chart { width: 132px; }
.integrations .limits { min-width: 130px; }
.integrations .act { text-align: right; width: 52px; }
.group th { padding-top: 18px; font-weight: 600; background: var(--raised); }
.group th span { color: var(--soft); font-weight: 400; }
tr[data-state='degraded'] { --tone: var(--fair); }
tr[data-state='unhealthy'] { --tone: var(--poor); }
tr:is([data-state='degraded'], [data-state='unhealthy']) { background: color-mix(in srgb, var(--tone) 7%, transparent); }
tr:is([data-state='degraded'], [data-state='unhealthy']) > :first-child { box-shadow: inset 4px 0 var(--tone); }
.small { margin-top: 8px; }
.small :is(th, td) { padding-left: 0; padding-right: 14px; }
.small :is(th, td):last-child { padding-right: 0; }
.small tbody th { overflow-wrap: break-word; }
.levels { table-layout: fixed; }
.levels th:first-child { width: 40%; }
.levels thead th { white-space: normal; }
.scroll { overflow-x: auto; }
.pager { display: flex; justify-content: center; gap: 18px; padding: 14px 0 0; margin-top: 4px; border-top: 1px solid var(--line); font-size: 14px; }
@media (max-width: 1000px) {
  .three { grid-template-columns: minmax(0, 1fr); }
  .integrations td.chart, .integrations thead th:nth-child(6) { display: none; }
}
@media (max-width: 820px) {
  .pair { grid-template-columns: minmax(0, 1fr); }
  .integrations thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .integrations, .integrations tbody { display: block; }
  .integrations tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); padding: 14px 20px; position: relative; border-top: 1px solid var(--line); }
  .integrations tr.group { display: block; padding: 10px 20px; background: var(--raised); }
  .integrations tr.group th { padding: 0; }
  .integrations :is(tbody th, td) { padding: 0 !important; border: 0; max-width: none !important; }
  .integrations tbody th { grid-column: 1 / -1; padding-right: 52px !important; }
  .integrations .why { grid-column: 1 / -1; margin-top: 6px; }
  .integrations td.number { text-align: left; margin-top: 10px; white-space: normal; }
  .integrations td[data-label]::before { content: attr(data-label); display: block; font-size: 13px; color: var(--soft); }
  .integrations td.limits { grid-column: 1 / -1; margin-top: 8px; }
  .integrations td.limits::before { display: none; }
  .integrations .act { position: absolute; top: 10px; right: 16px; width: auto; }
  .integrations tr:is([data-state='degraded'], [data-state='unhealthy']) { box-shadow: inset 4px 0 var(--tone); }
  .integrations tr > :first-child { box-shadow: none !important; }
}
@media (max-width: 560px) {
  header.top, main, footer { padding-left: 12px; padding-right: 12px; }
  main, .three, .pair { gap: 12px; }
  .hero, .card { padding: 16px; }
  .integrations { margin: 0 -16px; width: calc(100% + 32px); }
  .integrations tr { padding-left: 16px; padding-right: 16px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px 16px; }
  .trends { grid-template-columns: minmax(0, 1fr); gap: 12px; }
  .filters { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .filters .find { grid-column: 1 / -1; }
  .filters :is(select, input) { width: 100%; }
}
`;
