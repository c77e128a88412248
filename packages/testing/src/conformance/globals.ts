/** What all code of a process shares, to prove that nobody touched it. */

/** Every global value, every environment variable, and the members of what everyone uses. */
export function globalValues(): Readonly<Record<string, unknown>> {
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
  const values: Record<string, unknown> = {};
  for (const [name, object] of Object.entries(shared)) {
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      values[`${name}.${key}`] = 'value' in descriptor ? descriptor.value : descriptor.get;
    }
  }
  return values;
}

/** Names of values that differ. */
export function changedGlobals(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !Object.is(before[name], after[name]));
}
