/** Conditions, as far as compositions care. */

/** Whether a read or write depends on what is there. */
export function isConditional(condition: {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}): boolean {
  return (condition.ifMatch ?? condition.ifNoneMatch) !== undefined;
}
