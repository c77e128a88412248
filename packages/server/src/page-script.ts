/**
 * The one script of the status page. It asks for the page again every two seconds while somebody looks at it, and puts
 * in what changed: the server renders once, in one place, and the page reads the same without the script.
 */
export const pageScript = `
'use strict';
const pause = 2000;
const foot = document.getElementById('live');
let last = Date.now();
async function refresh() {
  if (document.hidden) return;
  const reply = await fetch(location.href, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(5000) });
  if (!reply.ok) throw new Error('status ' + reply.status);
  const next = new DOMParser().parseFromString(await reply.text(), 'text/html');
  for (const part of document.querySelectorAll('[data-part]')) {
    const fresh = next.querySelector('[data-part="' + part.dataset.part + '"]');
    if (!fresh) return location.reload();
    put(part, fresh);
  }
  last = Date.now();
}
function put(part, fresh) {
  if (part.tagName !== 'TBODY') {
    if (part.innerHTML !== fresh.innerHTML) part.replaceChildren(...fresh.childNodes);
    return;
  }
  const rows = new Map(Array.from(part.rows, (row) => [row.dataset.key, row]));
  part.replaceChildren(...Array.from(fresh.rows, (row) => {
    const old = rows.get(row.dataset.key);
    if (old && old.innerHTML === row.innerHTML) return old;
    if (old && old.dataset.state !== row.dataset.state) row.className = 'fresh';
    return row;
  }));
}
async function loop() {
  try {
    await refresh();
    foot.textContent = document.hidden ? 'Paused while out of sight.' : 'Live: refreshed every two seconds.';
    foot.className = '';
  } catch {
    foot.textContent = 'No answer from the hub for ' + Math.round((Date.now() - last) / 1000) + ' s. Still trying.';
    foot.className = 'stale';
  }
  setTimeout(loop, pause);
}
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh().catch(() => {}); });
for (const select of document.querySelectorAll('select')) select.addEventListener('change', () => select.form.requestSubmit());
setTimeout(loop, pause);
`;
