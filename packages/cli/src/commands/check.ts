import type { IntegrationStatus } from '@im/core';
import { defineCommand } from '../command.ts';
import { chosenFrom, openConfiguration, registryOf } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { configOptions, text } from '../options.ts';
import { painted } from '../output/status.ts';

/** `im check`. */
export const check = defineCommand({
  name: 'check',
  summary: 'Checks each integration of the configuration once',
  about:
    'Starts what is enabled and runs its check, which is cheap and changes nothing. Ends with 1 when one cannot be used.',
  arguments: [{ name: '[integration]', says: 'only the one of this name' }],
  options: { tenant: text('-t, --tenant <name>', 'only those of this tenant'), ...configOptions },
  examples: [
    ['im check', 'all of all tenants'],
    ['im check stripe --tenant acme --json', 'one of one, as JSON'],
  ],
  json: '{ ok, integrations: [{ name, tenant, provider, ok, status, durationMs?, says?, code? }] }',
  async run({ args: [name], options, io, screen }) {
    const { config } = await openConfiguration(options, io);
    const wanted = config.integrations.filter(
      (one) =>
        one.enabled && (options.tenant ?? one.tenant) === one.tenant && (name ?? one.name) === one.name,
    );
    // For the words about a name that is not there.
    if (wanted.length === 0 && name !== undefined) chosenFrom(config, name, options.tenant);
    await using registry = await registryOf(config, io);
    const statuses: IntegrationStatus[] = [];
    {
      using spinner = screen.spin(`checking ${wanted.length} …`);
      await Promise.all(
        wanted.map(async (one, index) => {
          statuses[index] = await registry.enable(one, { signal: io.signal });
          const done = Object.keys(statuses).length;
          spinner.text(`checking, ${done} of ${wanted.length} …`);
        }),
      );
    }
    const checked = statuses.map(toResult);
    const ok = checked.every((one) => one.ok);
    if (screen.json) screen.document({ ok, integrations: checked });
    else {
      const { colours } = screen;
      screen.table(
        ['', 'integration', 'tenant', 'provider', 'status', 'took', 'what'],
        checked.map(({ ok, name, tenant, provider, status, durationMs, says }) => [
          ok ? ['✓', colours.green] : ['✗', colours.red],
          name,
          tenant,
          provider,
          [status, painted(colours, status)],
          durationMs === undefined ? '' : `${Math.round(durationMs)} ms`,
          says ?? '',
        ]),
      );
      if (checked.length === 0) screen.print('nothing is enabled');
    }
    return ok ? exitCodes.fine : exitCodes.wrong;
  },
});

function toResult({ name, tenant, provider, status, lastCheck, reasons }: IntegrationStatus) {
  const [reason] = reasons;
  return {
    name,
    tenant,
    provider,
    ok: status === 'healthy' || status === 'degraded',
    status,
    durationMs: lastCheck?.durationMs,
    says: reason?.says ?? lastCheck?.says,
    code: reason?.code,
  };
}
