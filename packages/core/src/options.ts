/**
 * Options of an integration: from code or from the environment, through the definition's one schema. Everything else
 * that is told of options (tables, templates, JSON Schema, redaction) comes from the same schema.
 */
import type { z } from 'zod';
import { ConfigurationError, type ConfigurationFault, faultPath, underPath } from './configuration-error.ts';
import { checkOptions, type OptionFault } from './options/check.ts';
import { readVariables } from './options/environment.ts';
import { secretPathsOf } from './options/fields.ts';

export { optionsJsonSchema } from './json-schema.ts';
export { environmentTemplate, type OptionRow, optionTable } from './options/describe.ts';
export { type SecretSchema, secret } from './options/secret-field.ts';

/** What is needed of a definition to check options for it. */
export interface OptionsOwner<Schema extends z.ZodType = z.ZodType> {
  readonly id: string;
  readonly options: Schema;
}

/** Names and values of environment variables. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** The variables of this process. Nothing else in core reads them. */
export function environmentVariables(): EnvironmentVariables {
  return process.env;
}

/**
 * Checks options and fills in defaults; secrets come out as `Secret`.
 *
 * @param where path that stands before the path of each fault: `tenants.acme.integrations.spotify_main.options`
 * @throws {@link ConfigurationError} with every fault; unknown keys are faults, also in nested objects
 */
export function parseOptions<Schema extends z.ZodType>(
  definition: OptionsOwner<Schema>,
  raw: unknown,
  where = '',
): z.output<Schema> {
  const checked = checkOptions(definition.options, raw);
  if (checked.faults === undefined) return checked.value;
  throw new ConfigurationError(
    checked.faults.map((fault) => toFault(fault, where)),
    { provider: definition.id, subject: 'options' },
  );
}

/** A fault of options as a fault of a configuration. */
export function toFault({ path, says, remedy }: OptionFault, where = ''): ConfigurationFault {
  return { path: underPath(where, faultPath(path)), says, remedy };
}

/**
 * Reads options from environment variables and checks them. Each field has a variable of its own: `<ID>_<PATH>` in
 * capitals, `SPOTIFY_CLIENT_SECRET`, or what `.meta({ env: 'NAME' })` of the field says. Text becomes what the schema
 * asks for: numbers, `true`/`false`/`yes`/`no`/`on`/`off`/`1`/`0`, lists by commas, anything deeper as JSON. An empty variable counts
 * as not set.
 *
 * @param prefix in place of the id, to read a second set of options; names given by `meta` then do not hold
 * @returns options as an application would write them, for `registry.register`; credentials are `Secret` already
 * @throws {@link ConfigurationError} with every fault, each naming its variable
 */
export function optionsFromEnvironment<Schema extends z.ZodType>(
  definition: OptionsOwner<Schema>,
  env: EnvironmentVariables = environmentVariables(),
  prefix?: string,
): z.input<Schema> {
  const { raw, variableOf } = readVariables(definition, env, prefix);
  const checked = checkOptions(definition.options, raw);
  if (checked.faults === undefined) return raw as z.input<Schema>;
  throw new ConfigurationError(
    checked.faults.map((fault) => {
      const variable = variableOf(fault.path);
      const remedy =
        variable === undefined || fault.remedy !== 'correct it' ? fault.remedy : `correct ${variable}`;
      return { ...toFault(fault), remedy: missingRemedy(fault, variable) ?? remedy, place: { variable } };
    }),
    { provider: definition.id, subject: 'options from the environment' },
  );
}

function missingRemedy(fault: OptionFault, variable: string | undefined): string | undefined {
  if (variable === undefined || fault.says !== 'is missing') return undefined;
  return fault.remedy.replace(/^add it/, `set ${variable}`);
}

/** Paths of all secrets among the options, `['auth', 'clientSecret']`; `*` stands for any index or key. */
export function secretPaths(schema: z.core.$ZodType): readonly (readonly string[])[] {
  return secretPathsOf(schema);
}
