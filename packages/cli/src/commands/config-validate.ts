import { defineCommand } from '../command.ts';
import { openWholeConfiguration } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { configOptions } from '../options.ts';

/** `im config validate`. */
export const configValidate = defineCommand({
  name: 'config validate',
  summary: 'Checks the whole configuration without starting anything',
  about: 'Tells every fault at once, each with file, line and column, and ends with 3 when there are any.',
  arguments: [{ name: '[file]', says: 'default: as with --config' }],
  options: configOptions,
  examples: [
    ['im config validate', 'the configuration here'],
    ['im config validate -e staging --json', 'what holds in staging, faults as JSON'],
  ],
  json: '{ ok: true, file, environment, tenants, integrations }; faults stand in `error.faults`',
  async run({ args: [file], options, io, screen }) {
    const { config } = await openWholeConfiguration({ ...options, config: file ?? options.config }, io);
    const { environment, tenants, integrations } = config;
    const counts = { tenants: tenants.length, integrations: integrations.length };
    if (screen.json) screen.document({ ok: true, file: config.file, environment, ...counts });
    else {
      const names = `${counted(counts.integrations, 'integration')} of ${counted(counts.tenants, 'tenant')}`;
      screen.print(`${screen.colours.green('✓')} ${config.file} is right for ${environment}: ${names}`);
    }
    return exitCodes.fine;
  },
});

function counted(count: number, what: string): string {
  return count === 1 ? `one ${what}` : `${count} ${what}s`;
}
