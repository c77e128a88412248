import { z } from 'zod';

/** For answers whose body does not matter: whatever comes is read and thrown away. */
export const none: z.ZodType<undefined> = z.undefined();

/** For answers that are text, not JSON. */
export const text: z.ZodType<string> = z.string();

/** For answers taken as bytes, up to the size limit. */
export const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);
