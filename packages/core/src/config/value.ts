/** Small operations on plain values by path. */
import type { z } from 'zod';
import { coerceAt } from '../options/environment.ts';
import { secretPathsOf } from '../options/fields.ts';
import { isSecret } from '../options/secret-field.ts';
import { Secret } from '../secret.ts';

/** `value` with what stands at `path` replaced by what `change` makes of it; `*` is every index or key. */
export function changedAt(
  value: unknown,
  path: readonly PropertyKey[],
  change: (value: unknown) => unknown,
): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      first === '*' || index === Number(first) ? changedAt(item, rest, change) : item,
    );
  }
  if (typeof value !== 'object' || value === null || isSecret(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      first === '*' || key === String(first) ? changedAt(item, rest, change) : item,
    ]),
  );
}

/** Texts from the environment as numbers, booleans and lists, where the schema wants those. */
export function withTypes(
  schema: z.core.$ZodType,
  value: unknown,
  texts: readonly (readonly PropertyKey[])[],
): unknown {
  return texts.reduce<unknown>(
    (left, path) =>
      changedAt(left, path, (text) => (typeof text === 'string' ? coerceAt(schema, path, text) : text)),
    value,
  );
}

/** Every credential as a `Secret`, so that it does not print. An empty one stays, for the check to find. */
export function withSecrets(schema: z.core.$ZodType, value: unknown): unknown {
  const wrap = (text: unknown) => (typeof text === 'string' && text !== '' ? new Secret(text) : text);
  return secretPathsOf(schema).reduce<unknown>((left, path) => changedAt(left, path, wrap), value);
}

/** Whether two values are the same, secrets compared by what they hold. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (isSecret(one) || isSecret(other))
    return isSecret(one) && isSecret(other) && one.reveal() === other.reveal();
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => sameValue(item, other[index]));
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return Object.is(one, other);
  }
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return (
    left.size === right.size &&
    [...left].every(([key, item]) => right.has(key) && sameValue(item, right.get(key)))
  );
}
