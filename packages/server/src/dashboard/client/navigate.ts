import type { Browser, Element } from './browser.ts';

/** Follows links and filters within the page without leaving it. The URL is the only state there is. */
export function navigate(window: Browser, live: { open(): void }): void {
  const { document, location, history } = window;
  const go = (url: string, replace = false) => {
    if (url === location.pathname + location.search) return;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    document.getElementById('main')?.setAttribute('aria-busy', 'true');
    live.open();
    // Without an answer the old way still works.
    setTimeout(() => void (document.querySelector('#main[aria-busy]') && location.reload()), 5_000);
  };
  /** Has the filters say what the URL says, before the answer does: the next choice is made on top of it. */
  const showFilters = () => {
    const query = new URLSearchParams(location.search);
    for (const field of document.getElementById('filters')?.querySelectorAll('[name]') ?? []) {
      const name = field.getAttribute('name') ?? '';
      field.value = query.get(name) ?? (name === 'sort' ? 'worst' : '');
    }
  };
  const isFilters = (form: Element | null): form is Element => form?.id === 'filters';
  const urlOf = (form: Element) => {
    const query = new URLSearchParams();
    for (const [name, value] of new window.FormData(form))
      if (typeof value === 'string' && value !== '' && !(name === 'sort' && value === 'worst'))
        query.set(name, value);
    return query.size === 0 ? '/' : `/?${query}`;
  };

  document.addEventListener('click', (event) => {
    const { defaultPrevented, button, metaKey, ctrlKey, shiftKey } = event;
    if (defaultPrevented || button !== 0 || metaKey || ctrlKey || shiftKey) return;
    const link = event.target.closest('a');
    if (link === null || link.origin !== location.origin || link.pathname !== '/' || link.hash !== '') return;
    event.preventDefault();
    go(link.pathname + link.search);
    showFilters();
  });
  document.addEventListener('submit', (event) => {
    if (!isFilters(event.target)) return;
    event.preventDefault();
    go(urlOf(event.target));
  });
  document.addEventListener('change', ({ target }) => {
    if (target.tagName === 'SELECT' && isFilters(target.form)) go(urlOf(target.form));
  });
  let typing: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener('input', ({ target }) => {
    const { form } = target;
    if (target.tagName !== 'INPUT' || !isFilters(form)) return;
    clearTimeout(typing);
    typing = setTimeout(() => go(urlOf(form), true), 250);
  });
  document.addEventListener('keydown', (event) => {
    const isElsewhere = event.target.closest('input, select, dialog') !== null;
    if (event.key !== '/' || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = document.querySelector('#filters input[type=search]');
    if (field === null) return;
    event.preventDefault();
    field.focus();
  });
  window.addEventListener('popstate', () => {
    showFilters();
    live.open();
  });
}
