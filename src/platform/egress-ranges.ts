import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Addresses that no URL of a user may reach. Wider than "private": everything the IANA special-purpose registries name,
 * addresses that carry another address inside (their inner one may be anything, and which gateway unwraps it is not
 * ours to know), and services of cloud hosts that answer on public addresses. The first row that matches names the reason.
 */
export const refusedRanges: readonly (readonly [cidr: string, why: string])[] = [
  ['100.100.100.200/32', 'cloud metadata (Alibaba)'],
  ['168.63.129.16/32', 'cloud metadata (Azure WireServer, a public address)'],
  ['169.254.169.254/32', 'cloud metadata'],
  ['192.0.0.192/32', 'cloud metadata (Oracle)'],
  ['0.0.0.0/8', 'this network, reaches the host itself on Linux (RFC 791)'],
  ['10.0.0.0/8', 'private (RFC 1918)'],
  ['100.64.0.0/10', 'shared address space of carriers (RFC 6598)'],
  ['127.0.0.0/8', 'loopback (RFC 1122)'],
  ['169.254.0.0/16', 'link-local (RFC 3927)'],
  ['172.16.0.0/12', 'private (RFC 1918)'],
  ['192.0.0.0/24', 'IETF protocol assignments (RFC 6890)'],
  ['192.0.2.0/24', 'documentation (RFC 5737)'],
  ['192.31.196.0/24', 'AS112 (RFC 7535)'],
  ['192.52.193.0/24', 'automatic multicast tunneling (RFC 7450)'],
  ['192.88.99.0/24', '6to4 relay (RFC 7526)'],
  ['192.168.0.0/16', 'private (RFC 1918)'],
  ['192.175.48.0/24', 'AS112 (RFC 7534)'],
  ['198.18.0.0/15', 'benchmarking (RFC 2544)'],
  ['198.51.100.0/24', 'documentation (RFC 5737)'],
  ['203.0.113.0/24', 'documentation (RFC 5737)'],
  ['224.0.0.0/4', 'multicast (RFC 5771)'],
  ['255.255.255.255/32', 'broadcast (RFC 919)'],
  ['240.0.0.0/4', 'reserved (RFC 1112)'],

  ['fd00:ec2::254/128', 'cloud metadata (AWS)'],
  ['fd20:ce::254/128', 'cloud metadata (Google)'],
  ['::/128', 'unspecified (RFC 4291)'],
  ['::1/128', 'loopback (RFC 4291)'],
  ['::ffff:0:0/96', 'IPv4-mapped (RFC 4291)'],
  ['::/96', 'IPv4-compatible (RFC 4291)'],
  ['::ffff:0:0:0/96', 'IPv4-translated (RFC 2765)'],
  ['64:ff9b::/96', 'NAT64 (RFC 6052)'],
  ['64:ff9b:1::/48', 'local NAT64 (RFC 8215)'],
  ['100::/64', 'discard-only (RFC 6666)'],
  ['100:0:0:1::/64', 'dummy prefix (RFC 9780)'],
  ['2001::/32', 'Teredo (RFC 4380)'],
  ['2001:2::/48', 'benchmarking (RFC 5180)'],
  ['2001::/23', 'IETF protocol assignments, ORCHID among them (RFC 2928)'],
  ['2001:db8::/32', 'documentation (RFC 3849)'],
  ['2002::/16', '6to4 (RFC 3056)'],
  ['2620:4f:8000::/48', 'AS112 (RFC 7534)'],
  ['3ffe::/16', '6bone, returned (RFC 3701)'],
  ['3fff::/20', 'documentation (RFC 9637)'],
  ['5f00::/16', 'segment routing SIDs (RFC 9602)'],
  ['fc00::/7', 'unique local (RFC 4193)'],
  ['fe80::/10', 'link-local (RFC 4291)'],
  ['fec0::/10', 'site-local, deprecated (RFC 3879)'],
  ['ff00::/8', 'multicast (RFC 4291)'],
];

type Address = ReturnType<typeof ipaddr.parse>;
/** A network and the length of its prefix. */
export type Range = ReturnType<typeof ipaddr.parseCIDR>;

const table = refusedRanges.map(([cidr, why]) => ({ range: ipaddr.parseCIDR(cidr), why }));
/** All that IANA has handed out of IPv6 for unicast. What it may hand out later is refused until it is known here. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** An address as the operating system writes it; undefined for everything else, zone ids and octal spellings included. */
export const parseAddress = (text: string): Address | undefined =>
  isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.parse(text);

/** Whether the range holds the address; an address of the other family is never inside. */
export const inRange = (address: Address, [network, prefixBits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network, prefixBits);

/** Why this address must not be dialled, or undefined when it may. */
export function refuseAddress(address: Address): string | undefined {
  const row = table.find(({ range }) => inRange(address, range));
  if (row !== undefined) return row.why;
  return address.kind() === 'ipv6' && !inRange(address, globalUnicast) ? 'not global unicast (RFC 4291)' : undefined;
}
