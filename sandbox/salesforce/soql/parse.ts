import { malformed } from '../errors.ts';
import { readTokens, type Token } from './tokens.ts';

export type Literal =
  | { kind: 'string' | 'number' | 'datetime' | 'date'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' };
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like';

export type Condition =
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'compare'; field: string; operator: Comparison; literal: Literal }
  | { kind: 'in'; field: string; isNegated: boolean; literals: Literal[] };

export interface Query {
  /** null: count(). */
  fields: string[] | null;
  object: string;
  where: Condition | null;
  order: { field: string; isDescending: boolean; nullsLast: boolean }[];
  limit: number | null;
  offset: number;
}

/** Nested parentheses that are followed. */
const depthMax = 50;
const keywords = new Set([
  'select',
  'from',
  'where',
  'order',
  'by',
  'limit',
  'offset',
  'and',
  'or',
  'not',
  'in',
  'like',
  'asc',
  'desc',
  'nulls',
  'null',
  'true',
  'false',
]);

/** A small SOQL: one object, plain fields or count(), WHERE, ORDER BY, LIMIT, OFFSET. Anything else is MALFORMED_QUERY. */
export function parseSoql(text: string): Query {
  const tokens = readTokens(text);
  let at = 0;
  let depth = 0;

  const peek = (): Token => tokens[at]!;
  const isWord = (word: string) => peek().kind === 'word' && peek().text.toLowerCase() === word;
  const isSymbol = (symbol: string) => peek().kind === 'symbol' && peek().text === symbol;
  const unexpected = () => malformed(peek().kind === 'end' ? 'unexpected end of the query' : `unexpected token: '${peek().text}'`);

  function take(accepted: boolean): Token {
    if (!accepted) throw unexpected();
    return tokens[at++]!;
  }

  function skipped(accepted: boolean): boolean {
    if (accepted) at++;
    return accepted;
  }

  function name(): string {
    return take(peek().kind === 'word' && !keywords.has(peek().text.toLowerCase())).text;
  }

  function selectList(): string[] | null {
    if (isWord('count')) {
      at++;
      take(isSymbol('('));
      take(isSymbol(')'));
      return null;
    }
    const fields = [name()];
    while (skipped(isSymbol(','))) fields.push(name());
    return fields;
  }

  /** SOQL refuses AND beside OR without parentheses. */
  function condition(): Condition {
    const parts = [unary()];
    const kind = isWord('and') ? 'and' : isWord('or') ? 'or' : null;
    if (kind === null) return parts[0]!;
    while (skipped(isWord(kind))) parts.push(unary());
    if (isWord('and') || isWord('or')) throw unexpected();
    return { kind, parts };
  }

  function unary(): Condition {
    if (++depth > depthMax) throw malformed('The query is nested too deeply.');
    try {
      if (skipped(isWord('not'))) return { kind: 'not', part: unary() };
      if (!skipped(isSymbol('('))) return comparison();
      const inner = condition();
      take(isSymbol(')'));
      return inner;
    } finally {
      depth--;
    }
  }

  function comparison(): Condition {
    const field = name();
    const isNegated = isWord('not');
    if (isNegated) at++;
    if (skipped(isWord('in'))) {
      take(isSymbol('('));
      const literals = [literal()];
      while (skipped(isSymbol(','))) literals.push(literal());
      take(isSymbol(')'));
      return { kind: 'in', field, isNegated, literals };
    }
    if (isNegated) throw unexpected();
    if (skipped(isWord('like'))) return { kind: 'compare', field, operator: 'like', literal: literal() };
    const symbol = take(peek().kind === 'symbol' && /^(=|!=|<>|<=?|>=?)$/.test(peek().text)).text;
    return { kind: 'compare', field, operator: (symbol === '<>' ? '!=' : symbol) as Comparison, literal: literal() };
  }

  function literal(): Literal {
    const token = peek();
    if (token.kind === 'string' || token.kind === 'number' || token.kind === 'datetime' || token.kind === 'date') {
      at++;
      return { kind: token.kind, text: token.text };
    }
    if (skipped(isWord('null'))) return { kind: 'null' };
    if (isWord('true') || isWord('false')) return { kind: 'boolean', value: tokens[at++]!.text.toLowerCase() === 'true' };
    throw unexpected();
  }

  function orderRules(): Query['order'] {
    take(isWord('by'));
    const rules: Query['order'] = [];
    do {
      const field = name();
      const isDescending = skipped(isWord('desc'));
      if (!isDescending) skipped(isWord('asc'));
      let nullsLast = false;
      if (skipped(isWord('nulls'))) {
        nullsLast = isWord('last');
        take(isWord('first') || isWord('last'));
      }
      rules.push({ field, isDescending, nullsLast });
    } while (skipped(isSymbol(',')));
    return rules;
  }

  function wholeNumber(): number {
    return Number(take(peek().kind === 'number' && /^\d{1,9}$/.test(peek().text)).text);
  }

  take(isWord('select'));
  const fields = selectList();
  take(isWord('from'));
  const object = name();
  const where = skipped(isWord('where')) ? condition() : null;
  const order = skipped(isWord('order')) ? orderRules() : [];
  const limit = skipped(isWord('limit')) ? wholeNumber() : null;
  const offset = skipped(isWord('offset')) ? wholeNumber() : 0;
  take(peek().kind === 'end');
  return { fields, object, where, order, limit, offset };
}
