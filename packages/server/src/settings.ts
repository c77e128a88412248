/** The `hub:` section of a configuration, and the same as options in code: one schema. */
import { oauthProviders } from '@im/auth/oauth';
import { parseOptions, secret } from '@im/core';
import { z } from 'zod';
import { price } from './costs.ts';
import { networkFault } from './network/addresses.ts';
import { alertSettings, objectiveSettings, telemetrySettings } from './oversight/settings.ts';

const network = z.string().superRefine((text, context) => {
  const fault = networkFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});
const networks = z.array(network).max(10_000);
const country = z.string().regex(/^[A-Z]{2}$/, 'must be two capitals, as FR');
const milliseconds = z.int().min(1).max(2_147_483_647);
const count = z.int().min(1).max(1_000_000_000);

const geo = z
  .strictObject({
    database: z.string().min(1).describe('Path of a MaxMind DB of countries or cities'),
    allow: z.array(country).optional().describe('Countries that pass. Default: all that are not denied.'),
    deny: z.array(country).optional().describe('Countries that do not pass. Default: none.'),
    allowUnknown: z.boolean().optional().describe('Addresses in no country pass. Default false.'),
  })
  .describe('Rules by country; without its database nobody passes');

/** Rules about addresses. */
const networkRules = z
  .strictObject({
    allow: networks.optional().describe('Networks that may reach the hub. Default: all.'),
    deny: networks.optional().describe('Networks that may not, whatever allow says. Default: none.'),
    trustedProxies: networks
      .optional()
      .describe('Proxies whose Forwarded and X-Forwarded-For are believed. Default: none.'),
    geo: geo.optional(),
  })
  .describe('Which addresses may reach the hub');

const rule = z.strictObject({ requests: count, windowMs: milliseconds });

/** Limits of requests. */
const rateLimits = z
  .strictObject({
    caller: rule.optional().describe('Requests of one caller; without access, of one address'),
    address: rule.optional().describe('Requests of one address, whoever sends them'),
  })
  .describe('How many requests are taken. Default: no limit.');

/** Limits on clients. */
const clientLimits = z
  .strictObject({
    headersMs: milliseconds.optional(),
    requestMs: milliseconds.optional(),
    idleMs: milliseconds.optional(),
    answerMs: milliseconds.optional(),
    keepAliveMs: milliseconds.optional(),
    headerBytes: z.int().min(1_024).max(1_048_576).optional(),
    bodyBytes: count.optional(),
    pipelined: count.optional(),
    connections: count.optional(),
  })
  .describe('Time, bytes and connections that a client may take');

const role = z.strictObject({
  title: z.string().optional(),
  inherits: z.array(z.string()).optional(),
  allow: z.array(z.string()).optional(),
  deny: z.array(z.string()).optional(),
});

const access = z
  .strictObject({
    keysFile: z
      .string()
      .min(1)
      .optional()
      .describe('File that API keys are kept in, as digests; made by im-server --new-key'),
    keyPrefix: z.string().optional().describe('In front of each key. Default im_hub.'),
    tokens: z
      .strictObject({
        issuer: z.string().min(1).describe('Who issues the tokens, to the letter'),
        audience: z.string().min(1).describe('Name of this hub in the tokens'),
        jwksUri: z.url({ protocol: /^https$/ }).describe('Where the keys of the issuer are'),
        typ: z
          .string()
          .optional()
          .describe('Type of the tokens. Default at+jwt; any for issuers that set none.'),
        tenantClaim: z.string().optional().describe('Default tenant; the value * is all tenants.'),
        rolesClaim: z.string().optional().describe('Default roles.'),
      })
      .optional()
      .describe('Access tokens (JWT) of an issuer'),
    roles: z.record(z.string(), role).optional().describe('Roles beside viewer, operator and admin'),
  })
  .describe('Who may call the hub. Without it everybody may, and it listens on loopback alone.');

const provider = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: secret().optional().describe('Absent for a public client'),
  scopes: z.array(z.string().min(1)).describe('What users are asked for'),
  variables: z
    .record(z.string(), z.string())
    .optional()
    .describe('Variables in the addresses of the provider'),
});

const knownProviders = (providers: object, context: z.core.$RefinementCtx): void => {
  for (const id of Object.keys(providers))
    if (!Object.hasOwn(oauthProviders, id))
      context.addIssue({
        code: 'custom',
        path: [id],
        message: `is no provider; known are ${Object.keys(oauthProviders).join(', ')}`,
      });
};

const connect = z
  .strictObject({
    baseUrl: z.url().describe('Where browsers reach the hub: https://hub.example.com'),
    sealingKey: secret().describe('32 bytes in base64, with which tokens are sealed'),
    returnTo: z.string().optional().describe('Where browsers go afterwards. Default /.'),
    allowedOrigins: z.array(z.string()).optional().describe('Origins that return_to may name'),
    providers: z
      .record(z.string(), provider)
      .superRefine(knownProviders)
      .describe('By the id of the provider'),
  })
  .describe('Accounts that users connect, under /connect');

const webhooks = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Address of the application that takes events'),
    secret: secret().describe('Base64, with or without whsec_, by which the application verifies them'),
    timeoutMs: milliseconds.optional().describe('Time the application may take. Default 15000.'),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where vendors reach the hub, since some sign the address. Default: as the request says.'),
  })
  .describe(
    'Where events of webhooks go, as Standard Webhooks. Without it every webhook is refused for now.',
  );

const state = z
  .strictObject({
    redis: secret().describe('redis:// or rediss:// address, with user and password if need be'),
    prefix: z.string().min(1).optional().describe('In front of every key. Default im:.'),
  })
  .describe('What hubs of a fleet share, in Redis (package @im/redis). Default: in the memory of each.');

/** What calls cost. */
export const prices = z.array(price).describe('Prices of calls, for estimates on the page');

/** The `hub:` section. */
export const hubSettings = z
  .strictObject({
    host: z.string().min(1).optional().describe('Address to listen on. Default 127.0.0.1.'),
    port: z.int().min(0).max(65_535).optional().describe('Default 8080; 0 takes any that is free.'),
    title: z.string().min(1).max(200).optional().describe('Stands on the page. Default @im hub.'),
    openToAll: z
      .boolean()
      .optional()
      .describe('Listens beyond loopback although everybody may do everything. Default false.'),
    watch: z.boolean().optional().describe('Follows the file when it changes. Default false.'),
    drainDelayMs: z
      .int()
      .min(0)
      .max(600_000)
      .optional()
      .describe('Time between "not ready" and the last connection'),
    access: access.optional(),
    network: networkRules.optional(),
    rateLimit: rateLimits.optional(),
    limits: clientLimits.optional(),
    audit: z
      .strictObject({ file: z.string().min(1).describe('File that entries are appended to') })
      .optional()
      .describe('Where actions are recorded. Default: in memory.'),
    connect: connect.optional(),
    webhooks: webhooks.optional(),
    state: state.optional(),
    telemetry: telemetrySettings.optional(),
    objectives: objectiveSettings.optional(),
    alerts: alertSettings.optional(),
    prices: prices.optional(),
  })
  .describe('The hub itself');

/** What the section holds, checked. */
export type HubSettings = z.output<typeof hubSettings>;

const rules = hubSettings.pick({ network: true, rateLimit: true, prices: true });

/**
 * Checks what of the settings is given in code.
 *
 * @throws `ConfigurationError` with every fault
 */
export function checkRules(
  given: { readonly [Name in keyof z.input<typeof rules>]: unknown },
): z.output<typeof rules> {
  return parseOptions({ id: 'hub', options: rules }, given);
}
