/**
 * What all of PayPal's answers share. Schemas are written in the vendor's spelling, so that they can be searched for in its reference; what
 * comes out of them has our names (`create_time` → `createTime`) and amounts as {@link Money}. Fields that we do not use are left out; absent and
 * null read the same.
 */
import { z } from 'zod';
import { fromDecimal } from '../money.ts';

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** The object with its own fields renamed. */
export type CamelFields<Fields> = {
  readonly [Name in keyof Fields & string as CamelCase<Name>]: Fields[Name];
};

/** `create_time` → `createTime`. */
export const toCamel = (name: string): string =>
  name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());

/** An object of the vendor's: its shape in, our names out. */
export const wire = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const names = Object.keys(shape).map((name) => [name, toCamel(name)] as const);
  return z.object(shape).transform((value) => {
    const fields = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(names.map(([name, camel]) => [camel, fields[name]])) as CamelFields<
      z.output<z.ZodObject<Shape>>
    >;
  });
};

/** A field that may be absent or null; both read as `undefined`. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** A list that may be absent or null; both read as empty. */
export const listOf = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);

// One schema of each for all fields: making them is most of what loading this package costs.
/** A text that may be absent or null. */
export const maybeText = maybe(z.string());
/** A number that may be absent or null. */
export const maybeNumber = maybe(z.number());
/** A flag that may be absent or null. */
export const maybeFlag = maybe(z.boolean());

const amountOf = (value: string, currency: string, context: z.RefinementCtx) => {
  const amount = fromDecimal(value, currency);
  if (amount !== undefined) return amount;
  context.addIssue({ code: 'custom', message: 'is no amount of a known currency' });
  return z.NEVER;
};

/** `{ "currency_code": "EUR", "value": "12.50" }` */
export const wireMoney = z
  .object({ currency_code: z.string(), value: z.string() })
  .transform(({ value, currency_code }, context) => amountOf(value, currency_code, context));
/** An amount that may be absent or null. */
export const maybeMoney = maybe(wireMoney);
/** `{ "currency": "EUR", "value": "12.50" }`, as payouts have it. */
export const maybePlainMoney = maybe(
  z
    .object({ currency: z.string(), value: z.string() })
    .transform(({ value, currency }, context) => amountOf(value, currency, context)),
);

/** A link to what can be done next: https://developer.paypal.com/api/rest/responses/#link-hateoaslinks */
export const wireLink = z.object({ href: z.string(), rel: z.string(), method: maybeText });
/** Links; absent reads as none. */
export const wireLinks = listOf(wireLink);
/** A link, as the vendor gives it. */
export type Link = z.output<typeof wireLink>;

/** The address of the first link of these relations, in order of preference. */
export function linkTo(links: readonly Link[], ...relations: readonly string[]): string | undefined {
  for (const relation of relations) {
    const link = links.find(({ rel }) => rel === relation);
    if (link !== undefined) return link.href;
  }
  return undefined;
}

/** A person's or business's name. */
export const maybeName = maybe(wire({ given_name: maybeText, surname: maybeText, full_name: maybeText }));
/** A postal address. */
export const maybeAddress = maybe(
  wire({
    address_line_1: maybeText,
    address_line_2: maybeText,
    admin_area_1: maybeText,
    admin_area_2: maybeText,
    postal_code: maybeText,
    country_code: maybeText,
  }),
);
