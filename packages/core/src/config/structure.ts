/** What a configuration file may hold: one schema for the check and for the editors' JSON Schema. */
import { z } from 'zod';

/** Resilience as a layer may hold it, checked only once layers are put together. */
export const resilienceLayer = z
  .record(z.string(), z.unknown())
  .nullish()
  .describe('Time-outs, retries, breaker, limits; on top of those of the tenant and of the provider.');

/** Settings of a tenant. */
export const settingsSchema = z
  .strictObject({
    resilience: resilienceLayer,
    features: z
      .record(z.string(), z.boolean())
      .nullish()
      .describe('Switches by name, read by the application.'),
    slaTarget: z
      .number()
      .min(0)
      .max(1)
      .nullish()
      .describe('Share of successful calls that was promised: 0.999.'),
  })
  .describe('What holds for all integrations of the tenant.');

/** One integration of one tenant, `options` aside, which only its definition knows. */
export const integrationSchema = z
  .strictObject({
    use: z
      .string()
      .min(1)
      .nullish()
      .describe('Package (@im/spotify), file (./crm.js), or id. Default: the name.'),
    services: z
      .union([z.array(z.string().min(1)), z.record(z.string(), z.record(z.string(), z.unknown()).nullish())])
      .nullish()
      .describe(
        'Services of a package that gives several: [s3, sqs] makes an integration of each, named <name>.<service>; as a mapping with options of their own on top.',
      ),
    options: z.record(z.string(), z.unknown()).nullish().describe('Options of the provider.'),
    resilience: resilienceLayer,
    required: z.boolean().nullish().describe('Nothing is ready without it. Default false.'),
    enabled: z.boolean().nullish().describe('Default true.'),
  })
  .describe('One integration.');

const integrations = z
  .record(z.string(), integrationSchema.nullish())
  .nullish()
  .describe('Integrations by name.');
const bases = z.union([z.string(), z.array(z.string())]).nullish();

const body = {
  settings: settingsSchema.nullish(),
  integrations,
};

const tenantSchema = z
  .strictObject({
    extends: bases.describe('Template, or templates of which the later ones go on top.'),
    ...body,
  })
  .describe('Settings and integrations of a tenant, or of a template for tenants.');

const layer = {
  templates: z
    .record(z.string(), tenantSchema.nullish())
    .nullish()
    .describe('What tenants can extend, by name.'),
  ...body,
  tenants: z.record(z.string(), tenantSchema.nullish()).nullish().describe('Tenants by name.'),
};

/** The whole file. `settings` and `integrations` at the top are the default tenant's. */
export const fileSchema = z
  .strictObject({
    $schema: z.string().nullish(),
    environment: z.string().nullish().describe('Used when the application names none. Default: production.'),
    defaults: z.strictObject(layer).nullish().describe('What every environment begins with.'),
    environments: z
      .record(
        z.string(),
        z
          .strictObject({
            extends: bases.describe('Environment, or environments, laid below this one.'),
            ...layer,
          })
          .nullish(),
      )
      .nullish()
      .describe('What is different in one environment, by name.'),
    ...layer,
  })
  .describe('Configuration of integrations.');

/** Keys of a layer. */
export const layerKeys = Object.keys(layer);
/** Keys of a tenant that it shares with templates. */
export const bodyKeys = Object.keys(body);
