import type { Browser, Source } from './browser.ts';
import type { Change, Patch } from './patch.ts';

/** Keeps the page fresh over server-sent events, and says whether it is. */
export function live(window: Browser, patch: Patch): { open(): void } {
  const { document, location, EventSource } = window;
  const root = document.documentElement;
  const sign = document.getElementById('live');
  const { asset } = root.dataset;
  let source: Source | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let heardAt = new Date();

  const say = (state: 'live' | 'lost' | 'paused', text: string) => {
    root.dataset.link = state;
    if (sign !== null && sign.textContent !== text) sign.textContent = text;
  };
  const hear = () => {
    heardAt = new Date();
    say('live', 'Live');
  };
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = undefined;
  };
  const show = (main: string) => {
    const viewOf = () => document.getElementById('main')?.dataset.view;
    const before = viewOf();
    patch.whole(main);
    if (before === viewOf()) return;
    window.scrollTo(0, 0);
    const heading = document.getElementById('detail-title') ?? document.getElementById('main');
    heading?.focus({ preventScroll: true });
  };
  const open = () => {
    close();
    if (document.hidden) return say('paused', 'Paused');
    const opened = new EventSource(`/integrations/events/page${location.search}`);
    source = opened;
    opened.onopen = hear;
    opened.onerror = () => {
      say('lost', `No connection since ${heardAt.toISOString().slice(11, 19)}; trying again`);
      // Browsers try again by themselves, but not after an answer that is no stream.
      if (opened.readyState === EventSource.CLOSED) again = setTimeout(open, 3_000);
    };
    opened.addEventListener('snapshot', ({ data }) => {
      const snapshot = JSON.parse(data) as { readonly main: string; readonly asset: string };
      // A newer hub has another page.
      if (snapshot.asset !== asset) return location.reload();
      hear();
      show(snapshot.main);
    });
    opened.addEventListener('change', ({ data }) => {
      hear();
      patch.change(JSON.parse(data) as Change);
    });
  };

  // A browser has six connections to a server: a page out of sight gives its own back.
  document.addEventListener('visibilitychange', open);
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', ({ persisted }) => void (persisted && open()));
  open();
  return { open };
}
