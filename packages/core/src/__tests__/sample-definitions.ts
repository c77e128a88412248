import { z } from 'zod';
import type { IntegrationDefinition } from '../integration.ts';
import { secret } from '../options.ts';

/** Options with something of every kind. */
export const radioOptions = z.strictObject({
  clientId: z.string().min(3).describe('Id of the app.'),
  clientSecret: secret().describe('Secret of the app.'),
  timeoutMs: z.int().positive().default(3_000).describe('Longest wait.'),
  live: z.boolean().optional(),
  markets: z.array(z.string().length(2)).optional(),
  region: z.enum(['eu-west', 'us-east']).default('eu-west'),
  proxy: z
    .strictObject({
      url: z.url(),
      password: secret().optional(),
      retries: z.number().meta({ env: 'RADIO_TRIES', unit: 'tries' }).optional(),
    })
    .optional(),
  login: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('code'), redirectUrl: z.url() }),
      z.strictObject({ type: z.literal('key'), key: secret() }),
    ])
    .optional(),
  cache: z.union([z.literal(false), z.strictObject({ maxBytes: z.number() })]).optional(),
  accounts: z.record(z.string(), z.object({ token: secret() })).optional(),
});

/** A definition whose options are {@link radioOptions}. */
export const radio = definition('radio', radioOptions);

/** A definition without options. */
export const bell = definition('bell', z.strictObject({}));

/** A definition that does nothing. */
export function definition<Schema extends z.ZodType>(id: string, options: Schema) {
  const made: IntegrationDefinition<Schema, unknown, unknown, Record<never, never>> = {
    id,
    title: id,
    category: 'example',
    contract: 1,
    docs: 'https://example.com',
    options,
    egress: [],
    errors: { docs: 'https://example.com/errors', rows: [] },
    connect: () => ({}),
  };
  return made;
}
