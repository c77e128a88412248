import type { Browser } from './browser.ts';

/** Light, dark, or as the system says; remembered by this browser. Runs before anything is painted. */
export function theme(window: Browser): void {
  const { document } = window;
  const root = document.documentElement;
  const key = 'im-theme';
  // Where storage is switched off, the choice lasts as long as the page.
  const unlessForbidden = <Result>(use: () => Result) => {
    try {
      return use();
    } catch {
      return undefined;
    }
  };
  root.classList.add('js');
  root.dataset.theme = unlessForbidden(() => window.localStorage.getItem(key)) ?? '';
  document.addEventListener('DOMContentLoaded', () => {
    const select = document.querySelector('#theme select');
    if (select === null) return;
    select.value = root.dataset.theme ?? '';
    select.addEventListener('change', () => {
      root.dataset.theme = select.value;
      unlessForbidden(() => window.localStorage.setItem(key, select.value));
    });
  });
}
