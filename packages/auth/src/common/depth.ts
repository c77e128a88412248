/** JSON within JSON: what a stranger nests thousands deep brings functions that call themselves to the end of the stack. */

/** Whether objects and lists stand in each other deeper than `levels`. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}
