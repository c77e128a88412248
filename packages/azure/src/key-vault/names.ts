/** How secrets and keys are named: by name, by `name/version`, or by the whole id as the vault gives it. */
import { VendorError } from '@im/core';

/** What a vault holds. Certificates are not covered. */
export type ThingKind = 'secret' | 'key';

/** A secret or key, and which version of it. */
export interface ThingName {
  readonly name: string;
  /** Absent: the latest. */
  readonly version: string | undefined;
}

/** The collection that things of a kind stand in, as in paths. */
export const collections = { secret: 'secrets', key: 'keys' } as const satisfies Record<ThingKind, string>;

/** @see {@link https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name | Key Vault: Object names} */
const namePattern = /^[0-9a-zA-Z-]{1,127}$/;
const versionPattern = /^[0-9a-zA-Z]{1,64}$/;

/** An argument that the vault would refuse, refused before anything is sent. */
export function invalid(says: string): VendorError {
  return new VendorError({ code: 'invalid_argument', says, sent: false });
}

/** Reads what callers name things by. */
export interface Names {
  /** @throws `VendorError` `invalid_argument` */
  read(kind: ThingKind, given: string, version?: string): ThingName;
  /** For operations on all versions at once. @throws `VendorError` `invalid_argument` where a version is named */
  readWhole(kind: ThingKind, given: string): string;
  /** For operations on exactly one version. @throws `VendorError` `invalid_argument` where none is named */
  readVersion(kind: ThingKind, given: string): { readonly name: string; readonly version: string };
}

/** @param vault the vault's URL; an id of another vault is refused */
export function vaultNames(vault: URL): Names {
  const read: Names['read'] = (kind, given, version) => {
    const parts = partsOf(kind, given, vault);
    const named = parts[1] ?? version;
    if (version !== undefined && named !== version)
      throw invalid(
        `${JSON.stringify(given)} names a version already, yet the version ${version} is asked for`,
      );
    const isName = parts.length <= 2 && namePattern.test(parts[0] ?? '');
    if (isName && (named === undefined || versionPattern.test(named)))
      return { name: parts[0] ?? '', version: named };
    throw invalid(
      `${JSON.stringify(given)} is no ${kind}: give its name (1 to 127 letters, digits and hyphens), name/version, or its id`,
    );
  };
  return {
    read,
    readWhole(kind, given) {
      const { name, version } = read(kind, given);
      if (version === undefined) return name;
      throw invalid(
        `${JSON.stringify(given)} names a version; this is about the whole ${kind}, so give ${name}`,
      );
    },
    readVersion(kind, given) {
      const { name, version } = read(kind, given);
      if (version !== undefined) return { name, version };
      throw invalid(`${JSON.stringify(given)} names no version; give ${name}/<version>`);
    },
  };
}

/** Name and version, still to be checked. */
function partsOf(kind: ThingKind, given: string, vault: URL): readonly string[] {
  if (!/^https?:/i.test(given) || !URL.canParse(given)) return given.split('/');
  const url = new URL(given);
  if (url.host !== vault.host)
    throw invalid(`${JSON.stringify(given)} belongs to another vault than ${vault.host}`);
  const [collection, ...rest] = url.pathname.slice(1).split('/');
  if (collection === collections[kind]) return rest;
  throw invalid(`${JSON.stringify(given)} is no id of a ${kind}`);
}

/** Name and version of an id that the vault gave. */
export function namesOfId(id: string): ThingName {
  const [, name = '', version] = URL.canParse(id) ? new URL(id).pathname.slice(1).split('/') : [];
  return { name, version: version === '' ? undefined : version };
}
