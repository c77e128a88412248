/**
 * Egress control: which hosts and which addresses a client may talk to.
 *
 * A URL that comes from outside (an option, a redirect, a link in an answer) can name an internal service, in plain
 * words or by a name that resolves to an internal address. So the check is made at three places:
 *
 * 1. the URL, before anything is opened: scheme, no user name, host on the allow-list, port;
 * 2. every address a name resolves to, inside the connection's own lookup, so that there is no second resolution which
 *    could answer differently;
 * 3. each URL of a redirect, by 1 and 2 again.
 *
 * A host that was set on purpose (the base URL) is allowed with its very port, whatever its address.
 */
import type { LookupAddress, LookupAllOptions, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { VendorError } from '@im/core';
import { isAddress, isPublicAddress } from './address.ts';
import type { EgressGuard } from './transport.ts';

/** What a guard lets pass. */
export interface EgressRules {
  /**
   * `api.example.com`, `*.example.com` for every host below it (not itself), `*` for every public host; `:8443` at the end allows another
   * port than the scheme's own.
   */
  readonly allow: readonly string[];
  /** URLs that somebody set on purpose: their hosts are allowed as they are, `http` and private addresses included. */
  readonly onPurpose?: readonly (string | URL)[] | undefined;
  /** Whether `http` may be used beyond what is on purpose. Default false. */
  readonly allowHttp?: boolean | undefined;
}

/** Names that never mean a public host (RFC 6761, RFC 6762, RFC 8375, and the names cloud metadata goes by). */
const internalNames = /(^|\.)(localhost|local|internal|home\.arpa|ip6-localhost|ip6-loopback|localdomain)$/;

/** How many origins a guard remembers as allowed. */
const rememberedOrigins = 1_000;

/** Makes the guard of one client. */
export function createEgressGuard(rules: EgressRules): EgressGuard {
  const purposes = (rules.onPurpose ?? []).map((url) => new URL(url));
  const purposeOrigins = new Set(purposes.map((url) => url.origin));
  const allows = rules.allow.map(toPattern);
  const named = rules.allow.filter((allow) => !/^\*(:|$)/.test(allow)).map(toPattern);
  const fits = (patterns: typeof allows, url: URL) => patterns.some((allow) => allow(hostOf(url), url.port));
  // A host that the definition names needs no exception from the check of addresses, even as the base URL.
  const exceptions = new Set(
    purposes.filter((url) => url.protocol !== 'https:' || !fits(named, url)).map((url) => hostOf(url)),
  );
  const known = new Set<string>();

  const checkOrigin = (url: URL): void => {
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw refused(`the scheme ${url.protocol} is not allowed`);
    if (purposeOrigins.has(url.origin)) return;
    const host = hostOf(url);
    if (url.protocol === 'http:' && rules.allowHttp !== true)
      throw refused(`${host} may be asked by https only`);
    if (isAddress(host) ? !isPublicAddress(host) : internalNames.test(host))
      throw refused(`${host} is an internal host`);
    if (!fits(allows, url)) throw refused(`${url.host} is not among the allowed hosts`);
  };

  return {
    key: [...exceptions].sort().join(' '),
    url(url) {
      if (url.username !== '' || url.password !== '')
        throw refused('a URL with a user name or password is not allowed');
      const { origin } = url;
      if (known.has(origin) && origin !== 'null') return;
      checkOrigin(url);
      if (known.size < rememberedOrigins) known.add(origin);
    },
    address(address, host) {
      if (exceptions.has(host.toLowerCase()) || isPublicAddress(address)) return;
      throw refused(`${host} has an internal address`);
    },
  };
}

/** The host without the brackets of an IPv6 address and without the dot that ends a rooted name. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function toPattern(allow: string): (host: string, port: string) => boolean {
  const [, name = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(allow.toLowerCase()) ?? [];
  const portFits = (port: string) => (wantedPort === undefined ? port === '' : port === wantedPort);
  if (name === '*') return (_host, port) => wantedPort === undefined || portFits(port);
  if (name.startsWith('*.'))
    return (host, port) => host.endsWith(name.slice(1)) && !isAddress(host) && portFits(port);
  return (host, port) => host === name && portFits(port);
}

/** Refusal of a host. The request was not sent. */
function refused(says: string): VendorError {
  return new VendorError({
    sent: false,
    code: 'permission_denied',
    reason: 'egress_refused',
    says: `egress refused: ${says}`,
  });
}

/** Resolves names, as `dns.lookup` does with `all`. */
export type Resolve = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for `net.connect` that gives allowed addresses only. The connection goes to exactly what was checked.
 * `resolve` is for tests.
 */
export function guardedLookup(guard: EgressGuard, resolve: Resolve = lookup): LookupFunction {
  return (host, options, callback) => {
    const wanted: LookupOptions = options;
    resolve(host, { ...wanted, all: true } as LookupAllOptions, (error, addresses) => {
      if (error) return callback(error, [], 0);
      const allowed: LookupAddress[] = [];
      let refusal: unknown;
      for (const entry of addresses) {
        try {
          guard.address(entry.address, host);
          allowed.push(entry);
        } catch (thrown) {
          refusal = thrown;
        }
      }
      const first = allowed[0];
      if (first === undefined) {
        return callback((refusal ?? new Error('no address')) as NodeJS.ErrnoException, [], 0);
      }
      if (wanted.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}
