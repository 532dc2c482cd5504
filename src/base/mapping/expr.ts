import type { FieldType } from '../field-type.ts';

/**
 * How a provider's object becomes a unified model, as data: one declaration compiles to the API's mapper (evaluate.ts) and to a SQL
 * view (to-sql.ts). A path is a dotted path into the record, as everywhere (base/path).
 *
 * What both make of what stands at a path; a missing member, JSON's null and an empty text are null everywhere:
 *
 * | kind    | null                                   | else                                                              |
 * |---------|----------------------------------------|-------------------------------------------------------------------|
 * | text    |                                        | text as it is; numbers, booleans, lists and objects as their JSON |
 * | number  | no number, also no text of one         | every digit, written without an exponent                          |
 * | integer | the same, a fraction, beyond 64 bits   |                                                                   |
 * | boolean | anything but true, false, True, TRUE … | also where it is a text                                           |
 * | time    | no ISO 8601, no such day               | UTC to the millisecond, the rest cut; without a zone it is UTC;   |
 * |         |                                        | 9–11 digits are seconds since 1970, 12–13 are milliseconds        |
 * | date    | the same                               | the day as it is written, of digits the day in UTC                |
 * | json    |                                        | whatever is there                                                 |
 * | currency | anything but three letters            | upper case                                                        |
 */
export interface UnifiedMapping {
  category: UnifiedCategory;
  model: string;
  /** Raised when the same record would give another answer: shown with the provider, for whoever keeps a copy. */
  version: number;
  /** The provider's object whose records are mapped. */
  object: string;
  /** Only these records; absent: all of them. */
  where?: Condition;
  fields: Record<string, Expr>;
}

export type UnifiedCategory = 'crm' | 'accounting';

/** What a field is made of. Whatever is absent or does not fit is null. */
export type Expr =
  | { text: string }
  | { number: string }
  | { integer: string }
  | { boolean: string }
  | { time: string }
  | { date: string }
  | { json: string }
  /** Three letters, as upper case. */
  | { currency: string }
  | { constant: string | number | boolean }
  /** A number of a currency's smallest units as a number of the currency: two digits, unless its code stands in the table. */
  | { minor: string; currency: string; digits: Record<string, number> }
  /** The text of the expression, taken for another type. */
  | { as: CastType; of: Expr }
  /** The first that is not null. */
  | { first: Expr[] }
  /** Those that are not null, with the separator between them; null when none is. */
  | { join: Expr[]; separator: string }
  /** A value of theirs → one of ours; what the table does not know is `other`, or null. */
  | { oneOf: Expr; values: Record<string, string>; other?: string }
  | { when: Condition; gives: Expr; otherwise?: Expr }
  /** Fixed entries; left out when all members that it needs are null. Default: the first. */
  | { list: Item[]; needs?: string[] }
  /** The same, one entry for each element of the list at that path. */
  | { each: string; item: Item; needs?: string[] };

export type CastType = 'number' | 'integer' | 'boolean' | 'time' | 'date';

export type Item = Record<string, Expr>;

/** Compared as text, so that true is also "true". null: absent. */
export type Condition =
  | { path: string; is: (string | number | boolean | null)[] }
  | { path: string; startsWith: string }
  | { all: Condition[] }
  | { not: Condition };

/** What an expression gives; null: it gives nothing, which fits everywhere. */
export type ExprType = FieldType | 'list' | null;

/** The members of an entry that decide whether it is left out. */
export function neededOf(item: Item, needs: string[] | undefined): string[] {
  return needs ?? Object.keys(item).slice(0, 1);
}

export function typeOf(expr: Expr): ExprType {
  if ('constant' in expr) return constantTypes[typeof expr.constant as keyof typeof constantTypes];
  if ('minor' in expr) return 'number';
  if ('as' in expr) return expr.as;
  if ('first' in expr) return expr.first.map(typeOf).find((type) => type !== null) ?? null;
  if ('join' in expr || 'oneOf' in expr || 'currency' in expr) return 'text';
  if ('when' in expr) return typeOf(expr.gives) ?? (expr.otherwise ? typeOf(expr.otherwise) : null);
  if ('list' in expr || 'each' in expr) return 'list';
  return Object.keys(expr)[0] as FieldType;
}

const constantTypes = { string: 'text', number: 'number', boolean: 'boolean' } as const;

/** Spellings of a boolean, wherever one is looked for. */
export const booleanTexts = { true: ['true', 'True', 'TRUE'], false: ['false', 'False', 'FALSE'] };

/** A value of a condition as the texts that it is equal to. */
export function conditionTexts(value: string | number | boolean): string[] {
  return typeof value === 'boolean' ? booleanTexts[`${value}`] : [String(value)];
}
