import type { OperationDescription } from '@im/core';

/** `getTrack(id, market)`. */
export function signatureOf({ name, parameters }: OperationDescription): string {
  return `${name}(${parameters.map((one, index) => plainName(one, index)).join(', ')})`;
}

/** A parameter's name as a caller may write it. */
export function plainName(name: string, index: number): string {
  return name.replace(/^_+/, '') || `argument${index + 1}`;
}
