/**
 * Names of Google's resources. Callers give a short id, `orders`, or the whole name as the vendor writes it,
 * `projects/my-project/topics/orders`; both are checked before anything is sent.
 *
 * @see {@link https://google.aip.dev/122 | AIP-122: Resource names}
 */
import { VendorError } from '@im/core';
import { Path, path } from '@im/http';

/** How resources of one kind are named. */
export interface NameRule {
  /** For messages: `secret`. */
  readonly what: string;
  /** Whole names, `*` for each id; the first is the one that short ids are completed to. */
  readonly forms: readonly [string, ...string[]];
  readonly id: RegExp;
  /** What an id looks like, for messages: `1 to 255 letters, digits, "_" and "-"`. */
  readonly says: string;
}

/** An argument that the vendor would refuse, refused before anything is sent. */
export function invalid(says: string): VendorError {
  return new VendorError({ code: 'invalid_argument', says, sent: false });
}

/** @throws `VendorError` `invalid_argument` for what can be no short id of this kind */
export function checkId(rule: NameRule, id: string): string {
  if (rule.id.test(id)) return id;
  throw invalid(`${JSON.stringify(id)} is no ${rule.what}: give ${rule.says}, or ${rule.forms[0]}`);
}

/** @throws `VendorError` `invalid_argument` for what is neither a short id nor a whole name of this kind */
export function checkName(rule: NameRule, name: string): string {
  if (!name.includes('/')) return checkId(rule, name);
  if (rule.forms.some((form) => fits(form, name)) && rule.id.test(lastPart(name))) return name;
  throw invalid(`${JSON.stringify(name)} is no ${rule.what}: give ${rule.says}, or ${rule.forms[0]}`);
}

/**
 * The whole name.
 *
 * @param parent where short ids belong: `projects/my-project`; asked for only when it is needed
 * @throws `VendorError` `invalid_argument`
 */
export async function wholeName(
  rule: NameRule,
  name: string,
  parent: () => string | Promise<string>,
): Promise<string> {
  checkName(rule, name);
  if (name.includes('/')) return name;
  const collection = rule.forms[0].split('/').at(-2);
  return `${await parent()}/${collection}/${name}`;
}

/** The id at the end of a whole name. */
export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** What stands in front of the last collection: `projects/p/secrets/s` for a version of `s`. */
export function parentName(name: string): string {
  return name.split('/').slice(0, -2).join('/');
}

/**
 * The path of a whole name: `v1/projects/p/secrets/s:access`.
 *
 * @param prefix version of the API: `v1`
 * @param rest what follows the name, as it is: a verb, `:access`, or a collection, `/versions`
 * @throws `VendorError` `invalid_argument` for a name with an empty part, `.` or `..`
 */
export function namePath(prefix: string, name: string, rest = ''): Path {
  const parts = name.split('/').map((part) => {
    try {
      return path`${part}`.value;
    } catch {
      throw invalid(`${JSON.stringify(name)} is no name: ${JSON.stringify(part)} cannot be a part of it`);
    }
  });
  return new Path(`${prefix}/${parts.join('/')}${rest}`);
}

function fits(form: string, name: string): boolean {
  const wanted = form.split('/');
  const given = name.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part === '*' ? given[index] !== '' : part === given[index]))
  );
}
