import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactNumber, parseExact } from '../../sdk/src/index.ts';

describe('the lossless reader', () => {
  test.each([
    '9007199254740993',
    '12345678901234567890',
    '-98765432109876543210',
    '0.12345678901234567891',
    '1e400',
    '-1e400',
    '3.00000000000000000001',
    '1E-400',
  ])('keeps the digits of %s, which JavaScript would round', (text) => {
    const value = (parseExact(`{"n":${text}}`) as { n: unknown }).n;
    expect(value).toBeInstanceOf(ExactNumber);
    expect((value as ExactNumber).text).toBe(text);
    expect(JSON.stringify({ n: value })).toBe(`{"n":${text}}`);
  });

  test.each([
    '0',
    '-0',
    '1',
    '1.10',
    '1.5',
    '9007199254740992',
    '1e2',
    '1E+2',
    '0.1',
    '0.30000000000000004',
    '100000000000000000000',
    '-2.50e-3',
    '0.000',
  ])('leaves %s a number: nothing is lost', (text) => {
    expect(parseExact(`[${text}]`)).toEqual([Number(text)]);
  });

  test('numbers in strings and keys are left alone', () => {
    const text = '{"12345678901234567890":"12345678901234567890","uuid":"4e2a-9e9"}';
    expect(parseExact(text)).toEqual(JSON.parse(text));
  });

  test('reads whatever JSON.parse reads, and what doubles can hold becomes the same number', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(parseExact(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(parseExact(JSON.stringify([number]))).toEqual([JSON.parse(JSON.stringify(number))]);
      }),
    );
  });

  test('any decimal survives reading and writing by value', () => {
    const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength });
    fc.assert(
      fc.property(fc.bigInt(), digits(30), fc.integer({ min: -30, max: 30 }), (whole, fraction, exponent) => {
        const text = `${whole}.${fraction}e${exponent}`;
        const written = JSON.stringify(parseExact(`[${text}]`)).slice(1, -1);
        expect(decimalOf(written)).toEqual(decimalOf(text));
      }),
    );
  });
});

/** A decimal as digits without trailing zeros and a power of ten, by another way than the reader's own. */
function decimalOf(text: string): { digits: bigint; power: number } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  let digits = BigInt(whole + fraction);
  let power = Number(exponent) - fraction.length;
  if (digits === 0n) return { digits, power: 0 };
  for (; digits % 10n === 0n; digits /= 10n) power++;
  return { digits, power };
}
