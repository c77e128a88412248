/** Answers as route declarations name them. */
import type { z } from '@hono/zod-openapi';
import { problemType } from '../problem.ts';
import { problemSchema } from '../schemas.ts';

/** JSON by a schema. */
export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

/** An error, as problem details. */
export const problem = (description: string) => ({
  description,
  content: { [problemType]: { schema: problemSchema } },
});

/** Answers of the moment are kept by nobody. */
export const noStore = { 'cache-control': 'no-store' };
