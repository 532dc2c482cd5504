/**
 * How a provider's object becomes a unified model, as data: one declaration compiles to the API's mapper and to a SQL view. A path is
 * a dotted path into the record, as everywhere (base/path).
 */
export interface UnifiedMapping {
  category: 'crm' | 'accounting';
  model: string;
  /** Raised when the same record would give another answer. */
  version: number;
  /** The provider's object whose records are mapped. */
  object: string;
  /** Only these records; absent: all of them. */
  where?: Condition;
  fields: Record<string, Expr>;
}

/** What a field is made of. Whatever is absent or does not fit is null. */
export type Expr =
  | { text: string }
  | { number: string }
  | { boolean: string }
  | { time: string }
  | { date: string }
  | { json: string }
  | { constant: string | number | boolean }
  /** The first that is not null. */
  | { first: Expr[] }
  /** Those that are not null, with the separator between them; null when none is. */
  | { join: Expr[]; separator: string }
  /** A value of theirs → one of ours; what the table does not know is `other`, or null. */
  | { oneOf: Expr; values: Record<string, string>; other?: string }
  | { when: Condition; then: Expr; otherwise?: Expr }
  /** Fixed entries; those whose first member is null are left out. */
  | { list: Record<string, Expr>[] }
  /** One entry for each element of the list at that path. */
  | { each: string; item: Record<string, Expr> };

export type Condition = { path: string; is: (string | number | boolean | null)[] } | { all: Condition[] } | { not: Condition };
