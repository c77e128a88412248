/** Which addresses may reach the hub: lists, then countries. */
import type { Logger } from '@im/core';
import { clientAddress, toNetworks } from './addresses.ts';
import { createGeo, type GeoRules } from './geo.ts';

/** Rules about addresses. Networks are addresses or CIDR, of IPv4 and IPv6. */
export interface NetworkRules {
  /** Networks that may reach the hub. Default: all. */
  readonly allow?: readonly string[] | undefined;
  /** Networks that may not, whatever `allow` says. Default: none. */
  readonly deny?: readonly string[] | undefined;
  /** Proxies whose `Forwarded` and `X-Forwarded-For` are believed. Default: none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Default: countries do not matter. */
  readonly geo?: GeoRules | undefined;
}

/** Judges requests by where they come from. */
export interface Network {
  /** Whose request it is, as far as it can be told. */
  addressOf(socket: string | undefined, headers: Pick<Headers, 'get'>): string | undefined;
  /** Why it may not pass, for the log; `undefined` when it may. */
  fault(address: string | undefined): string | undefined;
  /** Reads the database of countries again. */
  reload(): void;
}

/** Makes it of rules that were checked. */
export function createNetwork(rules: NetworkRules, logger: Logger): Network {
  const { allow, deny = [] } = rules;
  const allowed = allow && toNetworks(allow);
  const denied = toNetworks(deny);
  const trusted = toNetworks(rules.trustedProxies ?? []);
  const geo = rules.geo && createGeo(rules.geo, logger);
  const judges = allowed !== undefined || denied.size > 0 || geo !== undefined;
  return {
    addressOf: (socket, headers) => clientAddress(socket, headers, trusted),
    fault: (address) => {
      if (!judges) return undefined;
      if (address === undefined) return 'unknown_address';
      if (denied.has(address)) return 'denied';
      if (allowed && !allowed.has(address)) return 'not_allowed';
      return geo?.fault(address);
    },
    reload: () => geo?.reload(),
  };
}
