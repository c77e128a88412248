/** What all of Spotify's answers share. Fields that we do not use are left out; absent and null read the same. */
import { z } from 'zod';

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
/** Texts that may be absent or null, which reads as none. */
export const texts = listOf(z.string());

export const wireImage = z.object({ url: z.string(), height: maybeNumber, width: maybeNumber });
export const wireUrls = maybe(z.object({ spotify: maybeText }));
export const wireFollowers = maybe(z.object({ total: maybeNumber }));
export const wireRestrictions = maybe(z.object({ reason: maybeText }));
export const wireCopyright = z.object({ text: maybeText, type: maybeText });

/** A list as the vendor sends it, without the places it left `null` (an entry that is not available to this user). */
const present = <Item extends z.ZodType>(item: Item) =>
  z.array(item.nullable()).transform((items) => items.filter((entry) => entry !== null));

/** Paging by offset: https://developer.spotify.com/documentation/web-api/concepts/api-calls#pagination */
export const wirePaging = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: present(item), next: maybeText, total: maybeNumber });

/** Paging by the vendor's own cursors. */
export const wireCursorPaging = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: present(item),
    next: maybeText,
    total: maybeNumber,
    cursors: maybe(z.object({ after: maybeText, before: maybeText })),
  });

/** Answers of the `contains` operations, in the order of the ids. */
export const wireBooleans = z.array(z.boolean());
