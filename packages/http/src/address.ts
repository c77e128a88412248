/** Which IP addresses are public, by the registries of IANA. */
import ipaddr from 'ipaddr.js';

/**
 * Blocks that are not public unicast.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const specialBlocks = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, cloud metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relay
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '::/96', // unspecified, loopback, IPv4-compatible
  '::ffff:0:0/96', // IPv4-mapped
  '::ffff:0:0:0/96', // IPv4-translated
  '64:ff9b:1::/48', // local-use NAT64
  '100::/64', // discard
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
  '5f00::/16', // segment routing
  'fc00::/7', // unique local
  'fe80::/10', // link-local
  'fec0::/10', // site-local
  'ff00::/8', // multicast
] as const;

const blocks = specialBlocks.map((block) => ipaddr.parseCIDR(block));
const nat64 = ipaddr.parseCIDR('64:ff9b::/96');

/** Whether `host` is an IP address rather than a name. */
export function isAddress(host: string): boolean {
  return ipaddr.isValid(host);
}

/**
 * Whether `address` is public unicast. An address of the well-known NAT64 prefix (RFC 6052) is judged by the IPv4
 * address inside it, since that is where it leads; every other form that carries one is refused.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address.replace(/%.*$/, ''));
  if (parsed.kind() === 'ipv6' && parsed.match(nat64)) {
    return isPublicAddress(parsed.toByteArray().slice(12).join('.'));
  }
  return !blocks.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
}
