/** Preconditions: https://cloud.google.com/storage/docs/request-preconditions */
import { refuse } from './refuse.ts';
import type { FakeObject } from './store.ts';

const unmet = 'At least one of the pre-conditions you specified did not hold.';

/** Whether a condition lets what is already known be told as such (304), or refuses (412). */
export type ConditionKind = 'read' | 'write';

/**
 * Holds a request to its conditions.
 *
 * @param prefix of the parameters: `if` for the object itself, `ifSource` for the source of a copy
 * @throws 412, or 304 for a read of what the client has
 */
export function holdConditions(
  query: URLSearchParams,
  object: FakeObject | undefined,
  kind: ConditionKind,
  prefix: 'if' | 'ifSource' = 'if',
): void {
  const generation = object?.generation ?? '0';
  const metageneration = object === undefined ? '0' : String(object.metageneration);
  for (const [name, present] of [
    ['Generation', generation],
    ['Metageneration', metageneration],
  ] as const) {
    const match = wholeNumber(query, `${prefix}${name}Match`);
    const notMatch = wholeNumber(query, `${prefix}${name}NotMatch`);
    if (match !== null && match !== present) refuse(412, unmet);
    if (notMatch === null || notMatch !== present) continue;
    if (kind === 'write') refuse(412, unmet);
    throw { status: 304 };
  }
}

function wholeNumber(query: URLSearchParams, name: string): string | null {
  const value = query.get(name);
  if (value !== null && !/^\d{1,19}$/.test(value))
    refuse(400, `Invalid value for ${name}: '${value}'. Expected an int64.`, 'invalidParameter');
  return value;
}
