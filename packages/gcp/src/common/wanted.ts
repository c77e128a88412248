/** Whether a thing is as a change wanted it: asked when the answer to the change was lost. */

/**
 * @param changes fields of ours; `undefined` was not changed, `null` was taken away
 * @param unlike fields that come back in another form than they were given: not compared
 */
export function isAsWanted(changes: object, thing: object, unlike: readonly string[] = []): boolean {
  const now = new Map<string, unknown>(Object.entries(thing));
  return Object.entries(changes).every(
    ([name, wanted]) => wanted === undefined || unlike.includes(name) || holds(wanted, now.get(name)),
  );
}

/** Whether what is there holds what is wanted; an object may hold more. Empty reads as none. */
function holds(wanted: unknown, there: unknown): boolean {
  if (isEmpty(wanted)) return isEmpty(there);
  if (Array.isArray(wanted))
    return (
      Array.isArray(there) &&
      wanted.length === there.length &&
      wanted.every((item: unknown, index) => holds(item, there[index]))
    );
  if (typeof wanted !== 'object' || wanted === null) return wanted === there;
  if (typeof there !== 'object' || there === null) return false;
  const members = new Map<string, unknown>(Object.entries(there));
  return Object.entries(wanted).every(
    ([name, value]) => value === undefined || holds(value, members.get(name)),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && Object.values(value).every((member) => member === undefined);
}
