import { type ExplainedValue, explainConfig } from '@im/core/config';
import { defineCommand } from '../command.ts';
import { loadOptionsFor, needConfiguration, sourceOf, unknownName } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { configOptions } from '../options.ts';

/** `im config explain`. */
export const configExplain = defineCommand({
  name: 'config explain',
  summary: 'Tells of each value where it comes from',
  about:
    'A line of the file, an environment variable, the secret store, the provider, or a default. Works for a configuration that has faults. Secrets are not shown, and the section about the hub itself is left out.',
  arguments: [
    {
      name: '[path]',
      says: 'only below this path, or the end of one: tenants.acme, spotify.options.market; default: all',
    },
  ],
  options: configOptions,
  examples: [
    ['im config explain spotify.options', 'the options of all integrations named spotify'],
    ['im config explain tenants.acme -e staging', 'what holds for one tenant in staging'],
  ],
  json: '{ file, values: [{ path, value?, secret, from, place?: { file, line, column, variable? }, says? }] }',
  async run({ args: [path], options, io, screen }) {
    const file = needConfiguration(options, io);
    const loading = await loadOptionsFor(file, options, io);
    const all = await explainConfig(await sourceOf(file, io), loading);
    const values = path === undefined ? all : all.filter((one) => isBelow(one.path, path));
    if (values.length === 0 && path !== undefined) {
      const parts = all.flatMap((one) => one.path.split('.'));
      throw unknownName('value', path, [...new Set(parts)]);
    }
    if (screen.json) screen.document({ file, values });
    else {
      const { colours } = screen;
      const paints = {
        file: same,
        environment: colours.cyan,
        'secret store': colours.magenta,
        provider: colours.dim,
        default: colours.dim,
      };
      screen.table(
        ['path', 'value', 'from', ''],
        values.map((one) => [
          one.path,
          one.says === undefined ? shownValue(one) : [one.says, colours.red],
          [one.from, paints[one.from]],
          placeOf(one),
        ]),
      );
    }
    return exitCodes.fine;
  },
});

/** Whether `path` is, or lies below, `wanted`, which may leave out how it begins. */
function isBelow(path: string, wanted: string): boolean {
  const framed = `.${path}.`.replaceAll('[', '.[');
  return framed.includes(`.${wanted.replace(/^\.|\.$/g, '').replaceAll('[', '.[')}.`);
}

function shownValue({ value, secret }: ExplainedValue): string {
  return secret ? String(value) : JSON.stringify(value);
}

function placeOf({ place }: ExplainedValue): string {
  if (place === undefined) return '';
  const at = `${place.file}:${place.line}:${place.column}`;
  return place.variable === undefined ? at : `${place.variable}, by ${at}`;
}

function same(text: string): string {
  return text;
}
