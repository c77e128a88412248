/** What Adyen's answers share. Fields that we do not use are left out; absent and null read the same. */
import { z } from 'zod';
import { wireAmount } from '../money.ts';

/** A field that may be absent or null; both read as `undefined`. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** A list that may be absent or null; both read as empty. */
export const listOf = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);

export const maybeText = maybe(z.string());
export const maybeFlag = maybe(z.boolean());
export const maybeAmount = maybe(wireAmount);
export const texts = listOf(z.string());
/** `additionalData`: names with dots, values in text, by what the account has switched on. */
export const additionalData = maybe(
  z.record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish().catch(undefined),
  ),
).transform(
  (data): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(data ?? {}).flatMap(([name, value]) => (value == null ? [] : [[name, value]])),
    ),
);
