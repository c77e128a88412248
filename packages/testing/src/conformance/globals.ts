/** What all code of a process shares, to prove that nobody touched it. */

/** Properties by name, as they were at one moment. */
export type GlobalValues = Readonly<Record<string, PropertyDescriptor>>;

/** Every global value, every environment variable, and the members of what everyone uses. */
export function globalValues(): GlobalValues {
  const shared: Readonly<Record<string, object>> = {
    globalThis,
    'process.env': process.env,
    console,
    Math,
    JSON,
    Date,
    'Object.prototype': Object.prototype,
    'Array.prototype': Array.prototype,
    'Promise.prototype': Promise.prototype,
    'String.prototype': String.prototype,
  };
  const values: Record<string, PropertyDescriptor> = {};
  for (const [name, object] of Object.entries(shared)) {
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      values[`${name}.${key}`] = descriptor;
    }
  }
  return values;
}

/** Names of values that differ. */
export function changedGlobals(before: GlobalValues, after: GlobalValues): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !isSame(before[name], after[name]));
}

function isSame(before: PropertyDescriptor | undefined, after: PropertyDescriptor | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  if (before.get === undefined) return after.get === undefined && Object.is(before.value, after.value);
  if (after.get !== undefined) return before.get === after.get;
  // Node makes some globals on first use: the getter then gives what stands there now.
  return Object.is(before.get.call(globalThis), after.value);
}
