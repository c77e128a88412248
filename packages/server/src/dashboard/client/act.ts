import type { Browser, Element } from './browser.ts';

/** The dialog that asks what to do, does it when it is confirmed, and tells what came of it. */
export function act({ document }: Browser): void {
  const dialog = document.getElementById('act');
  const form = dialog?.querySelector('form');
  const told = document.getElementById('told');
  const about = document.getElementById('act-about');
  const confirm = document.getElementById('act-confirm');
  // Absent for those who may only look.
  if (!dialog || !form || !told || !about || !confirm) return;
  let name = '';
  let tenant = '';
  let hide: ReturnType<typeof setTimeout> | undefined;

  const tell = (text: string, outcome: 'under way' | 'done' | 'failed') => {
    clearTimeout(hide);
    told.className = outcome === 'failed' ? 'told poor' : 'told';
    told.textContent = text;
    const clear = () => {
      told.textContent = '';
    };
    if (outcome === 'done') hide = setTimeout(clear, 8_000);
  };
  const choices = () => [...form.querySelectorAll('input')];
  const chosen = () => choices().find(({ checked }) => checked);
  const titleOf = (choice: Element) => choice.parentElement?.querySelector('b')?.textContent ?? choice.value;
  const show = () => {
    const choice = chosen();
    confirm.disabled = choice === undefined;
    confirm.textContent = choice === undefined ? 'Choose one' : titleOf(choice);
  };
  const run = async (action: string, what: string) => {
    tell(`${what} …`, 'under way');
    try {
      const answer = await fetch(
        `/integrations/${encodeURIComponent(name)}/${action}?${new URLSearchParams({ tenant })}`,
        { method: 'POST', headers: { accept: 'application/json' }, signal: AbortSignal.timeout(30_000) },
      );
      const { status, detail } = (await answer.json()) as {
        readonly status: string;
        readonly detail?: string;
      };
      if (answer.ok) tell(`${what}: done, it is ${status}.`, 'done');
      else tell(`${what}: ${detail ?? `refused with ${answer.status}`}`, 'failed');
    } catch (error) {
      tell(`${what}: no answer (${error instanceof Error ? error.message : error})`, 'failed');
    }
  };

  document.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-act]');
    if (button === null) return;
    const { can = '', act: wanted } = button.dataset;
    name = button.dataset.name ?? '';
    tenant = button.dataset.tenant ?? '';
    about.textContent = `${name} of ${tenant}`;
    const possible = can.split(' ');
    for (const choice of choices()) {
      if (choice.parentElement !== null) choice.parentElement.hidden = !possible.includes(choice.value);
      choice.checked = choice.value === wanted;
    }
    show();
    dialog.showModal();
  });
  form.addEventListener('change', show);
  form.addEventListener('submit', ({ submitter }) => {
    const choice = chosen();
    if (submitter === confirm && choice !== undefined)
      void run(choice.value, `${titleOf(choice)}: ${name} of ${tenant}`);
  });
}
