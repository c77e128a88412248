import { z } from 'zod';
import { awsOptions } from '../common/options.ts';
import { type DialectName, dialectOf, dialects } from './dialects.ts';

const dialectNames = Object.keys(dialects) as [DialectName, ...DialectName[]];

/** Options of `@im/aws/s3`. */
export const s3Options = z
  .strictObject({
    ...awsOptions,
    bucket: z
      .string()
      .regex(
        /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        'must be 3 to 63 lower-case letters, digits, dots and hyphens',
      )
      .describe('name of the bucket'),
    dialect: z
      .enum(dialectNames)
      .default('aws')
      .describe('which service speaks S3 there: what it can do, and how it deviates, follows from it'),
    lane: z
      .enum(['lean', 'sdk'])
      .default('lean')
      .describe(
        "how put, get, head, list and uploadPart are sent: `lean` by @im/http alone, `sdk` by the vendor's SDK as all the rest",
      ),
  })
  .refine(({ dialect, endpoint }) => endpoint !== undefined || dialectOf(dialect).endpoint !== undefined, {
    path: ['endpoint'],
    message: 'is missing; this dialect has no address of its own',
  });

/** Options as an application writes them. */
export type S3Options = z.input<typeof s3Options>;

/** Options once checked. */
export type CheckedS3Options = z.output<typeof s3Options>;
