/** Small readers of vendors' answers, for the rows beside. */
import type { ConnectedAccount } from '../provider.ts';

type Body = Readonly<Record<string, unknown>>;

/** A member that is an object; else an empty one. */
export function objectAt(body: Body, name: string): Body {
  const value = body[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

/** Reads the account by the names of its members. */
export function accountBy(
  id: string,
  name?: string,
  inside?: string,
): (body: Body) => ConnectedAccount | undefined {
  return (body) => {
    const place = inside === undefined ? body : objectAt(body, inside);
    const [found, shown] = [place[id], name === undefined ? undefined : place[name]];
    if (typeof found !== 'string' && typeof found !== 'number') return undefined;
    return { id: String(found), ...(typeof shown === 'string' && { name: shown }) };
  };
}

/** The body with the vendor's error names in the place and in the words of RFC 6749 §5.2. */
export function withError(body: Body, name: unknown, words: Readonly<Record<string, string>>): Body {
  if (typeof name !== 'string') return body;
  return { error: Object.hasOwn(words, name) ? words[name] : name };
}
