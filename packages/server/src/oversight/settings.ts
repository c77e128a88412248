/** The parts of the `hub:` section about watching: telemetry, service levels, alerts. */
import { secret } from '@im/core';
import { objectives } from '@im/monitoring/slo';
import { z } from 'zod';

/** Where spans, metrics and log records go. */
export const telemetrySettings = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Base URL of the collector. Default: what OTEL_EXPORTER_OTLP_ENDPOINT says.'),
    headers: z.record(z.string(), secret()).optional().describe('Sent along: the API key of the collector'),
    serviceName: z.string().min(1).optional().describe('service.name of the hub. Default im-hub.'),
    ratio: z.number().min(0).max(1).optional().describe('Share of the traces that is kept. Default 1.'),
  })
  .describe('Telemetry by OpenTelemetry; `{}` has every default. Without it none is sent.');

const email = z.strictObject({
  host: z.string().min(1).describe('SMTP server'),
  port: z.int().min(1).max(65_535).optional().describe('Default 587, 465 with implicit TLS'),
  tls: z.enum(['starttls', 'implicit', 'none']).optional().describe('Default starttls'),
  user: z.string().optional(),
  password: secret().optional(),
  from: z.string().min(1),
  to: z.array(z.string().min(1)).min(1),
});

const channel = z
  .strictObject({
    email: email.optional(),
    slack: z.strictObject({ webhookUrl: secret() }).optional(),
    webhook: z.strictObject({ url: z.url(), secret: secret() }).optional(),
    alertmanager: z.strictObject({ url: z.url(), token: secret().optional() }).optional(),
  })
  .refine(
    (one) => Object.keys(one).length === 1,
    'must be exactly one of email, slack, webhook, alertmanager',
  );

/** Who is told of what. */
export const alertSettings = z
  .strictObject({
    channels: z.record(z.string().min(1), channel).describe('Ways to tell people, by a name of your choice'),
    routes: z
      .array(z.record(z.string(), z.unknown()))
      .min(1)
      .optional()
      .describe('Who is told what, see docs/alerts.md. Default: every channel of everything.'),
    rules: z.string().min(1).optional().describe('YAML file of rules. Default: those of @im/monitoring.'),
  })
  .describe('Alerts; without it nobody is told');

/** What was promised. */
export const objectiveSettings = objectives.describe(
  'Objectives of integrations; those of tenants, slaTarget, count in any case',
);
