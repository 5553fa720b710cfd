import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reachOf } from '../../src/providers/address.ts';

test.each([
  [
    'public',
    ['1.1.1.1', '93.184.216.34', '172.15.255.255', '172.32.0.0', '11.0.0.0', '9.255.255.255', '100.63.255.255'],
  ],
  [
    'public',
    ['100.128.0.0', '169.253.255.255', '192.167.255.255', '223.255.255.255', '2606:4700::1111', '2a00:1450::1'],
  ],
  ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::FFFF:7F00:1']],
  [
    'private',
    ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '100.127.255.255'],
  ],
  ['private', ['fc00::1', 'fdff::1', '::ffff:10.0.0.1', '::ffff:a00:1']],
  ['never', ['0.0.0.0', '0.1.2.3', '169.254.169.254', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255']],
  ['never', ['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '::ffff:169.254.169.254']],
  ['never', ['::', 'fe80::1', 'fec0::1', 'ff02::1', '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '::127.0.0.1', '100::1']],
  ['never', ['2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '4000::1', '::ffff:0:7f00:1']],
  ['never', ['', 'localhost', '127.1', '0x7f.0.0.1', '1.2.3', '[::1]', 'nowhere', '127.0.0.1 ']],
] as const)('is %s: %s', (reach, addresses) => {
  expect(Object.fromEntries(addresses.map((one) => [one, reachOf(one)]))).toEqual(
    Object.fromEntries(addresses.map((one) => [one, reach])),
  );
});

test('an IPv4 address leads to the same place when it is mapped into IPv6, in either spelling', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
      const hex = `::ffff:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
      expect([reachOf(`::ffff:${address}`), reachOf(hex)]).toEqual([reachOf(address), reachOf(address)]);
    }),
  );
});
