import { booleanOf, currencyOf, dateOf, integerOf, majorOf, numberOf, timeOf } from './casts.ts';
import { type Condition, conditionTexts, type Expr, type ExprType, type Item, neededOf, typeOf } from './expr.ts';
import { type SourceRow, type Sources, sourcesOf } from './sources.ts';

/** A field's value in its canonical text: of a list and of `json`, their JSON. */
type Value = (row: SourceRow) => string | null;
type Test = (row: SourceRow) => boolean;

const casts = { number: numberOf, integer: integerOf, boolean: booleanOf, time: timeOf, date: dateOf, currency: currencyOf };
const defaultDigits = 2;

/**
 * The mapper of one mapping: a row of its sources (see `projectionSql`) → the JSON text of each field, to be spliced into an answer:
 * no number loses a digit on the way.
 */
export function compileMapper(mapping: { fields: Record<string, Expr> }): (row: SourceRow) => Record<string, string> {
  const sources = sourcesOf(mapping);
  const fields = Object.entries(mapping.fields).map(([name, expr]) => ({ name, write: compileJson(expr, sources) }));
  return (row) => {
    const mapped: Record<string, string> = {};
    for (const { name, write } of fields) mapped[name] = write(row);
    return mapped;
  };
}

/** The same as one text, the members of an object without its braces: `"name":"Ada","amount":12.50`. */
export function compileWriter(mapping: { fields: Record<string, Expr> }): (row: SourceRow) => string {
  const write = compileMembers(mapping.fields, sourcesOf(mapping));
  return (row) => write(row);
}

function compileMembers(fields: Record<string, Expr>, sources: Sources): (row: SourceRow) => string {
  const members = Object.entries(fields).map(([name, expr], i) => ({
    head: `${i === 0 ? '' : ','}${JSON.stringify(name)}:`,
    write: compileJson(expr, sources),
  }));
  return (row) => {
    let text = '';
    for (const { head, write } of members) text += head + write(row);
    return text;
  };
}

function compileJson(expr: Expr, sources: Sources): (row: SourceRow) => string {
  const value = compile(expr, sources);
  const encode = encoderOf(typeOf(expr));
  return (row) => {
    const found = value(row);
    return found === null ? 'null' : encode(found);
  };
}

function encoderOf(type: ExprType): (value: string) => string {
  if (type === 'text') return (value) => JSON.stringify(value);
  if (type === 'time' || type === 'date') return (value) => `"${value}"`;
  return (value) => value;
}

function compile(expr: Expr, sources: Sources): Value {
  if ('constant' in expr) {
    const value = String(expr.constant);
    return () => value;
  }
  if ('first' in expr) return compileFirst(expr.first.map((one) => compile(one, sources)));
  if ('join' in expr)
    return compileJoin(
      expr.join.map((one) => compile(one, sources)),
      expr.separator,
    );
  if ('oneOf' in expr) return compileOneOf(expr, compile(expr.oneOf, sources));
  if ('when' in expr) return compileWhen(expr, sources);
  if ('list' in expr) return compileList(expr.list.map((item) => compileItem(item, neededOf(item, expr.needs), sources)));
  if ('each' in expr) return compileEach(expr, sources);
  if ('minor' in expr) return compileMinor(expr, sources);
  if ('as' in expr) return cast(casts[expr.as], compile(expr.of, sources));
  if ('json' in expr) return read(sources.json(expr.json));
  if ('text' in expr) return read(sources.text(expr.text));
  const [kind, path] = Object.entries(expr)[0] as [keyof typeof casts, string];
  return cast(casts[kind], read(sources.text(path)));
}

function cast(to: (text: string) => string | null, from: Value): Value {
  return (row) => {
    const text = from(row);
    return text === null ? null : to(text);
  };
}

/** Rows come from the projection: what stands at this place is a text or null. */
function read(place: number): Value {
  return (row) => row[place] as string | null;
}

function compileFirst(values: Value[]): Value {
  return (row) => {
    for (const value of values) {
      const found = value(row);
      if (found !== null) return found;
    }
    return null;
  };
}

function compileJoin(values: Value[], separator: string): Value {
  return (row) => {
    const found = values.map((value) => value(row)).filter((one) => one !== null);
    return found.length === 0 ? null : found.join(separator);
  };
}

function compileOneOf({ values, other = null }: { values: Record<string, string>; other?: string | null }, from: Value): Value {
  const known = new Map(Object.entries(values));
  return (row) => {
    const text = from(row);
    return text === null ? null : (known.get(text) ?? other);
  };
}

function compileMinor(
  { minor, currency, digits }: { minor: string; currency: string; digits: Record<string, number> },
  sources: Sources,
): Value {
  const known = new Map(Object.entries(digits));
  const amount = read(sources.text(minor));
  const code = read(sources.text(currency));
  return (row) => {
    const text = amount(row);
    const unit = code(row);
    return text === null || unit === null ? null : majorOf(text, known.get(unit) ?? defaultDigits);
  };
}

function compileWhen(expr: { when: Condition; gives: Expr; otherwise?: Expr }, sources: Sources): Value {
  const test = compileCondition(expr.when, sources);
  const value = compile(expr.gives, sources);
  const otherwise: Value = expr.otherwise ? compile(expr.otherwise, sources) : () => null;
  return (row) => (test(row) ? value(row) : otherwise(row));
}

function compileCondition(condition: Condition, sources: Sources): Test {
  if ('all' in condition) {
    const tests = condition.all.map((one) => compileCondition(one, sources));
    return (row) => tests.every((test) => test(row));
  }
  if ('not' in condition) {
    const test = compileCondition(condition.not, sources);
    return (row) => !test(row);
  }
  const from = read(sources.text(condition.path));
  if ('startsWith' in condition) return (row) => from(row)?.startsWith(condition.startsWith) ?? false;
  const texts = new Set(condition.is.flatMap((value) => (value === null ? [] : conditionTexts(value))));
  const takesAbsent = condition.is.includes(null);
  return (row) => {
    const text = from(row);
    return text === null ? takesAbsent : texts.has(text);
  };
}

function compileItem(item: Item, needs: string[], sources: Sources): Value {
  const needed = needs.map((name) => compile(item[name]!, sources));
  const write = compileMembers(item, sources);
  return (row) => (needed.every((value) => value(row) === null) ? null : `{${write(row)}}`);
}

function compileList(items: Value[]): Value {
  return (row) => listOf(items, (item) => item(row));
}

function compileEach(expr: { each: string; item: Item; needs?: string[] }, sources: Sources): Value {
  const { place, inner } = sources.each(expr.each);
  const item = compileItem(expr.item, neededOf(expr.item, expr.needs), inner);
  return (row) => {
    const elements = row[place] as SourceRow[] | null;
    return elements === null ? '[]' : listOf(elements, item);
  };
}

/** One text grows: an array to be joined would cost more than all the entries. */
function listOf<T>(parts: T[], entryOf: (part: T) => string | null): string {
  let text = '';
  for (const part of parts) {
    const entry = entryOf(part);
    if (entry !== null) text += text === '' ? entry : `,${entry}`;
  }
  return `[${text}]`;
}
