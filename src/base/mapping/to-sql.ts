import type { FieldType } from '../field-type.ts';
import { compilePath } from '../path.ts';
import { castSql, jsonSql, sqlTypes } from './cast-sql.ts';
import { type Condition, conditionTexts, type Expr, type Item, neededOf, typeOf } from './expr.ts';
import { type Source, type Sources, sourcesOf } from './sources.ts';
import { quote, textArray } from './sql-text.ts';

/** A function takes no more arguments. */
const argumentsMax = 100;
const defaultDigits = 2;

/** A column of a view, and the type of SQL that it has. */
export interface MappedColumn {
  name: string;
  sql: string;
  type: string;
}

/** One JSON array of everything that the mapper reads; `raw` is an expression that gives the record. */
export function projectionSql(mapping: { fields: Record<string, Expr> }, raw: string): string {
  return rowSql(sourcesOf(mapping), raw, 1);
}

/** The same as an array of texts, of which a list is the text of its rows: for many rows half the work. See `sourceRowOf`. */
export function sourceTextsSql(mapping: { fields: Record<string, Expr> }, raw: string): string {
  const texts = sourcesOf(mapping).entries.map((source) => {
    const sql = sourceSql(source, raw, 1);
    return source.kind === 'each' ? `(${sql})::text` : sql;
  });
  return `array[${texts.join(', ')}]::text[]`;
}

/** The same as columns `s0`, `s1` … of a sub-select, for `columnsSql`. */
export function sourceColumnsSql(mapping: { fields: Record<string, Expr> }, raw: string): string[] {
  return sourcesOf(mapping).entries.map((source, i) => `${sourceSql(source, raw, 1)} as s${i}`);
}

/** The fields as columns, from the source columns under the alias. A field that gives nothing has the type that `types` says. */
export function columnsSql(
  mapping: { fields: Record<string, Expr> },
  { alias, types }: { alias: string; types: Record<string, FieldType | 'list'> },
): MappedColumn[] {
  const scope: Scope = { sources: sourcesOf(mapping), text: (i) => `${alias}.s${i}`, rows: (i) => `${alias}.s${i}`, depth: 1 };
  return Object.entries(mapping.fields).map(([name, expr]) => {
    const type = sqlTypes[types[name]!];
    return { name, sql: `(${exprSql(expr, scope)})::${type}`, type };
  });
}

/** Whether the record fulfils the condition: true or false, never null. */
export function conditionSql(condition: Condition, raw: string): string {
  return testSql(condition, (path) => textSql(path, raw));
}

/** Where the sources of an expression stand. */
interface Scope {
  sources: Sources;
  text(place: number): string;
  rows(place: number): string;
  depth: number;
}

function rowSql(sources: Sources, raw: string, depth: number): string {
  const values = sources.entries.map((source) => sourceSql(source, raw, depth));
  const parts: string[] = [];
  for (let at = 0; at < values.length || at === 0; at += argumentsMax)
    parts.push(`jsonb_build_array(${values.slice(at, at + argumentsMax).join(', ')})`);
  return parts.join(' || ');
}

function sourceSql(source: Source, raw: string, depth: number): string {
  if (source.kind === 'text') return textSql(source.path, raw);
  if (source.kind === 'json') return `${jsonAt(source.path, raw)}::text`;
  const list = jsonAt(source.path, raw);
  const element = `e${depth}`;
  return `case when jsonb_typeof(${list}) = 'array' then (select jsonb_agg(${rowSql(source.inner, `${element}.value`, depth + 1)} order by ${element}.place) from jsonb_array_elements(${list}) with ordinality ${element}(value, place)) end`;
}

/** An empty text is nothing. */
function textSql(path: string, raw: string): string {
  return firstOf(path, (segments) => (segments === null ? `nullif(${raw} #>> '{}', '')` : `nullif(${raw} #>> ${segments}, '')`));
}

