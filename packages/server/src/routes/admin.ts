/** `/admin`: what concerns the hub as a whole. */
import { createRoute, z } from '@hono/zod-openapi';
import { json, noStore, problem } from './answers.ts';
import type { RouteGroup } from './context.ts';
import { needs, refusals } from './needs.ts';

const position = z.int().positive();

const entrySchema = z
  .object({
    seq: position.describe('Position, from 1'),
    at: z.number().describe('Milliseconds since 1970-01-01T00:00:00Z'),
    subject: z.string().openapi({ example: 'key:5f2aV0c1' }).describe('Who'),
    action: z.string().openapi({ example: 'integration.disable' }),
    phase: z.enum(['intent', 'done', 'failed']),
    tenant: z.string().optional(),
    target: z.string().optional().describe('Name of the integration'),
    intent: position.optional().describe('Position of the intent that this is the outcome of'),
    says: z.string().optional(),
    previous: z.string().describe('`hash` of the entry before'),
    hash: z.string().describe('SHA-256 of the rest of the line as it was written, in hex'),
  })
  .openapi('AuditEntry');

const verdictSchema = z
  .discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), entries: z.int(), head: z.string() }),
    z.object({ ok: z.literal(false), position, says: z.string() }),
  ])
  .openapi('AuditVerdict');

const auditRoute = createRoute({
  method: 'get',
  path: '/admin/audit',
  operationId: 'getAudit',
  summary: 'Who did what, oldest first; `verify=true` reads all of it and says whether it is whole',
  tags: ['admin'],
  ...needs('audit:read'),
  request: {
    query: z.strictObject({
      from: z.coerce.number().int().min(1).default(1).openapi({ description: 'Position of the first entry' }),
      limit: z.coerce.number().int().min(1).max(1_000).default(100).openapi({ description: 'Most entries' }),
      verify: z.enum(['true', 'false']).default('false'),
    }),
  },
  responses: {
    200: json(
      z
        .object({
          total: z.int(),
          next: position
            .optional()
            .describe('Give it as `from` for the next ones; absent: these were the last'),
          verdict: verdictSchema.optional(),
          entries: z.array(entrySchema),
        })
        .openapi('AuditPage'),
      'Entries',
    ),
    400: problem('Unknown or invalid parameter'),
    ...refusals,
  },
});

const reloadRoute = createRoute({
  method: 'post',
  path: '/admin/reload',
  operationId: 'reload',
  summary: 'Reads the configuration again and follows it; what cannot be changed stays as it was',
  tags: ['admin'],
  ...needs('hub:reload'),
  responses: {
    200: json(
      z
        .object({
          done: z.array(z.string()).describe('What was changed, as `tenant/name`'),
          failed: z.array(z.object({ tenant: z.string(), name: z.string(), says: z.string() })),
          restartNeeded: z.boolean().describe('Whether settings of the hub itself are different'),
        })
        .openapi('Reloaded'),
      'What came of it',
    ),
    409: problem('The configuration cannot be used; everything stays as it was'),
    503: problem('The audit log cannot be written; nothing was done'),
    ...refusals,
  },
});

/** Mounts them; there is no reload where there is no file. */
export const adminRoutes: RouteGroup = (app, { audit, reload }) => {
  app.openapi(auditRoute, async (context) => {
    const { from, limit, verify } = context.req.valid('query');
    const verdict = verify === 'true' ? await audit.verify() : undefined;
    const entries = await audit.list(from, limit);
    const total = audit.size;
    const next = from + entries.length;
    return context.json(
      { total, ...(next <= total && { next }), ...(verdict && { verdict }), entries: [...entries] },
      200,
      noStore,
    );
  });
  if (reload === undefined) return;
  app.openapi(reloadRoute, async (context) => {
    const { done, failed, restartNeeded } = await reload(context.get('caller').subject);
    return context.json(
      {
        done: [...done],
        failed: failed.map(({ tenant, name, error }) => ({ tenant, name, says: error.message })),
        restartNeeded,
      },
      200,
      noStore,
    );
  });
};
