import { expect, test } from 'vitest';
import { isBlockedAddress } from './blocked-address.ts';

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.0.1',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::a00:1',
  '2002:7f00:1::1',
  '::7f00:1',
  'fec0::1',
])('the private address %s is blocked', (address) => {
  expect(isBlockedAddress(address)).toBe(true);
});

test.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])('the public address %s is not blocked', (address) => {
  expect(isBlockedAddress(address)).toBe(false);
});
