/** Finds the route for a request. */
import type { FakeRoutes } from './fake-server.ts';

type Handler = FakeRoutes[string];

interface Route {
  readonly method: string;
  readonly segments: readonly Segment[];
  readonly handler: Handler;
}

/** One part of a pattern, between two slashes. A lower rank is more specific. */
interface Segment {
  readonly rank: number;
  readonly pattern: RegExp;
  readonly rest: boolean;
}

/** Where a request goes, and the values of the pattern's names. */
export interface RouteMatch {
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

const ranks = { literal: 0, mixed: 1, name: 2, rest: 3 } as const;

/**
 * Compiles routes into a function from method and path to the most specific match.
 *
 * @throws TypeError for a route that is not `METHOD /path`
 */
export function compileRoutes(routes: FakeRoutes): (method: string, path: string) => RouteMatch | undefined {
  const compiled = Object.entries(routes).map(compile).sort(bySpecificity);
  const find = (method: string, path: string): RouteMatch | undefined => {
    const parts = path.slice(1).split('/');
    for (const route of compiled) {
      const params = route.method === method ? match(route.segments, parts) : undefined;
      if (params !== undefined) return { handler: route.handler, params };
    }
    return method === 'HEAD' ? find('GET', path) : undefined;
  };
  return find;
}

function compile([key, handler]: [string, Handler]): Route {
  const [, method, path] = /^([A-Z]+) \/(\S*)$/.exec(key) ?? [];
  if (method === undefined || path === undefined) {
    throw new TypeError(`${JSON.stringify(key)} is not a route; write 'GET /path/:name'`);
  }
  return { method, segments: path.split('/').map(compileSegment), handler };
}

function compileSegment(text: string): Segment {
  const rest = /^\*(\w+)$/.exec(text)?.[1];
  if (rest !== undefined)
    return { rank: ranks.rest, pattern: new RegExp(`^(?<${rest}>.*)$`, 's'), rest: true };
  // Only in front: a colon behind a literal is a verb of the vendor's (`files:batch`).
  const [, name, suffix = text] = /^:([a-zA-Z_]\w*)(.*)$/.exec(text) ?? [];
  const capture = name === undefined ? '' : `(?<${name}>.+?)`;
  const rank = name === undefined ? ranks.literal : suffix === '' ? ranks.name : ranks.mixed;
  return { rank, pattern: new RegExp(`^${capture}${escapePattern(suffix)}$`, 's'), rest: false };
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function bySpecificity(one: Route, other: Route): number {
  const length = Math.max(one.segments.length, other.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (one.segments[index]?.rank ?? -1) - (other.segments[index]?.rank ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function match(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const last = segments.at(-1);
  if (last?.rest ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = segment.rest ? parts.slice(index).map(decode).join('/') : decode(parts[index] as string);
    const found = segment.pattern.exec(text);
    if (found === null) return undefined;
    Object.assign(params, found.groups);
  }
  return params;
}

/** A malformed escape stays as it was sent, as most servers have it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
