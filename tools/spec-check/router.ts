/** Which operation of which description a request means. */
import type { DescribedOperation, Description } from './description.ts';

/** An operation found for a request. */
export interface Route {
  readonly operation: DescribedOperation;
  /** Decoded values of the path's `{name}` parts. */
  readonly path: Readonly<Record<string, string>>;
}

/** `outside`: below no server of the descriptions. `unknown`: below one, but no path of its own. `method`: the path is there. */
export type Miss = 'outside' | 'unknown' | 'method';

interface Pattern {
  readonly operation: DescribedOperation;
  readonly expression: RegExp;
  readonly names: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  /** Literal text in the path: the more, the more exact. */
  readonly literal: number;
}

/** Finds operations for one provider. `servers` replace those that the descriptions name. */
export function createRouter(
  descriptions: readonly Description[],
  servers: readonly string[] | undefined,
): (method: string, target: string) => Route | Miss {
  const prefixes = new Set<string>();
  const patterns = descriptions.flatMap((description) =>
    (servers ?? (description.servers.length > 0 ? description.servers : ['/'])).flatMap((server) => {
      const prefix = basePath(server);
      prefixes.add(prefix);
      return description.operations.map((operation) => toPattern(prefix, operation));
    }),
  );
  patterns.sort((one, other) => other.query.length - one.query.length || other.literal - one.literal);

  return (method, target) => {
    const url = new URL(target, 'http://fake.invalid');
    const found = patterns.flatMap((pattern) => {
      const values = pattern.expression.exec(url.pathname);
      const inQuery = pattern.query.every(([name, value]) => url.searchParams.getAll(name).includes(value));
      return values !== null && inQuery ? [{ pattern, values }] : [];
    });
    const hit = found.find(({ pattern }) => pattern.operation.method === method);
    if (hit !== undefined)
      return { operation: hit.pattern.operation, path: named(hit.pattern.names, hit.values) };
    if (found.length > 0) return 'method';
    return [...prefixes].some((prefix) => `${url.pathname}/`.startsWith(`${prefix}/`))
      ? 'unknown'
      : 'outside';
  };
}

/** `https://api.example.com/v1/` → `/v1`. */
function basePath(server: string): string {
  return new URL(server, 'http://fake.invalid').pathname.replace(/\/+$/, '');
}

function toPattern(prefix: string, operation: DescribedOperation): Pattern {
  const [path = '', query = ''] = operation.template.split('?');
  const names: string[] = [];
  let literal = 0;
  const source = path.split(/(\{[^}]+\})/).map((part) => {
    if (part.startsWith('{')) {
      names.push(part.slice(1, -1));
      return '([^/]+)';
    }
    literal += part.length;
    return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return {
    operation,
    expression: new RegExp(`^${prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${source.join('')}$`),
    names,
    literal,
    query: [...new URLSearchParams(query)].filter(([, value]) => !value.startsWith('{')),
  };
}

function named(names: readonly string[], values: RegExpExecArray): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, decode(values[index + 1] ?? '')]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
