/**
 * References inside texts of a configuration.
 *
 * - `${env:NAME}` is the environment variable, `${env:NAME:-default}` with a default for one that is unset or empty
 *   (the default may hold references itself);
 * - `${secret:path}` is what the secret store has under the path; a text that holds one becomes a `Secret`;
 * - `$${` is a plain `${`.
 */

/** One piece of a text. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'env';
      readonly name: string;
      readonly otherwise: readonly Part[] | undefined;
      readonly at: number;
    }
  | { readonly kind: 'secret'; readonly path: string; readonly at: number }
  /** Begins like a reference and is none. */
  | { readonly kind: 'malformed'; readonly says: string; readonly remedy: string; readonly at: number };

/** Whether `text` holds anything that {@link parseReferences} would not take as it stands. */
export function hasReference(text: string): boolean {
  return text.includes('${');
}

/** Takes a text apart. `at` of each reference counts UTF-16 units from the beginning of `text`. */
export function parseReferences(text: string): readonly Part[] {
  return parts(text, 0, false).parts;
}

function parts(
  text: string,
  from: number,
  nested: boolean,
): { readonly parts: readonly Part[]; readonly end: number } {
  const found: Part[] = [];
  let plain = '';
  let at = from;
  const flush = () => {
    if (plain !== '') found.push({ kind: 'text', text: plain });
    plain = '';
  };
  while (at < text.length && !(nested && text[at] === '}')) {
    if (text.startsWith('$${', at)) {
      plain += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      flush();
      const { part, end } = reference(text, at);
      found.push(part);
      at = end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return { parts: found, end: at };
}

const opening = /\$\{(env|secret):([^${}]*?)(:-|\})/y;

function reference(text: string, at: number): { readonly part: Part; readonly end: number } {
  opening.lastIndex = at;
  const match = opening.exec(text);
  const [, kind = '', name = '', closing = ''] = match ?? [];
  const after = opening.lastIndex;
  if (match === null) return malformed(text, at);
  if (kind === 'env' && /^[A-Za-z_]\w*$/.test(name)) {
    if (closing === '}') return { part: { kind, name, otherwise: undefined, at }, end: after };
    const { parts: otherwise, end } = parts(text, after, true);
    if (text[end] !== '}') return { part: unclosed(at), end: text.length };
    return { part: { kind, name, otherwise, at }, end: end + 1 };
  }
  if (kind === 'secret' && name.trim() !== '' && closing === '}') {
    return { part: { kind, path: name.trim(), at }, end: after };
  }
  return malformed(text, at);
}

function malformed(text: string, at: number): { readonly part: Part; readonly end: number } {
  const close = text.indexOf('}', at);
  if (close === -1) return { part: unclosed(at), end: text.length };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is about references.
  const says = 'has a reference that is neither ${env:NAME}, ${env:NAME:-default} nor ${secret:path}';
  return {
    part: { kind: 'malformed', says, remedy: 'correct it, or write $${ for a plain ${', at },
    end: close + 1,
  };
}

function unclosed(at: number): Part {
  return {
    kind: 'malformed',
    says: 'has a reference without its }',
    remedy: 'close it, or write $${ for a plain ${',
    at,
  };
}
