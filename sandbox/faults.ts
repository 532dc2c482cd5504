import type { Json, JsonObject } from './json.ts';

/** What can go wrong on command. */
export type Fault =
  | { kind: 'rate_limited'; retryAfterSeconds?: number; as?: 'seconds' | 'date' | 'none'; limit?: 'window' | 'daily' }
  | { kind: 'unauthorized' }
  | { kind: 'forbidden' }
  | { kind: 'server_error'; status?: number }
  /** The connection is cut before the answer, in the middle of its body, or (`processed`) after the request took effect. */
  | { kind: 'cut'; at?: 'start' | 'half' | 'processed' }
  | { kind: 'slow'; delayMs: number; at?: 'before' | 'after' }
  /** Only requests that carry a page token are hit. */
  | { kind: 'page_expired' }
  /** 200 and an empty list, without a next page. */
  | { kind: 'empty' }
  /** 200 and something that is no JSON. */
  | { kind: 'not_json' }
  /** Own dialect: the next page begins in the middle of this one, so that records come twice. */
  | { kind: 'overlapping' }
  /** A list gets one more record, which no store likes. */
  | { kind: 'malformed'; record: MalformedRecord }
  /** Records change right after the answer: between this page and the next. */
  | { kind: 'mutate'; operations: Mutation[] }
  /** The token endpoint refuses: invalid_grant, invalid_client, … */
  | { kind: 'token_error'; error: string };

export type MalformedRecord =
  | 'missing_id'
  | 'null_id'
  | 'nul_char'
  | 'lone_surrogate'
  | 'huge_number'
  | 'deep_nesting'
  | 'ten_megabytes'
  | 'not_an_object';

export interface Mutation {
  operation: 'create' | 'update' | 'delete' | 'remove';
  object: string;
  id?: string;
  fields?: JsonObject;
}

/** Which requests a fault hits. Everything that is absent matches everything. */
export interface FaultMatch {
  dialect?: string;
  account?: string;
  /** Default: api. */
  endpoint?: 'api' | 'token' | 'revoke';
  object?: string;
  method?: string;
  /** A part of the path. */
  path?: string;
  /** Only requests with a page token, or only those without. */
  hasPageToken?: boolean;
}

export interface FaultRule {
  match: FaultMatch;
  fault: Fault;
  /** Matching requests that go unharmed before. Default 0. */
  skip?: number;
  /** How many requests are hit. Default 1; null: until cleared. */
  times?: number | null;
}

export interface FaultedRequest {
  dialect: string;
  account: string;
  endpoint: 'api' | 'token' | 'revoke';
  object: string | null;
  method: string;
  path: string;
  hasPageToken: boolean;
}

/** Faults that leave the answer in place. */
const accompanies: ReadonlySet<Fault['kind']> = new Set(['slow', 'overlapping', 'malformed', 'mutate']);

/** Rules that can stand at the same time. */
const rulesMax = 10_000;

export class FaultBook {
  private rules: (Required<FaultRule> & { id: number })[] = [];
  private lastId = 0;

  add(rule: FaultRule): number {
    if (this.rules.length >= rulesMax) throw new Error(`At most ${rulesMax} faults can stand at once.`);
    this.lastId++;
    this.rules.push({ skip: 0, times: 1, ...rule, id: this.lastId });
    return this.lastId;
  }

  /**
   * The faults that this request suffers, in the order in which they were given. Uses them up. One answer at most is replaced:
   * further such faults wait for the next request, so that they form a queue.
   */
  take(request: FaultedRequest): Fault[] {
    if (this.rules.length === 0) return [];
    const hits: Fault[] = [];
    for (const rule of this.rules) {
      if (!isHit(rule, request)) continue;
      if (rule.skip > 0) {
        rule.skip--;
        continue;
      }
      if (!accompanies.has(rule.fault.kind) && hits.some(({ kind }) => !accompanies.has(kind))) continue;
      hits.push(rule.fault);
      if (rule.times !== null) rule.times--;
    }
    this.rules = this.rules.filter((rule) => rule.times !== 0);
    return hits;
  }

  clear(match: FaultMatch): void {
    this.rules = this.rules.filter((rule) =>
      Object.entries(match).some(([key, value]) => value !== undefined && rule.match[key as keyof FaultMatch] !== value),
    );
  }

  list(): FaultRule[] {
    return this.rules.map(({ id: _id, ...rule }) => rule);
  }
}

function isHit({ match, fault }: FaultRule, request: FaultedRequest): boolean {
  if ((match.endpoint ?? 'api') !== request.endpoint) return false;
  if (match.dialect !== undefined && match.dialect !== request.dialect) return false;
  if (match.account !== undefined && match.account !== request.account) return false;
  if (match.object !== undefined && match.object !== request.object) return false;
  if (match.method !== undefined && match.method !== request.method) return false;
  if (match.path !== undefined && !request.path.includes(match.path)) return false;
  if (match.hasPageToken !== undefined && match.hasPageToken !== request.hasPageToken) return false;
  return fault.kind !== 'page_expired' || request.hasPageToken;
}

/** The text of a record that no store likes. `id` writes the id's member, such as `"id":"x"`. */
export function malformedRecord(kind: MalformedRecord, id: string): string {
  switch (kind) {
    case 'missing_id':
      return '{"note":"no id"}';
    case 'null_id':
      return `{${id.replace(/:.*$/, ':null')}}`;
    case 'nul_char':
      return `{${id},"note":"before\\u0000after"}`;
    case 'lone_surrogate':
      return `{${id},"note":"broken \\ud83d here"}`;
    case 'huge_number':
      return `{${id},"amount":1e400000}`;
    case 'deep_nesting':
      return `{${id},"nested":${'['.repeat(nestingLevels)}${']'.repeat(nestingLevels)}}`;
    case 'ten_megabytes':
      return `{${id},"note":"${'x'.repeat(tenMegabytes)}"}`;
    case 'not_an_object':
      return '"just a text"';
  }
}

const nestingLevels = 20_000;
const tenMegabytes = 10 * 1024 * 1024;

export function isFaultKind(value: Json | undefined): value is Fault['kind'] {
  return typeof value === 'string' && (faultKinds as readonly string[]).includes(value);
}

export const faultKinds = [
  'rate_limited',
  'unauthorized',
  'forbidden',
  'server_error',
  'cut',
  'slow',
  'page_expired',
  'empty',
  'not_json',
  'overlapping',
  'malformed',
  'mutate',
  'token_error',
] as const satisfies readonly Fault['kind'][];
