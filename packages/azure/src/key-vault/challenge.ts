/**
 * Which resource tokens must be for, and how a vault says so.
 *
 * A vault refuses a request without a good token by status 401 and a challenge:
 * `WWW-Authenticate: Bearer authorization="https://login.microsoftonline.com/<directory>", resource="https://vault.azure.net"`.
 * Vaults of the known clouds are asked with the right token at once. Another one, such as on an Azure Stack Hub, says what it
 * wants when it is first asked, and is believed only when
 *
 * 1. the resource is an https URL, and
 * 2. the vault's host lies below the resource's host: else any server could have itself given tokens for another service.
 *
 * @see {@link https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses | Key Vault: Authentication, requests and responses}
 */
import type { VendorFailure } from '@im/core';
import type { AccessToken, TokenSource } from '@im/http';

/** @see {@link https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers | Key Vault: DNS suffixes} */
const domains = [
  'vault.azure.net',
  'managedhsm.azure.net',
  'vault.azure.cn',
  'managedhsm.azure.cn',
  'vault.usgovcloudapi.net',
  'managedhsm.usgovcloudapi.net',
] as const;

/** The resource of vaults at this host, as far as the host tells; else that of the public cloud. */
export function resourceOf(host: string): string {
  return `https://${domains.find((domain) => isBelow(host, domain)) ?? domains[0]}`;
}

function isBelow(host: string, domain: string): boolean {
  return host.toLowerCase().endsWith(`.${domain}`);
}

/** The resource that a challenge asks tokens for, without a slash at its end; `undefined` where it names none. */
export function challengedResource(header: string | null | undefined): string | undefined {
  const [, parameters = ''] = /^\s*Bearer\s+(.*)$/is.exec(header ?? '') ?? [];
  const named = new Map<string, string>();
  for (const [, name = '', quoted, plain] of parameters.matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s",]+))/g))
    named.set(name.toLowerCase(), quoted ?? plain ?? '');
  const text = named.get('resource') ?? named.get('scope')?.replace(/\/\.default$/, '');
  return text === undefined || text === '' ? undefined : text.replace(/\/+$/, '');
}

/** Whether a vault at `host` may ask for tokens for `resource`. */
export function isOwnResource(resource: string, host: string): boolean {
  if (!URL.canParse(resource)) return false;
  const { protocol, hostname, pathname, search, hash } = new URL(resource);
  const isBare = pathname === '/' && search === '' && hash === '';
  return protocol === 'https:' && isBare && hostname.includes('.') && isBelow(host, hostname);
}

/** A source of tokens that follows what the vault asks for. */
export interface ChallengedTokens {
  readonly source: TokenSource;
  /** Reads a refusal. @returns whether another token may be taken */
  learn(failure: VendorFailure): boolean;
}

/**
 * @param sourceOf makes the source of tokens for a resource; called once for each
 * @param believes whether challenges are read at all
 */
export function challengedTokens(
  host: string,
  believes: boolean,
  sourceOf: (resource: string) => TokenSource,
): ChallengedTokens {
  let resource = resourceOf(host);
  let current = sourceOf(resource);
  const givenBy = new WeakMap<AccessToken, TokenSource>();
  const remember = (token: AccessToken, from: TokenSource): AccessToken => {
    givenBy.set(token, from);
    return token;
  };
  return {
    source: {
      async get(call) {
        const from = current;
        return remember(await from.get(call), from);
      },
      async refresh(stale, call) {
        const from = current;
        const isOlder = givenBy.get(stale) !== from;
        return remember(await (isOlder ? from.get(call) : from.refresh(stale, call)), from);
      },
    },
    learn({ status, headers }) {
      if (status !== 401) return false;
      const asked = believes ? challengedResource(headers?.get('www-authenticate')) : undefined;
      if (asked !== undefined && asked !== resource && isOwnResource(asked, host)) {
        resource = asked;
        current = sourceOf(asked);
      }
      return true;
    },
  };
}
