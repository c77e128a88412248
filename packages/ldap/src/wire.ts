/** The vendor's JSON, in the vendor's spelling; only the fields that are used. */
import { z } from 'zod';

export const wireItem = z.object({ id: z.string(), name: z.string() });

export const wireItems = z.object({ items: z.array(wireItem), total: z.number() });

/** An item. */
export type Item = z.output<typeof wireItem>;
