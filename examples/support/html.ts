/** HTML from templates: whatever is put in is escaped, unless it is HTML already. */

/** A piece of HTML that is safe to send. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | false | readonly Part[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `html\`<p>${text}</p>\``. `undefined` and `false` are nothing; lists are put one after the other. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.map((text, index) => text + textOf(parts[index])).join('') };
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number')
    return String(part).replace(/[&<>"']/g, (char) => escapes[char] ?? char);
  if ('html' in part) return part.html;
  return part.map(textOf).join('');
}
