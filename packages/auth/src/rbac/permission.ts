/**
 * Permissions: `resource:action`, as `invoice:approve`. The last colon parts them. In a grant, `*` is any action; a resource that ends in `*`
 * is every resource that begins like it; `*:*` is everything. Nothing else is special, and case counts.
 */

/** A permission as a grant names it, taken apart. */
export interface PermissionPattern {
  /** The whole of it, as it was written. */
  readonly text: string;
  readonly resource: string;
  /** `*`: any. */
  readonly action: string;
  /** Whether `resource` is only how the resource begins. */
  readonly isPrefix: boolean;
}

/** One that somebody asks for: never a pattern. */
export interface Permission {
  readonly text: string;
  readonly resource: string;
  readonly action: string;
}

const part = /^[\w.\-/~@+=%:]{1,256}$/;
/** A step out of a path: `/reports/../keys` begins like `/reports/`, and is something else. */
const leaves = /(?:^|[/:])(?:\.|%2e){1,2}(?:$|[/:])/i;
const action = /^[\w.-]{1,64}$/;

/** Takes a grant's permission apart. `undefined`: it is none. */
export function readPattern(text: string): PermissionPattern | undefined {
  const colon = text.lastIndexOf(':');
  const [resource, verb] = [text.slice(0, colon), text.slice(colon + 1)];
  const isPrefix = resource.endsWith('*');
  const begins = isPrefix ? resource.slice(0, -1) : resource;
  if (colon < 1 || !(begins === '' ? isPrefix : part.test(begins))) return undefined;
  if (verb !== '*' && !action.test(verb)) return undefined;
  return { text, resource: begins, action: verb, isPrefix };
}

/** Takes an asked permission apart. `undefined`: it is none, or a pattern, or a path with `.` or `..` in it. */
export function readPermission(text: string): Permission | undefined {
  const colon = text.lastIndexOf(':');
  const [resource, verb] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1 || !part.test(resource) || !action.test(verb) || leaves.test(resource)) return undefined;
  return { text, resource, action: verb };
}

/** Whether the grant's pattern covers what is asked. */
export function covers(pattern: PermissionPattern, asked: Permission): boolean {
  if (pattern.action !== '*' && pattern.action !== asked.action) return false;
  return pattern.isPrefix ? asked.resource.startsWith(pattern.resource) : asked.resource === pattern.resource;
}
