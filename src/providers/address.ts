import { BlockList, isIP } from 'node:net';

/** Where an address leads. `never`: link-local and cloud metadata, multicast, documentation, tunnels and everything that is reserved. */
export type Reach = 'public' | 'loopback' | 'private' | 'never';

const loopback = listOf(['127.0.0.0/8', '::1/128']);
// 100.64.0.0/10 is what carriers and overlay networks hand out; fc00::/7 is the private range of IPv6.
const privateNetworks = listOf(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);
const reserved = listOf([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
]);
const globalUnicast = listOf(['2000::/3']);

/** Classifies an IP address as Node and URL spell it; whatever is no address, or none that we know, is `never`. */
export function reachOf(address: string): Reach {
  const plain = withoutMapping(address);
  const family = isIP(plain);
  if (family === 0) return 'never';
  const within = (list: BlockList) => list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
  if (within(loopback)) return 'loopback';
  if (within(privateNetworks)) return 'private';
  if (within(reserved)) return 'never';
  return family === 4 || within(globalUnicast) ? 'public' : 'never';
}

/** `::ffff:7f00:1` and `::ffff:127.0.0.1` are 127.0.0.1 to the kernel. */
function withoutMapping(address: string): string {
  const [, dotted, high, low] =
    /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  if (high === undefined || low === undefined) return address;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join('.');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
