import { type OptionsOwner, secretPaths } from '@im/core';

/** Names of the options that are secrets in the definitions, for `createLogger({ secretNames })`. */
export function secretNames(...definitions: readonly OptionsOwner[]): readonly string[] {
  return definitions.flatMap(({ options }) =>
    secretPaths(options).flatMap((path) => path.findLast((name) => name !== '*') ?? []),
  );
}
