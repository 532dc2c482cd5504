import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitiseJson } from './json-sanitise.ts';

const sanitise = (text: string) => sanitiseJson(Buffer.from(text, 'latin1')).raw.toString('latin1');

describe('sanitiseJson', () => {
  test('gives the same buffer back when there is nothing to replace', () => {
    const raw = Buffer.from('{"a":"ü \\ud83d\\ude00 \\\\u0000","n":1.10}', 'utf8');
    expect(sanitiseJson(raw)).toEqual({ raw, isSanitised: false });
    expect(sanitiseJson(raw).raw).toBe(raw);
  });

  test.each([
    ['U+0000', '"a\\u0000b"', '"a\\ufffdb"'],
    ['a lone high surrogate', '"\\ud83d!"', '"\\ufffd!"'],
    ['a lone low surrogate', '"\\uDE00"', '"\\ufffd"'],
    ['two high surrogates', '"\\ud83d\\ud83d\\ude00"', '"\\ufffd\\ud83d\\ude00"'],
    ['one behind an escaped backslash', '"\\\\\\u0000"', '"\\\\\\ufffd"'],
    ['numbers stay as they came', '{"n":9007199254740993,"d":1.10,"z":"\\u0000"}', '{"n":9007199254740993,"d":1.10,"z":"\\ufffd"}'],
  ])('replaces %s', (_name, text, expected) => {
    expect(sanitise(text)).toBe(expected);
  });

  test('replaces bytes that are not UTF-8, encoded surrogates among them', () => {
    const { raw, isSanitised } = sanitiseJson(Buffer.from([0x22, 0xff, 0xed, 0xa0, 0x80, 0x22]));
    expect({ text: raw.toString('utf8'), isSanitised }).toEqual({ text: '"\ufffd\ufffd\ufffd\ufffd"', isSanitised: true });
  });

  test('leaves the buffer that it got untouched', () => {
    const raw = Buffer.from('"\\u0000"');
    sanitiseJson(raw);
    expect(raw.toString()).toBe('"\\u0000"');
  });

  test('turns any JSON text into one with well-formed strings, and changes nothing else', () => {
    const unit = fc.oneof(fc.constantFrom(0, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0x5c, 0x22, 0x75), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const escaped = units.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
        const { raw } = sanitiseJson(Buffer.from(`"${escaped}"`));
        const value = JSON.parse(raw.toString('utf8')) as string;
        expect(value).toBe(
          String.fromCharCode(...units)
            .replaceAll('\u0000', '\ufffd')
            .toWellFormed(),
        );
      }),
    );
  });
});
