import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntList } from './int-list.ts';
import { createPicker, type Picked } from './json-pick.ts';
import { compilePath, readPath } from './path.ts';

function pick(text: string, ...paths: string[]): Picked[] | null {
  const picker = createPicker(paths.map(compilePath));
  const body = Buffer.from(text, 'utf8');
  return picker.walk(body, 0) === body.length ? paths.map((_path, i) => picker.value(i)) : null;
}

describe('createPicker', () => {
  test('picks strings, numbers as written, marks and what is nested', () => {
    const text = '{"a":"x\\"ü","b": 9007199254740993 ,"c":{"d":1.10,"e":true},"f":null,"g":[1]}';
    expect(pick(text, 'a', 'b', 'c.d', 'c.e', 'f', 'g', 'h', 'c')).toEqual([
      'x"ü',
      { number: '9007199254740993' },
      { number: '1.10' },
      true,
      null,
      { nested: true },
      undefined,
      { nested: true },
    ]);
  });

  test('of a key that stands twice the last counts, with everything below it', () => {
    expect(pick('{"a":1,"a":2,"p":{"q":1},"p":{}}', 'a', 'p.q')).toEqual([{ number: '2' }, undefined]);
  });

  test('takes the first alternative that is there and not null', () => {
    expect(pick('{"b":"B","a":null}', 'a|b', 'x|a', 'x\\.y|b')).toEqual(['B', null, 'B']);
  });

  test.each(['', '1', '[]', '{"a":1', '{"a" 1}', '{"a":1,}', '{a:1}', '{"a":1}x', '{"a":{"b":1}'])('refuses %s', (text) => {
    expect(pick(text, 'a.b')).toBeNull();
  });

  test('a picker keeps nothing from the record before', () => {
    const picker = createPicker([compilePath('a.b')]);
    const [first, second] = [Buffer.from('{"a":{"b":1}}'), Buffer.from('{"a":7}')];
    expect([picker.walk(first, 0), picker.value(0)]).toEqual([first.length, { number: '1' }]);
    const saved = new IntList();
    picker.save(saved);
    expect([picker.walk(second, 0), picker.value(0)]).toEqual([second.length, undefined]);
    picker.restore(first, saved, 0);
    expect(picker.value(0)).toEqual({ number: '1' });
  });

  test('agrees with JSON.parse on any object', () => {
    // Escaped keys differ in length: after {"a":1,"\\":2} Node 24.21 (V8 13.6) parses {"a":1,"\"":2} with the earlier object's key.
    const keys = fc.constantFrom('a', 'b', 'c', 'quoted"', 'back\\', 'ü', 'a\n', 'a.b', 'a|b');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(fc.integer()),
        tie('object'),
      ),
      object: fc.dictionary(keys, tie('any'), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(
        value.object,
        fc.array(keys, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(undefined, 2),
        (object, segments, space) => {
          const text = JSON.stringify(object, null, space);
          const path = segments.map((segment) => segment.replace(/[\\.|]/g, '\\$&')).join('.');
          const expected = readPath(JSON.parse(text), compilePath(path));
          const [picked] = pick(text, path)!;
          if (typeof expected === 'number') expect(Number((picked as { number: string }).number)).toBe(expected);
          else if (typeof expected === 'object' && expected !== null) expect(picked).toEqual({ nested: true });
          else expect(picked).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
