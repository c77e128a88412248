import { z } from 'zod';
import { Secret } from '../secret.ts';

/** What a secret field is in JSON Schema, and how it is recognised here. */
const secretMeta = { type: 'string', format: 'password', writeOnly: true } as const;

/** The schema that {@link secret} makes. */
export type SecretSchema = z.ZodPipe<
  z.ZodCustom<string | Secret, string | Secret>,
  z.ZodTransform<Secret, string | Secret>
>;

/**
 * A credential among the options: takes a string that is not empty, or a {@link Secret}; gives a {@link Secret}. Its
 * value is never part of a message.
 */
export function secret(): SecretSchema {
  return z
    .custom<string | Secret>((value) => revealed(value) !== '', { error: ({ input }) => secretFault(input) })
    .pipe(z.transform((value) => (value instanceof Secret ? value : new Secret(revealed(value)))))
    .meta(secretMeta);
}

/** Whether `schema` itself, leaving wrappers aside, was made by {@link secret}. */
export function isSecretSchema(schema: z.core.$ZodType): boolean {
  const meta = z.globalRegistry.get(schema);
  return meta?.format === secretMeta.format && meta.writeOnly === true;
}

/** The text of a string or a secret, of this copy of core or of another; `''` when it cannot be used. */
function revealed(value: unknown): string {
  if (typeof value === 'string') return value;
  return isSecret(value) ? value.reveal() : '';
}

/** Whether `value` is a {@link Secret}, of this copy of core or of another. */
export function isSecret(value: unknown): value is Secret {
  return (
    value instanceof Secret ||
    (typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function')
  );
}

function secretFault(input: unknown): string {
  if (input === undefined) return 'is missing';
  return typeof input === 'string' || isSecret(input) ? 'is empty' : 'must be a string';
}
