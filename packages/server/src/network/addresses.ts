/**
 * Addresses of clients. Behind proxies the socket's address is the proxy's; who came is in a header that anybody can write.
 * So the chain is read from its right end, where the nearest proxy wrote, and only as far as the proxies are trusted:
 * the first address that is not a trusted proxy's is the client's, whatever stands to the left of it.
 *
 * `Forwarded` (RFC 7239) is read where it stands, else `X-Forwarded-For`. An element that is no address (`unknown`, `_hidden`)
 * ends the walk: then the proxy that wrote it is all that is known.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Networks by CIDR, or single addresses, of both families. */
export interface Networks {
  has(address: string): boolean;
  readonly size: number;
}

/** What is wrong with one, to stand behind its place; `undefined` when it is right. */
export function networkFault(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0)
    return 'is no address and no network, such as 10.0.0.0/8 or 2001:db8::/32';
  if (bits === undefined) return undefined;
  const most = family === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? undefined : `must have a length from 0 to ${most}`;
}

/** Reads networks that have no {@link networkFault}. */
export function toNetworks(list: readonly string[]): Networks {
  const blocks = new BlockList();
  for (const text of list) {
    const [address = '', bits] = text.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) blocks.addAddress(address, family);
    else blocks.addSubnet(address, Number(bits), family);
  }
  return {
    size: list.length,
    has: (address) => list.length > 0 && blocks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'),
  };
}

/** An address in one form: IPv4 in IPv6 as IPv4, without a zone. `undefined`: it is none. */
export function plainAddress(text: string | undefined): string | undefined {
  const address = text?.replace(/%.*$/s, '') ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined && isIP(mapped) === 4) return mapped;
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

/** Elements of a chain that are looked at, at most. */
const longestChain = 32;

/** Whose request it is, by the socket and, through trusted proxies, by the headers. `undefined`: it cannot be told. */
export function clientAddress(
  socket: string | undefined,
  headers: Pick<Headers, 'get'>,
  trusted: Networks,
): string | undefined {
  let client = plainAddress(socket);
  if (client === undefined || !trusted.has(client)) return client;
  for (const element of chainOf(headers).reverse().slice(0, longestChain)) {
    const address = plainAddress(element);
    if (address === undefined) return client;
    client = address;
    if (!trusted.has(client)) return client;
  }
  return client;
}

function chainOf(headers: Pick<Headers, 'get'>): string[] {
  const forwarded = headers.get('forwarded');
  if (forwarded) return forwarded.split(',').map(forOf);
  return (headers.get('x-forwarded-for') ?? '').split(',').map((part) => withoutPort(part.trim()));
}

/** The `for` of one element: `for="[2001:db8::1]:4711";proto=https`. */
function forOf(element: string): string {
  const value = /(?:^|;)\s*for\s*=\s*(?:"([^"]*)"|([^;\s"]*))/i.exec(element);
  return withoutPort(value?.[1] ?? value?.[2] ?? '');
}

function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
}

const loopback = toNetworks(['127.0.0.0/8', '::1']);

/** Whether it is this machine's own: an address of the loopback, or `localhost`. */
export function isLoopback(host: string): boolean {
  if (host === '127.0.0.1') return true;
  const name = host.replace(/^\[|\]$/g, '');
  return name.toLowerCase() === 'localhost' || loopback.has(plainAddress(name) ?? '0.0.0.0');
}
