import { expect, test } from 'vitest';
import { giveBack, takeBuffer } from './body-buffers.ts';

test('memory that was lent serves again, once for each time that it is given back', () => {
  const first = takeBuffer(100_000);
  giveBack(first.subarray(10, 20));
  giveBack(first);
  const again = takeBuffer(90_000);
  expect(again.buffer).toBe(first.buffer);
  expect(takeBuffer(90_000).buffer).not.toBe(first.buffer);
});

test.each([
  ['a small body', () => takeBuffer(100)],
  ['memory that Node shares among small Buffers', () => Buffer.allocUnsafe(100)],
  ['a Buffer of somebody else, of the size of ours', () => Buffer.allocUnsafeSlow(128 * 1024)],
])('%s is never lent to others', (_what, make) => {
  const others = make();
  giveBack(others);
  const bodies = Array.from({ length: 20 }, () => takeBuffer(Math.max(others.buffer.byteLength >> 1, 33_000)));
  for (const body of bodies) expect(body.buffer).not.toBe(others.buffer);
});
