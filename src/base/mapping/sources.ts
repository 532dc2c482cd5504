import type { Condition, Expr, Item } from './expr.ts';

/**
 * What a mapping reads from a record, each once. Both sides work on these and on nothing else, and both get them from Postgres:
 * texts as `#>>` gives them, JSON as its text, and of a list one such row for each element.
 */
export type Source = { kind: 'text'; path: string } | { kind: 'json'; path: string } | { kind: 'each'; path: string; inner: Sources };

/** A row of sources, as the projection gives it. */
export type SourceRow = (string | null | SourceRow[])[];

export class Sources {
  readonly entries: Source[] = [];

  /** Where the text at a path stands in the row. */
  text(path: string): number {
    return this.#place('text', path, () => ({ kind: 'text', path }));
  }

  json(path: string): number {
    return this.#place('json', path, () => ({ kind: 'json', path }));
  }

  each(path: string): { place: number; inner: Sources } {
    const place = this.#place('each', path, () => ({ kind: 'each', path, inner: new Sources() }));
    return { place, inner: (this.entries[place] as { inner: Sources }).inner };
  }

  #place(kind: Source['kind'], path: string, make: () => Source): number {
    const found = this.entries.findIndex((one) => one.kind === kind && one.path === path);
    return found === -1 ? this.entries.push(make()) - 1 : found;
  }
}

export function sourcesOf({ fields }: { fields: Record<string, Expr> }): Sources {
  const sources = new Sources();
  for (const expr of Object.values(fields)) collect(expr, sources);
  return sources;
}

/** What `sourceTextsSql` gave, as a row. Works in place. */
export function sourceRowOf(mapping: { fields: Record<string, Expr> }): (texts: (string | null)[]) => SourceRow {
  const lists = sourcesOf(mapping).entries.flatMap(({ kind }, place) => (kind === 'each' ? [place] : []));
  return (texts) => {
    const row: SourceRow = texts;
    for (const place of lists) if (texts[place] !== null) row[place] = JSON.parse(texts[place]!);
    return row;
  };
}

function collect(expr: Expr, sources: Sources): void {
  if ('constant' in expr) return;
  if ('first' in expr) for (const one of expr.first) collect(one, sources);
  else if ('join' in expr) for (const one of expr.join) collect(one, sources);
  else if ('oneOf' in expr) collect(expr.oneOf, sources);
  else if ('as' in expr) collect(expr.of, sources);
  else if ('when' in expr) {
    collectCondition(expr.when, sources);
    collect(expr.gives, sources);
    if (expr.otherwise) collect(expr.otherwise, sources);
  } else if ('list' in expr) for (const item of expr.list) collectItem(item, sources);
  else if ('each' in expr) collectItem(expr.item, sources.each(expr.each).inner);
  else if ('minor' in expr) for (const path of [expr.minor, expr.currency]) sources.text(path);
  else if ('json' in expr) sources.json(expr.json);
  else sources.text(Object.values(expr)[0] as string);
}

function collectItem(item: Item, sources: Sources): void {
  for (const expr of Object.values(item)) collect(expr, sources);
}

function collectCondition(condition: Condition, sources: Sources): void {
  if ('all' in condition) for (const one of condition.all) collectCondition(one, sources);
  else if ('not' in condition) collectCondition(condition.not, sources);
  else sources.text(condition.path);
}

/** Every path of a mapping, its condition's included: what is mapped and what is not follows from them. */
export function pathsOf({ fields, where }: { fields: Record<string, Expr>; where?: Condition }): string[] {
  const sources = sourcesOf({ fields });
  if (where) collectCondition(where, sources);
  return sources.entries.map(({ path }) => path);
}
