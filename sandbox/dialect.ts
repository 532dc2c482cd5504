import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { Answer, ApiRequest } from './http.ts';
import type { Json } from './json.ts';
import type { Account, DialectData, DialectName } from './world.ts';

/** Who asks, or the refusal that an unknown caller gets. */
export type Caller = { account: Account; scopes: ReadonlySet<string> | null };

/** What a dialect knows about a request before it answers it. */
export interface Route {
  object: string | null;
  hasPageToken: boolean;
  /** Whose limit it counts against. Default: read. */
  category?: string;
  answer: (call: Call) => Answer | Promise<Answer>;
}

export interface Call {
  request: ApiRequest;
  account: Account;
  /** null: every scope. */
  scopes: ReadonlySet<string> | null;
  /** The list must come out empty. */
  isEmptied: boolean;
  /** The next page begins in the middle of this one. */
  isOverlapping: boolean;
  /** Some fault hits this request. */
  isFaulted: boolean;
}

/** One simulated SaaS. */
export interface Dialect {
  name: DialectName;
  /** Below the sandbox's URL; empty for our own. */
  prefix: string;
  data: DialectData;
  /** true when the request belongs to the OAuth server. */
  isOAuth(path: string): boolean;
  oauth: OAuthMount;
  /** Who asks; an Answer is the refusal. */
  authenticate(request: ApiRequest): Promise<Caller | Answer>;
  /** null: no such path here. */
  route(request: ApiRequest): Route | null;
  /** The provider's own words for a path that does not exist. */
  unknownPath(request: ApiRequest): Answer;
  refuse(
    fault: Extract<Fault, { kind: 'rate_limited' | 'unauthorized' | 'forbidden' | 'server_error' | 'page_expired' }>,
    account: Account,
  ): Answer;
  /** Headers of every answer: rate limits and the like. */
  headers(account: Account, request: ApiRequest): Record<string, string>;
  /** Takes recorded records in, to serve them value for value. How many it took. */
  load?(account: Account, object: string, records: Json[]): number;
  /** The text of a member that identifies a record, for malformed ones. */
  identity(id: string): string;
}

export interface OAuthMount {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The account a token request is about, when it can be told. */
  accountOf(body: string, headers: Record<string, string>): Promise<string | null>;
  findAccessToken(token: string): Promise<{ account: string; scopes: ReadonlySet<string> } | null>;
  expireAccessTokens(account: string): void;
  endGrants(account: string): void;
  registerClient(client: { clientId: string; clientSecret: string; redirectUris?: string[] }): void;
}

export function isAnswer(value: Caller | Answer): value is Answer {
  return 'status' in value;
}
