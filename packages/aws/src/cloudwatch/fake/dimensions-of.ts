/** Reads what names a metric. */
import { type JsonInput, objects, optionalText } from '../../common/fake/input.ts';
import type { Dimensions } from '../model.ts';
import { invalidValue, missing } from './faults.ts';

/** A text that must be there and hold something. */
export function needed(input: JsonInput, name: string): string {
  const value = optionalText(input, name);
  if (value === undefined || value === '') throw missing(name);
  return value;
}

/** Dimensions of a metric. */
export function dimensionsOf(input: JsonInput): Dimensions {
  const all = objects(input, 'Dimensions');
  if (all.length > 30) throw invalidValue('The collection Dimensions must not have a size greater than 30.');
  return Object.fromEntries(all.map((one) => [needed(one, 'Name'), needed(one, 'Value')]));
}
