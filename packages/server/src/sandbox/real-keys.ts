/** Real keys in the environment, by which an integration leaves the sandbox. */
import {
  type AnyDefinition,
  type EnvironmentVariables,
  type OptionRow,
  optionsFromEnvironment,
  optionTable,
} from '@im/core';

const isSetIn =
  (env: EnvironmentVariables) =>
  ({ env: name }: OptionRow) =>
    name !== undefined && (env[name] ?? '') !== '';

/** Options without which nothing real is reached: credentials, and what has no default. */
const keysOf = ({ options, id }: AnyDefinition) =>
  optionTable(options, id).filter(({ secret, required }) => secret || required);

const namesOf = (rows: readonly OptionRow[]) => rows.flatMap(({ env }) => (env === undefined ? [] : [env]));

/**
 * Options with real keys, where the environment holds them.
 *
 * A variable of the provider's own (`SPOTIFY_CLIENT_ID`, `AWS_S3_BUCKET`) that is a credential or required says that it is
 * meant. Names that many tools share (`AWS_REGION`, `AWS_SECRET_ACCESS_KEY`) say so only together, for a provider that
 * needs nothing of its own: they stand on many machines for other reasons.
 *
 * @returns `undefined` when the environment says nothing of this provider
 * @throws `ConfigurationError` when it names some of the provider's own, but not enough
 */
export function realOptions(definition: AnyDefinition, env: EnvironmentVariables): unknown {
  const isSet = isSetIn(env);
  const shared = new Set(optionTable(definition.options, `not-${definition.id}`).map((row) => row.env));
  const keys = keysOf(definition);
  const own = keys.filter((row) => !shared.has(row.env));
  const required = keys.filter((row) => row.required);
  const isMeant =
    own.some(isSet) ||
    (!own.some((row) => row.required) &&
      required.every(isSet) &&
      keys.some((row) => row.secret && isSet(row)));
  return isMeant ? optionsFromEnvironment(definition, env) : undefined;
}

/** Names of all variables that its keys may stand in: which of them it takes, its options say. */
export function keyVariables(definition: AnyDefinition): readonly string[] {
  return namesOf(keysOf(definition));
}

/** Names of those that are set in `env`. */
export function keysSet(definition: AnyDefinition, env: EnvironmentVariables): readonly string[] {
  return namesOf(keysOf(definition).filter(isSetIn(env)));
}