function jsonAt(path: string, raw: string): string {
  return firstOf(path, (segments) => `nullif(${segments === null ? raw : `${raw} #> ${segments}`}, 'null'::jsonb)`);
}

/** `a|b` is the first that is there; an empty path is the value itself. */
function firstOf(path: string, at: (segments: string | null) => string): string {
  const found = compilePath(path).alternatives.map((segments) => at(path === '' ? null : textArray(segments)));
  return found.length === 1 ? found[0]! : `coalesce(${found.join(', ')})`;
}

function exprSql(expr: Expr, scope: Scope): string {
  const { sources } = scope;
  if ('constant' in expr) return constantSql(expr.constant);
  if ('first' in expr) return expr.first.length === 0 ? 'null' : `coalesce(${expr.first.map((one) => exprSql(one, scope)).join(', ')})`;
  if ('join' in expr) {
    const parts = expr.join.map((one) => exprSql(one, scope));
    return `case when coalesce(${parts.join(', ')}) is not null then concat_ws(${quote(expr.separator)}, ${parts.join(', ')}) end`;
  }
  if ('oneOf' in expr) return oneOfSql(expr, exprSql(expr.oneOf, scope));
  if ('when' in expr) {
    const test = testSql(expr.when, (path) => scope.text(sources.text(path)));
    const otherwise = expr.otherwise ? ` else ${exprSql(expr.otherwise, scope)}` : '';
    return `case when ${test} then ${exprSql(expr.gives, scope)}${otherwise} end`;
  }
  if ('list' in expr) {
    const entries = expr.list.map((item) => itemSql(item, neededOf(item, expr.needs), scope));
    return `to_jsonb(array_remove(array[${entries.join(', ')}]::jsonb[], null))`;
  }
  if ('each' in expr) return eachSql(expr, scope);
  if ('minor' in expr) return minorSql(expr, scope);
  if ('as' in expr) return castSql(expr.as, `(${exprSql(expr.of, scope)})`);
  if ('json' in expr) return `(${scope.text(sources.json(expr.json))})::jsonb`;
  const [kind, path] = Object.entries(expr)[0] as [Exclude<FieldType, 'json'> | 'currency', string];
  return castSql(kind, scope.text(sources.text(path)));
}

function constantSql(value: string | number | boolean): string {
  if (typeof value === 'string') return `${quote(value)}::text`;
  return typeof value === 'number' ? `${quote(String(value))}::numeric` : String(value);
}

function oneOfSql({ values, other }: { values: Record<string, string>; other?: string }, text: string): string {
  const known = Object.entries(values).map(([theirs, ours]) => `when ${quote(theirs)} then ${quote(ours)}::text`);
  const rest = other === undefined ? '' : ` else ${quote(other)}::text`;
  if (known.length === 0) return other === undefined ? 'null::text' : `case when (${text}) is not null then ${quote(other)}::text end`;
  return `case when (${text}) is not null then case (${text}) ${known.join(' ')}${rest} end end`;
}

function minorSql({ minor, currency, digits }: { minor: string; currency: string; digits: Record<string, number> }, scope: Scope): string {
  const code = scope.text(scope.sources.text(currency));
  const known = Object.entries(digits).map(([unit, count]) => `when ${quote(unit)} then ${unitSql(count)}`);
  const factor = known.length === 0 ? unitSql(defaultDigits) : `case ${code} ${known.join(' ')} else ${unitSql(defaultDigits)} end`;
  return `case when ${code} is not null then (${castSql('number', scope.text(scope.sources.text(minor)))}) * ${factor} end`;
}

/** 2 → 0.01: so many digits more stand behind the point, and none is lost. */
function unitSql(digits: number): string {
  return digits === 0 ? '1::numeric' : `0.${'1'.padStart(digits, '0')}::numeric`;
}

function testSql(condition: Condition, text: (path: string) => string): string {
  if ('all' in condition) return condition.all.length === 0 ? 'true' : `(${condition.all.map((one) => testSql(one, text)).join(' and ')})`;
  if ('not' in condition) return `(not ${testSql(condition.not, text)})`;
  const value = text(condition.path);
  if ('startsWith' in condition) return `coalesce(starts_with(${value}, ${quote(condition.startsWith)}), false)`;
  const texts = condition.is.flatMap((one) => (one === null ? [] : conditionTexts(one)));
  const among = texts.length === 0 ? 'false' : `coalesce(${value} in (${texts.map(quote).join(', ')}), false)`;
  return condition.is.includes(null) ? `(${value} is null or ${among})` : among;
}

function itemSql(item: Item, needs: string[], scope: Scope): string {
  const needed = needs.map((name) => `(${exprSql(item[name]!, scope)}) is not null`);
  const members = Object.entries(item).map(([name, expr]) => {
    const type = typeOf(expr);
    return `${quote(name)}, ${type === null ? 'null' : jsonSql(type, exprSql(expr, scope))}`;
  });
  return `case when ${needed.join(' or ')} then jsonb_build_object(${members.join(', ')}) end`;
}

function eachSql(expr: { each: string; item: Item; needs?: string[] }, scope: Scope): string {
  const { place, inner } = scope.sources.each(expr.each);
  const element = `e${scope.depth}`;
  const within: Scope = {
    sources: inner,
    text: (i) => `(${element}.value ->> ${i})`,
    rows: (i) => `(${element}.value -> ${i})`,
    depth: scope.depth + 1,
  };
  const entry = itemSql(expr.item, neededOf(expr.item, expr.needs), within);
  // jsonb_array_elements does not take JSON's null, which is what a list that is not there is inside another.
  const rows = `case when jsonb_typeof(${scope.rows(place)}) = 'array' then ${scope.rows(place)} else '[]'::jsonb end`;
  return `(select coalesce(jsonb_agg(i${scope.depth}.entry order by ${element}.place), '[]'::jsonb) from jsonb_array_elements(${rows}) with ordinality ${element}(value, place) cross join lateral (select ${entry} as entry) i${scope.depth} where i${scope.depth}.entry is not null)`;
}
