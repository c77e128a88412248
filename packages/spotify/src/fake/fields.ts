/**
 * The `fields` filter of playlists: names by commas, a dot into an object, parentheses for several fields of one, `!` to
 * leave fields out. https://developer.spotify.com/documentation/web-api/reference/get-playlist
 */
import { isObject, refuse } from './requests.ts';

/** Field → what is wanted of it; `undefined`: all. */
interface Filter {
  readonly leaveOut: boolean;
  readonly fields: Map<string, Filter | undefined>;
}

/** The part of `value` that `text` asks for. */
export function pickFields(value: unknown, text: string | null): unknown {
  if (text === null || text === '') return value;
  const tokens = text.match(/[\w]+|[(),.!]/g) ?? [];
  const filter = parseList(tokens);
  return tokens.length === 0 ? pick(value, filter) : refuse(400, 'Invalid fields');
}

function parseList(tokens: string[]): Filter {
  const leaveOut = tokens[0] === '!';
  if (leaveOut) tokens.shift();
  const fields = new Map<string, Filter | undefined>();
  do {
    const name = tokens.shift() ?? '';
    if (!/^\w+$/.test(name)) refuse(400, 'Invalid fields');
    fields.set(name, parseRest(tokens));
  } while (tokens[0] === ',' && tokens.shift());
  return { leaveOut, fields };
}

function parseRest(tokens: string[]): Filter | undefined {
  if (tokens[0] === '.') {
    tokens.shift();
    if (tokens.at(0) === '(') return parseRest(tokens);
    const name = tokens.shift() ?? refuse(400, 'Invalid fields');
    return { leaveOut: false, fields: new Map([[name, parseRest(tokens)]]) };
  }
  if (tokens[0] !== '(') return undefined;
  tokens.shift();
  const inner = parseList(tokens);
  if (tokens.shift() !== ')') refuse(400, 'Invalid fields');
  return inner;
}

function pick(value: unknown, filter: Filter | undefined): unknown {
  if (filter === undefined) return value;
  if (Array.isArray(value)) return value.map((entry) => pick(entry, filter));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => filter.fields.has(name) !== filter.leaveOut);
  return Object.fromEntries(
    kept.map(([name, field]) => [name, filter.leaveOut ? field : pick(field, filter.fields.get(name))]),
  );
}
