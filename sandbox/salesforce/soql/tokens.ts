import { malformed } from '../errors.ts';

export type Token =
  | { kind: 'word'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'number'; text: string }
  | { kind: 'datetime'; text: string }
  | { kind: 'date'; text: string }
  | { kind: 'symbol'; text: string }
  | { kind: 'end'; text: '' };

const escapes: Record<string, string> = { n: '\n', N: '\n', r: '\r', R: '\r', t: '\t', T: '\t', b: '\b', B: '\b', f: '\f', F: '\f' };

/** Tried in this order at every place. https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/ */
const patterns: [Exclude<Token['kind'], 'end' | 'string'>, RegExp][] = [
  ['datetime', /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})/y],
  ['date', /\d{4}-\d{2}-\d{2}/y],
  ['number', /[+-]?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_][\w.]*/y],
  ['symbol', /<=|>=|!=|<>|[=<>(),]/y],
];

/** The words of a query. Ends with an `end` token. */
export function readTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(query[at] ?? '')) at++;
    if (at >= query.length) return [...tokens, { kind: 'end', text: '' }];
    if (query[at] === "'") {
      const { text, end } = readString(query, at);
      tokens.push({ kind: 'string', text });
      at = end;
      continue;
    }
    const found = firstMatch(query, at);
    if (!found) throw malformed(`unexpected char: '${query[at]}'`);
    tokens.push(found);
    at += found.text.length;
  }
}

function firstMatch(query: string, at: number): Token | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(query)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return null;
}

function readString(query: string, start: number): { text: string; end: number } {
  let text = '';
  for (let at = start + 1; at < query.length; at++) {
    const char = query[at]!;
    if (char === "'") return { text, end: at + 1 };
    if (char !== '\\') {
      text += char;
      continue;
    }
    const next = query[++at] ?? '';
    if (escapes[next] === undefined && !/['"\\_%]/.test(next)) throw malformed(`Illegal escape in a string: \\${next}`);
    // A pattern of LIKE keeps the escape of its wildcards.
    text += next === '_' || next === '%' ? `\\${next}` : (escapes[next] ?? next);
  }
  throw malformed('expecting a single quote, found the end of the query');
}
