import net from 'node:net';

/** Addresses that nobody whom we call lives at: private, loopback, link-local, CGNAT, multicast, reserved, ULA, and IPv6 that wraps IPv4 (NAT64, 6to4). */
const blocked = new net.BlockList();
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  blocked.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  blocked.addSubnet(address, prefix, 'ipv6');

/** A host that is a literal address and blocked: one like that is never looked up. IPv6 may stand in brackets, as URLs have it. */
export function isBlockedLiteral(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, '');
  return net.isIP(address) !== 0 && isBlockedAddress(address);
}

/** IPv4 addresses written as IPv6 (`::ffff:127.0.0.1`) are checked by the IPv4 rules. */
export function isBlockedAddress(address: string): boolean {
  return blocked.check(address, net.isIPv6(address) ? 'ipv6' : 'ipv4');
}
