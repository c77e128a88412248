import type { Browser, Element } from './browser.ts';
import type { Morph } from './morph.ts';

/** What the page's stream sends after its first message. */
export interface Change {
  /** Elements by id, as they are now. */
  readonly parts: Readonly<Record<string, string>>;
  /** Ids of the rows from above to below, where they changed. */
  readonly order?: readonly string[];
}

/** Puts what came into the page. */
export interface Patch {
  whole(main: string): void;
  change(change: Change): void;
}

/**
 * What came is put in a little in each frame, so that the page answers keys and scrolls meanwhile; what is overtaken by something newer is
 * never put in. Rows do not move under the pointer or the focus of whoever reads them; they move afterwards.
 */
export function patch({ document, requestAnimationFrame }: Browser, morph: Morph): Patch {
  /** Milliseconds of one frame that are used. */
  const mostMs = 6;
  /** What came and is not put in yet, by id. */
  const coming = new Map<string, string>();
  /** Elements that came and have no place yet. */
  const waiting = new Map<string, Element>();
  let order: readonly string[] | undefined;
  let isDue = false;

  const parse = (html: string) => {
    const template = document.createElement('template');
    template.innerHTML = html;
    return template.content.firstElementChild as Element;
  };
  const find = (id: string) => document.getElementById(id) ?? waiting.get(id);
  const keepFocus = (work: () => void) => {
    const focused = document.activeElement;
    work();
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  };
  const placeRows = () => {
    const body = document.getElementById('rows');
    if (order === undefined || body === null || coming.size > 0) return;
    const rows = order.flatMap((id) => find(id) ?? []);
    const kept = new Set(rows);
    const isMoveOnly = rows.length === body.children.length && rows.every((row) => row.isConnected);
    if (isMoveOnly && body.matches(':hover, :focus-within')) return;
    keepFocus(() => {
      for (const row of [...body.children]) if (!kept.has(row)) row.remove();
      rows.forEach((row, index) => {
        const place = body.children[index] ?? null;
        if (place !== row) body.insertBefore(row, place);
      });
    });
    order = undefined;
    waiting.clear();
  };
  const putIn = () => {
    const start = performance.now();
    isDue = false;
    for (const [id, html] of coming) {
      coming.delete(id);
      const old = find(id);
      if (old === undefined) waiting.set(id, parse(html));
      else morph(old, parse(html));
      if (performance.now() - start > mostMs) break;
    }
    placeRows();
    // Told to whoever observes performance; nothing is kept.
    performance.measure('update', { start, end: performance.now() });
    performance.clearMeasures('update');
    putInSoon();
  };
  const putInSoon = () => {
    if (isDue || coming.size === 0) return;
    isDue = true;
    requestAnimationFrame(putIn);
  };

  document.addEventListener('animationend', ({ target }) =>
    target.closest('.fresh')?.classList.remove('fresh'),
  );
  document.addEventListener('pointerout', placeRows);
  document.addEventListener('focusout', () => setTimeout(placeRows));
  return {
    whole: (html) => {
      order = undefined;
      coming.clear();
      waiting.clear();
      const main = document.getElementById('main');
      if (main !== null) keepFocus(() => morph(main, parse(html)));
    },
    change: (change) => {
      for (const [id, html] of Object.entries(change.parts)) coming.set(id, html);
      order = change.order ?? order;
      if (coming.size === 0) placeRows();
      putInSoon();
    },
  };
}
