import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanArray } from './json-scan.ts';
import { atOnce } from './steps.ts';

function scan(text: string, path: string[]) {
  const body = Buffer.from(text, 'utf8');
  const found = atOnce(scanArray(body, path));
  if (found === null) return null;
  const elements: string[] = [];
  for (let i = 0; i < found.ranges.length; i += 2) elements.push(body.toString('utf8', found.ranges[i], found.ranges[i + 1]));
  return { elements, envelope: JSON.parse(found.envelope.toString('utf8')) };
}

describe('scanArray', () => {
  test('gives every record byte for byte and the envelope without them', () => {
    const text = ' {"total": 2, "page":{"items" : [ {"id":1.10, "t":"a]}\\"\\\\"} , {"id":9007199254740993} ]}, "next":null} ';
    expect(scan(text, ['page', 'items'])).toEqual({
      elements: ['{"id":1.10, "t":"a]}\\"\\\\"}', '{"id":9007199254740993}'],
      envelope: { total: 2, page: { items: [] }, next: null },
    });
  });

  test.each([
    ['an empty array', '{"a":[ ]}', []],
    ['scalars as elements', '{"a":[1, "x,]" ,null,true]}', ['1', '"x,]"', 'null', 'true']],
    ['arrays as elements', '{"a":[[1,[2]],[]]}', ['[1,[2]]', '[]']],
    ['a key written with an escape', '{"\\u0061":[1]}', ['1']],
    ['the same key at another depth', '{"b":{"a":[9]},"a":[1]}', ['1']],
  ])('understands %s', (_name, text, elements) => {
    expect(scan(text, ['a'])!.elements).toEqual(elements);
  });

  test('understands a document that is the array itself', () => {
    expect(scan('[{"a":1},{"a":2}]', [])).toEqual({ elements: ['{"a":1}', '{"a":2}'], envelope: [] });
  });

  test.each([
    ['no such key', '{"b":[]}'],
    ['no array', '{"a":{}}'],
    ['a key that stands twice', '{"a":[1],"a":[2]}'],
    ['a cut answer', '{"a":[{"id":1},{"id'],
    ['a cut array', '{"a":[{"id":1}'],
    ['a missing comma', '{"a":[1 2]}'],
    ['a trailing comma', '{"a":[1,]}'],
    ['text behind the document', '{"a":[1]}x'],
    ['an error page', '<html>Bad gateway</html>'],
    ['nothing', ''],
  ])('is not certain about %s', (_name, text) => {
    expect(scan(text, ['a'])).toBeNull();
  });

  test('agrees with JSON.parse on any document', () => {
    const spaced = fc.tuple(
      fc.jsonValue({ maxDepth: 4 }),
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
      fc.constantFrom(undefined, 1, '\t'),
    );
    fc.assert(
      fc.property(spaced, fc.string(), ([other, records, space], key) => {
        fc.pre(key !== 'other' && key !== '__proto__');
        const text = JSON.stringify({ other, [key]: records, last: other }, null, space);
        fc.pre(JSON.stringify(Object.keys(JSON.parse(text))).length > 0 && key !== 'last');
        const found = scan(text, [key])!;
        expect(found.elements.map((element) => JSON.parse(element))).toEqual(JSON.parse(text)[key]);
        expect(found.envelope).toEqual({ ...JSON.parse(text), [key]: [] });
      }),
      { numRuns: 400 },
    );
  });

  test('never delimits elements in a damaged document that JSON.parse would read otherwise', () => {
    const damaged = fc.tuple(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 }),
      fc.nat(),
      fc.constantFrom('"', '\\', '{', ']', ',', ' ', 'x'),
    );
    fc.assert(
      fc.property(damaged, ([records, at, character]) => {
        const text = JSON.stringify({ a: records, b: 1 });
        const position = at % text.length;
        const broken = text.slice(0, position) + character + text.slice(position + 1);
        let parsed: unknown;
        try {
          parsed = JSON.parse(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
          return;
        }
        const found = atOnce(scanArray(Buffer.from(broken), ['a']));
        if (found === null) return;
        const elements = scan(broken, ['a'])!.elements.map((element) => JSON.parse(element));
        expect(elements).toEqual((parsed as { a: unknown }).a);
      }),
      { numRuns: 1000 },
    );
  });
});
