/** How the pieces look: words, signs, charts, controls, lists, the dialog. */
export const pieceStyle = `
a { color: var(--link); text-underline-offset: 2px; }
:is(a, input, select, button, [tabindex='0']):focus-visible, h2:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; z-index: 2; }
.skip:focus { left: 16px; top: 12px; background: var(--sheet); padding: 8px 12px; border-radius: 8px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.soft, .tenant, .under { color: var(--soft); }
.tenant { font-weight: 400; overflow-wrap: anywhere; }
.under { display: block; font-size: 13px; font-weight: 400; letter-spacing: 0; overflow-wrap: anywhere; }
/* A long remark is read in the detail: rows stay alike. */
tbody th .under { display: -webkit-box; overflow: hidden; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.reason { display: block; font-size: 13px; overflow-wrap: anywhere; }
p.reason { margin: 6px 0 0; }
.good { color: var(--good); fill: var(--good); }
.fair { color: var(--fair); fill: var(--fair); }
.poor { color: var(--poor); fill: var(--poor); }
.idle { color: var(--idle); fill: var(--idle); }
.mark { width: 10px; height: 10px; flex: none; }
.badge { display: inline-flex; align-items: center; gap: 7px; font-weight: 550; white-space: nowrap; }
.empty { color: var(--soft); margin: 12px 0 4px; }
.more { font-size: 13px; color: var(--soft); margin: 8px 0 0; }
code { font: 13px var(--mono); overflow-wrap: anywhere; }
#live { margin: 0; font-size: 13px; color: var(--soft); display: flex; align-items: center; gap: 7px; }
#live::before { content: ''; width: 8px; height: 8px; border-radius: 50%; border: 2px solid var(--idle); }
[data-link='live'] #live::before { background: var(--good); border-color: var(--good); }
[data-link='lost'] #live { color: var(--poor); font-weight: 550; }
[data-link='lost'] #live::before { border-radius: 1px; border-color: var(--poor); background: var(--poor); }
[data-link='lost'] main { filter: saturate(.35); }
.verdict { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; margin: 0 0 18px; color: var(--soft); }
.verdict .mark { width: 18px; height: 18px; }
.verdict strong { font-size: 28px; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; color: var(--ink); }
.verdict strong::first-letter { text-transform: uppercase; }
.shares { display: block; width: 100%; height: 10px; border-radius: 3px; background: var(--raised); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 13px; }
.legend a { display: inline-flex; align-items: center; gap: 6px; padding: 3px 0; color: var(--soft); text-decoration: none; }
.legend a:hover { text-decoration: underline; }
.legend b { color: var(--ink); font-variant-numeric: tabular-nums; }
[aria-current='true'] { text-decoration: underline !important; color: var(--ink) !important; font-weight: 600; }
.spark { display: block; width: 120px; height: 30px; }
.spark.wide { width: 100%; height: 44px; }
.large { display: block; width: 100%; height: 150px; }
.line { fill: none; stroke: var(--link); stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.base { fill: none; stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
.failed { fill: var(--poor); }
.key { display: inline-block; vertical-align: middle; width: 14px; height: 0; border-top: 2px solid var(--link); }
.key.failed { width: 6px; height: 10px; border: 0; background: var(--poor); }
.histogram { display: block; width: 84px; height: 24px; fill: var(--soft); }
.gauge { display: block; width: 100%; height: 8px; margin-bottom: 4px; }
.gauge .rest { fill: var(--line); }
.budget { width: 30%; font-size: 13px; }
.families { list-style: none; margin: 10px 0 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 16px 28px; font-size: 13px; }
.families li { display: grid; grid-template-columns: 1fr auto; gap: 4px 10px; align-items: baseline; }
.families a { font-size: 14px; font-weight: 600; color: var(--ink); text-decoration: none; text-transform: capitalize; }
.families a:hover { text-decoration: underline; }
.families .shares { grid-column: 1 / -1; grid-row: 2; height: 8px; }
.families .words { grid-column: 1 / -1; grid-row: 3; color: var(--soft); }
.families .number { grid-row: 1; grid-column: 2; font-variant-numeric: tabular-nums; color: var(--soft); }
.rows, .incidents, .events { list-style: none; margin: 10px 0 0; padding: 0; font-size: 14px; }
.rows li, .incidents li { padding: 9px 0; border-top: 1px solid var(--line); }
:is(.rows, .incidents) li:first-child { border-top: 0; }
.rows li { display: grid; grid-template-columns: 150px 1fr; gap: 2px 14px; }
.rows .when { display: grid; align-content: start; }
time { font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.axis { display: flex; justify-content: space-between; margin: 10px 0 0; font-size: 13px; color: var(--soft); font-variant-numeric: tabular-nums; }
.plot .axis { margin: 6px 0; }
.span { display: block; width: 100%; height: 8px; margin-top: 6px; }
.events { max-height: 420px; overflow-y: auto; }
.events li { display: grid; grid-template-columns: 76px 84px 1fr; gap: 0 10px; padding: 6px 0; }
.events .kind { color: var(--soft); font-size: 13px; }
.events .says { grid-column: 3; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-top: 8px; font-size: 13px; }
.chips a { padding: 3px 0; }
select, input[type='search'], button { font: inherit; font-size: 14px; color: var(--ink); background: var(--sheet); border: 1px solid var(--edge); border-radius: 8px; padding: 6px 10px; min-height: 36px; max-width: 100%; }
button { cursor: pointer; }
button:hover { background: var(--raised); }
button.strong { background: var(--link); border-color: var(--link); color: var(--sheet); font-weight: 600; }
button.strong:disabled { opacity: .5; cursor: default; }
button.quiet { border-color: transparent; background: none; min-width: 36px; padding: 4px; font-weight: 700; }
button.quiet:hover { border-color: var(--edge); }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 14px; }
html:not(.js) :is([data-act], #theme) { display: none; }
.back { margin: 0 0 10px; font-size: 14px; }
.back a { text-decoration: none; }
.back a:hover { text-decoration: underline; }
#detail-title { font-size: 24px; letter-spacing: -0.015em; overflow-wrap: anywhere; }
#detail .title { align-items: center; }
#detail p.soft { margin: 4px 0 0; overflow-wrap: anywhere; }
dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--sheet); color: var(--ink); padding: 22px 24px; width: min(460px, calc(100vw - 32px)); }
dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog p { margin: 2px 0 12px; overflow-wrap: anywhere; }
fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 2px; }
fieldset label { display: grid; grid-template-columns: 20px 1fr; gap: 8px; padding: 8px 6px; border-radius: 8px; cursor: pointer; }
fieldset label:hover { background: var(--raised); }
fieldset b { font-weight: 600; }
dialog .buttons { justify-content: end; }
.told { position: fixed; left: 50%; bottom: 20px; transform: translateX(-50%); margin: 0; max-width: min(620px, calc(100vw - 24px)); background: var(--ink); color: var(--sheet); padding: 11px 16px; border-radius: 10px; box-shadow: 0 6px 24px rgb(0 0 0 / .25); overflow-wrap: anywhere; }
.told:empty { background: none; box-shadow: none; padding: 0; }
.told.poor:not(:empty) { background: var(--poor); color: var(--sheet); }
@media (min-width: 821px) {
  main > #log .events li { grid-template-columns: 76px 84px minmax(140px, 280px) 1fr; align-items: baseline; }
  main > #log .events .says { grid-column: 4; }
}
@media (max-width: 560px) {
  .rows li { grid-template-columns: 1fr; }
  .events li { grid-template-columns: auto 1fr; }
  .events li > :nth-child(n + 3) { grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: no-preference) {
  tr.fresh > * { animation: fresh 1.4s ease-out; }
  main { transition: opacity .15s; }
}
@keyframes fresh { from { background: color-mix(in srgb, var(--link) 18%, transparent); } }
`;
