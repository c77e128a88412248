/**
 * What the hub answers, as zod schemas: `routes/` declares its answers with them, `/openapi.json` is generated from
 * them, and the tests check every answer by them. Only `status.ts` of core decides what there is to tell.
 */

import { z } from '@hono/zod-openapi';
import { errorCodes, type IntegrationStatus, statuses } from '@im/core';
import type { Costs } from './costs.ts';
import type { Note } from './view.ts';

const instant = z.number().describe('Milliseconds since 1970-01-01T00:00:00Z');
const count = z.number().int().nonnegative();
const durationMs = z.number().nonnegative();

const reason = z
  .object({
    kind: z.string().openapi({ example: 'circuit_open' }).describe('For programs'),
    says: z.string().describe('For people'),
    code: z.enum(errorCodes).optional(),
    since: instant,
  })
  .openapi('StatusReason');

const forecast = z
  .object({ kind: z.enum(['token', 'certificate', 'key', 'quota']), at: instant, what: z.string() })
  .openapi('Forecast');

const operationStats = z
  .object({
    calls: count,
    failures: count,
    totalMs: durationMs,
    buckets: z.array(count).describe('Calls at most as long as each bound of `latencyBoundsMs`; cumulative'),
  })
  .openapi('OperationStats');

const stats = z
  .object({
    calls: count,
    failures: count,
    failuresByCode: z.partialRecord(z.enum(errorCodes), count),
    attempts: count,
    retries: count,
    waits: count,
    waitedMs: durationMs,
    operations: z.record(z.string(), operationStats),
  })
  .openapi('Stats');

/** One integration of one tenant. */
export const integrationSchema = z
  .object({
    name: z.string().openapi({ example: 'spotify_main' }),
    tenant: z.string().openapi({ example: 'acme' }),
    provider: z.string().openapi({ example: 'spotify' }),
    title: z.string(),
    category: z.string(),
    required: z.boolean().describe('The hub is not ready without it'),
    status: z.enum(statuses),
    reasons: z.array(reason),
    since: instant,
    lastCheck: z
      .object({ at: instant, durationMs, ok: z.boolean(), says: z.string().optional() })
      .optional()
      .describe('The last active check'),
    breaker: z.enum(['closed', 'open', 'half-open', 'isolated']),
    inFlight: count,
    queued: count,
    quotaRemaining: z.number().optional(),
    parkedUntil: instant.optional(),
    forecasts: z.array(forecast),
    stats,
    note: z.string().optional().describe('Where it runs, such as the address of its fake'),
    costs: z
      .array(z.object({ currency: z.string(), amount: z.number() }))
      .optional()
      .describe(
        'Estimate of what its calls have cost since the hub started, by the prices that are configured',
      ),
  })
  .openapi('Integration');

/** What the hub says of one integration. */
export type IntegrationView = z.infer<typeof integrationSchema>;

const byStatus = z.partialRecord(z.enum(statuses), count).openapi('CountByStatus');

/** Values of the hub's own state, worst last. */
export const hubStates = ['healthy', 'degraded', 'starting', 'unhealthy', 'draining'] as const;

/** The whole hub. */
export const healthSchema = z
  .object({
    status: z.enum(hubStates),
    ready: z.boolean().describe('Whether to send requests here; the same as an answer of 200'),
    says: z.string().describe('Why, for people'),
    at: instant,
    total: count,
    byStatus,
    failing: z
      .array(
        z.object({
          name: z.string(),
          tenant: z.string(),
          status: z.enum(statuses),
          required: z.boolean(),
          says: z.string().optional(),
        }),
      )
      .describe('Integrations that cannot be used, required ones first; at most 20'),
  })
  .openapi('Health');

/** What `GET /integrations/health` answers. */
export type Health = z.infer<typeof healthSchema>;

/** What `GET /integrations/status` answers. */
export const statusSchema = z
  .object({
    title: z.string(),
    at: instant,
    latencyBoundsMs: z
      .array(z.number())
      .describe('Upper bounds of `buckets`; one more bucket holds the rest'),
    total: count.describe('Integrations that match the filters'),
    byStatus,
    next: z.string().optional().describe('Give it as `after` for the next ones; absent: these were the last'),
    integrations: z.array(integrationSchema),
  })
  .openapi('StatusPage');

/** Every error, by RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string().openapi({ example: 'Not Found' }),
    status: z.number().int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z
      .array(z.object({ where: z.string(), says: z.string() }))
      .optional()
      .describe('Every fault of the request, when there are several'),
  })
  .openapi('Problem');

/** An error as it is answered. */
export type Problem = z.infer<typeof problemSchema>;

const shortText = z.string().min(1).max(256);

/** Query of `GET /integrations/health/{name}`. */
export const healthQuery = z.strictObject({
  tenant: shortText.optional().openapi({
    description: 'Whose integration. Default: the one that the caller belongs to, else `default`',
  }),
});

/** Path of `GET /integrations/health/{name}`. */
export const nameParams = z.object({ name: shortText.openapi({ example: 'spotify_main' }) });

/** Filters of `GET /integrations/status` and of the page. */
export const statusQuery = z.strictObject({
  tenant: shortText.optional(),
  provider: shortText.optional(),
  status: z.enum(statuses).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1_000)
    .openapi({ description: 'Most integrations in one answer' }),
  after: z.string().max(1_024).optional().openapi({ description: '`next` of the answer before' }),
});

/** Checked filters. */
export type StatusQuery = z.infer<typeof statusQuery>;

/** A status of core as the hub shows it: a copy, so that nothing but what the schema names goes out. */
export function toView(
  status: IntegrationStatus,
  { note, costs }: { readonly note: Note; readonly costs: Costs },
): IntegrationView {
  const spent = costs(status);
  const said = note(status);
  return integrationSchema.parse({
    ...status,
    ...(said !== undefined && { note: said }),
    ...(spent.length > 0 && { costs: spent }),
  });
}
