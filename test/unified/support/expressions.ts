import fc from 'fast-check';
import type { CastType, Condition, Expr, Item } from '../../../src/base/mapping/expr.ts';
import { oddValue as value } from './odd-values.ts';

const paths = ['a', 'b', 'c.d', 'a|c.d'] as const;
const path = fc.constantFrom(...paths);
/** Two expressions of one kind, at two places. */
const alike = fc
  .tuple(fc.constantFrom('text', 'number', 'integer', 'boolean', 'time', 'date', 'currency', 'json'), path, path)
  .map(([kind, one, two]) => [{ [kind]: one } as Expr, { [kind]: two } as Expr] as const);
const scalar = alike.map(([one]) => one);
const words = fc.constantFrom('open', 'Call', 'true', "it's", 'back\\slash', '1');
const textual: fc.Arbitrary<Expr> = fc.oneof(
  path.map((text) => ({ text })),
  words.map((constant) => ({ constant })),
);
const test: fc.Arbitrary<Condition> = fc.letrec<{ one: Condition }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 2 },
    fc.record({ path, is: fc.array(fc.constantFrom('open', 'true', 0, 1, true, false, null), { minLength: 1, maxLength: 3 }) }),
    fc.record({ path, startsWith: fc.constantFrom('0', 'o', '%', "'") }),
    fc.array(tie('one'), { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
    tie('one').map((not) => ({ not })),
  ),
})).one;

const item: fc.Arbitrary<Item> = fc.record({
  one: fc.constantFrom<Expr>(
    ...(['text', 'number', 'time', 'date', 'json', 'boolean'] as const).map((kind) => ({ [kind]: 'value' }) as Expr),
  ),
  two: fc.constantFrom<Expr>({ text: 'label' }, { constant: 'x' }, { minor: 'value', currency: 'label', digits: { jpy: 0 } }),
});
const fixedItem: fc.Arbitrary<Item> = fc.record({ one: scalar, two: textual });
const needs = fc.constantFrom<{ needs?: string[] }>({}, { needs: ['one'] }, { needs: ['two'] }, { needs: ['one', 'two'] });
const other = fc.oneof(
  fc.constant({}),
  words.map((word) => ({ other: word })),
);

/** Expressions of every kind, over the records of `smallRecord`. */
export const expression: fc.Arbitrary<Expr> = fc.oneof(
  scalar,
  scalar,
  fc.tuple(path, path).map(([minor, currency]): Expr => ({ minor, currency, digits: { jpy: 0, bhd: 3 } })),
  fc.tuple(fc.constantFrom<CastType>('number', 'integer', 'boolean', 'time', 'date'), textual).map(([as, of]): Expr => ({ as, of })),
  alike.map((first): Expr => ({ first: [...first] })),
  fc
    .tuple(fc.array(textual, { minLength: 1, maxLength: 3 }), fc.constantFrom(' ', '', 'T', "'"))
    .map(([join, separator]): Expr => ({ join, separator })),
  fc
    .tuple(textual, fc.dictionary(words, words, { maxKeys: 3, noNullPrototype: true }), other)
    .map(([oneOf, values, rest]): Expr => ({ oneOf, values, ...rest })),
  fc
    .tuple(test, alike, fc.boolean())
    .map(([when, [gives, otherwise], isWhole]): Expr => ({ when, gives, ...(isWhole ? { otherwise } : {}) })),
  fc.tuple(fc.array(fixedItem, { maxLength: 2 }), needs).map(([list, given]): Expr => ({ list, ...given })),
  fc.tuple(path, item, needs).map(([each, one, given]): Expr => ({ each, item: one, ...given })),
  fc.tuple(path, item).map(([each, one]): Expr => ({ each, item: { one: { each: 'inner', item: one } }, needs: ['one'] })),
);

const element = fc.tuple(value, value).map(([one, two]) => `{"value":${one},"label":${two},"inner":[{"value":${two},"label":${one}}]}`);
const member = fc.oneof(
  { weight: 3, arbitrary: value },
  { weight: 1, arbitrary: fc.array(fc.oneof(element, value), { maxLength: 3 }).map((list) => `[${list}]`) },
);
export const smallRecord: fc.Arbitrary<string> = fc
  .tuple(fc.option(member), fc.option(member), fc.option(member))
  .map(([a, b, d]) => `{${[a && `"a":${a}`, b && `"b":${b}`, d && `"c":{"d":${d}}`].filter(Boolean)}}`);
