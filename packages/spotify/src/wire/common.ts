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

export const wireImage = z.object({ url: z.string(), height: maybe(z.number()), width: maybe(z.number()) });
export const wireUrls = maybe(z.object({ spotify: maybe(z.string()) }));
export const wireFollowers = maybe(z.object({ total: maybe(z.number()) }));
export const wireRestrictions = maybe(z.object({ reason: maybe(z.string()) }));
export const wireCopyright = z.object({ text: maybe(z.string()), type: maybe(z.string()) });

/** A list as the vendor sends it, without the places it left `null` (an entry that is not available to this user). */
const present = <Item extends z.ZodType>(item: Item) =>
  z.array(item.nullable()).transform((items) => items.filter((entry) => entry !== null));

/** Paging by offset: https://developer.spotify.com/documentation/web-api/concepts/api-calls#pagination */
export const wirePaging = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: present(item), next: maybe(z.string()), total: maybe(z.number()) });

/** Paging by the vendor's own cursors. */
export const wireCursorPaging = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: present(item),
    next: maybe(z.string()),
    total: maybe(z.number()),
    cursors: maybe(z.object({ after: maybe(z.string()), before: maybe(z.string()) })),
  });

/** Answers of the `contains` operations, in the order of the ids. */
export const wireBooleans = z.array(z.boolean());
