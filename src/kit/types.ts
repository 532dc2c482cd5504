import type { FieldType } from '../base/field-type.ts';
import type { UnifiedMapping } from '../base/mapping/expr.ts';
import type { HookDefinition } from './hook-types.ts';

/**
 * What a provider may say. A provider is data first, with pure functions where an API forces them; it says what
 * happened, and the engine decides what to do: no retries, sleeps or refreshes in a provider.
 *
 * A *path* is a dotted path into JSON: `properties.hs_lastmodifieddate`, `paging.next.after`. A `\.` is a literal dot, `a|b` the first of
 * both that is there. Inside a record it leads through objects only; elsewhere a number is a place in a list.
 * A *template* holds `{names}` of captured values: `https://{subdomain}.zendesk.com`.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface ProviderDefinition {
  /** lower_snake_case, unique in the catalog; the first half of a hub table's name. */
  name: string;
  displayName: string;
  categories: ('crm' | 'accounting' | 'support' | 'other')[];
  /** The provider's own API documentation. */
  docsUrl: string;
  /** Never offered in production. */
  developmentOnly?: boolean;
  /** At least one; the first is the default of a provider config. */
  auth: AuthDefinition[];
  api: {
    /** Template. Credentials go only to its origin (and to the token endpoint). */
    baseUrl: string;
    headers?: Record<string, string>;
  };
  /** Values that a connection captures once and needs ever after: instance_url, realm id, subdomain. */
  captured?: Record<string, CapturedValue>;
  /** One call after connecting: it proves the credentials and gives the remote account's id. */
  account: AccountLookup;
  limits: LimitsDefinition;
  /** Overrides the default reading of a refusal (kit/errors `classifyByStatus`); undefined keeps the default. */
  classifyError?: (answer: RefusedAnswer) => Partial<ProviderRefusal> | undefined;
  /** How it tells us of changes by itself. */
  hooks?: HookDefinition;
  objects: Record<string, ObjectDefinition>;
  /** Objects the catalog cannot list, such as Salesforce's custom objects: `pattern` (anchored) says which names are allowed. */
  anyObject?: { pattern: string; example: string; define: (name: string) => ObjectDefinition };
  /** How its objects become unified models. A model without a mapping is not offered for this provider. */
  unified?: UnifiedMapping[];
}

export interface CapturedValue {
  from: 'token' | 'callback' | 'form';
  /** Path in the token answer, name of the callback's query parameter, or name of the form field. */
  path: string;
  /** Anchored regular expression; matched when captured and again whenever used. */
  pattern: string;
  required: boolean;
  /** Stands in where no value was captured: the usual log-in host of a provider that has several. */
  default?: string;
  /** For the connect form. */
  title?: string;
  example?: string;
}

export type AuthDefinition = OAuth2Auth | ClientCredentialsAuth | ApiKeyAuth | BasicAuth;

export interface OAuth2Auth {
  kind: 'oauth2';
  /** Templates. */
  authorizeUrl: string;
  tokenUrl: string;
  /** Default: tokenUrl. */
  refreshUrl?: string;
  /** RFC 7009. Absent: the provider offers none, disconnecting forgets the tokens. */
  revokeUrl?: string;
  /** Compared with `iss` of the callback when that is present (RFC 9207). */
  issuer: string;
  scopes: { default: string[]; separator: ' ' | ',' };
  /** Default true. */
  pkce?: boolean;
  /** How the client authenticates at the token endpoint. `basic_raw`: id and secret unescaped. Default body. */
  clientAuth?: 'body' | 'basic' | 'basic_raw';
  /** Default form. */
  tokenBody?: 'form' | 'json';
  authorizeParams?: Record<string, string>;
  tokenParams?: Record<string, string>;
  refreshParams?: Record<string, string>;
  /** Where the token answer keeps its values, when not at the top: Slack's `authed_user.access_token`. */
  tokenPaths?: { accessToken?: string; refreshToken?: string; expiresIn?: string };
  /** Life of a token whose answer has no expires_in. null: it does not expire (until a 401 says otherwise). */
  defaultExpiresInSeconds: number | null;
  /** Errors of the refresh that end the grant. Default: invalid_grant. */
  endedGrantErrors?: string[];
  /** How requests carry the token. Default: Authorization: Bearer. */
  send?: { header: string; prefix: string };
}

export interface ClientCredentialsAuth {
  kind: 'client_credentials';
  tokenUrl: string;
  scopes: { default: string[]; separator: ' ' | ',' };
  clientAuth?: 'body' | 'basic';
  tokenParams?: Record<string, string>;
  defaultExpiresInSeconds: number | null;
  /** The customer enters client id and secret on the connect page. */
  fields: CredentialField[];
}

export interface ApiKeyAuth {
  kind: 'api_key';
  send: { header: string; prefix: string };
  fields: CredentialField[];
}

export interface BasicAuth {
  kind: 'basic';
  fields: CredentialField[];
}

/** A field of the connect page. Names are fixed per kind: `api_key`; `username`, `password`; `client_id`, `client_secret`. */
export interface CredentialField {
  name: 'api_key' | 'username' | 'password' | 'client_id' | 'client_secret';
  title: string;
  secret: boolean;
  help?: string;
}

export interface AccountLookup {
  request: RequestSpec;
  /** Path of the account's id in the answer. */
  id: string;
  name?: string;
}

export interface LimitsDefinition {
  /** Link to the provider's page about its limits. */
  docsUrl: string;
  /** Requests in flight per connection. */
  concurrencyMax: number;
  /**
   * What one account may ask, by category of requests (`RequestSpec.category`); `all` counts the requests of every category. A request
   * has to fit every window of its category and of `all`.
   */
  budgets?: Record<string, BudgetWindow[]>;
  /** How answers report a budget. What they report takes the place of the declared number of a window of the same length. */
  headers?: BudgetHeaders;
}

/** So many requests within any span of that many seconds, or from one midnight of a named time zone to the next. */
export type BudgetWindow = { requests: number; seconds: number } | { requests: number; resetsDailyIn: string };

/** Names are lower case. */
export interface BudgetHeaders {
  limit?: string;
  remaining?: string;
  reset?: string;
  /** Used and allowed in one header, as the two groups of `pattern`: Salesforce's `api-usage=18/5000`. */
  usage?: { name: string; pattern: string };
  /** How long the window is that they report on: by a header, or always the same. Without either, a limit is not learned. */
  window?: { name: string; unit: 'seconds' | 'milliseconds' };
  windowSeconds?: number;
  /** The category that they report on; default: that of the request. */
  category?: string;
}

/** One request, relative to the base URL. The authorised client adds credentials, base URL, time-outs and limits. */
export interface RequestSpec {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the base URL (`/crm/v3/objects/contacts`). Absolute URLs are accepted only below the same base URL's origin. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  json?: Json;
  /** Sent as it is, in place of `json`. */
  body?: { contentType: string; text: string };
  /** Rate budget category. Default: read. */
  category?: string;
  /** The answer only names records, which the object's `batch` reads. Set by `feedOfIds`; in a read of that object only. */
  names?: NamedRecords;
}

/** Where an answer names records. */
export interface NamedRecords {
  /** Path of the list. */
  path: string;
  /** Path of the id in an item. Absent: the item is the id. */
  id?: string;
  /** Path of what says, by a value other than null and false, that the item's record is deleted: it is not asked for. */
  deleted?: string;
}

/** What went wrong, in the engine's words. */
export type ProviderMeaning =
  | 'unauthorized' // refresh, then pause the connection's syncs
  | 'forbidden' // a scope or right is missing
  | 'rate_limited' // wait
  | 'not_found'
  | 'invalid' // our request is wrong
  | 'unavailable' // 5xx, time-out, cut connection: try again
  | 'page_expired' // start this read again
  | 'config'; // the vendor's set-up is wrong

export interface ProviderRefusal {
  meaning: ProviderMeaning;
  /** The provider's own words, for the log and the run; secrets never stand in it. */
  message: string;
  /** From Retry-After (seconds or date) or the provider's own header. */
  retryAfterSeconds?: number;
}

export interface RefusedAnswer {
  status: number;
  headers: Record<string, string>;
  /** Parsed JSON, or the text as it came. */
  body: unknown;
}

export interface ObjectDefinition {
  /** What a customer reads on the connect page: "Contacts". */
  label: string;
  docsUrl: string;
  record: RecordShape;
  pageSizeMax: number;
  full: ReadDefinition;
  /** What changed since a watermark. */
  incremental?: IncrementalDefinition;
  /** The provider's own feed of changes, with a position that it gives. */
  delta?: DeltaDefinition;
  /** Everything that changed within a trailing window, `since` being its beginning. Absent: read by the incremental's parts when its watermark is a datetime. */
  window?: ReadDefinition;
  /** Ids of everything that exists, and nothing else: what a pass for hard deletes reads. Absent: it reads the full listing. */
  keys?: ReadDefinition;
  /** A feed of deleted records with a pointer of its own; it is read behind the parts of `incremental` and `window`. */
  deletions?: DeletionsDefinition;
  /** Get one by id: 200 is there, `not_found` is gone. Used before concluding a delete from a read that is not complete. */
  get?: (id: string) => RequestSpec;
  /** One record as the listing shows it, with the same fields: what a hook's hint and a retry of a quarantined record read. */
  reread?: RereadDefinition;
  /** Several records by their ids: what a feed of ids names, and what hooks tell of when it is more than one. */
  batch?: BatchDefinition;
  /** OAuth scopes that reading needs. */
  scopes: string[];
  /** How long a change may stay invisible, seconds. Every incremental read looks back this far. */
  visibilityLagSeconds: number;
  /**
   * Where a change may stay invisible so long that reading that much again in every run would multiply the traffic: runs then look
   * back `visibilityLagSeconds` only, for freshness, and a settled pass trails this far behind, for completeness. Datetime only.
   */
  settledLagSeconds?: number;
  /** Read under each record of another object, whose id is `parentId` of every request. Its read is always of everything. */
  parent?: ParentDefinition;
  /** Lists inside a record that become objects of their own. */
  children?: ChildDefinition[];
  /** What fields there are, by the provider's own description: suggestions for typed columns. */
  fields?: FieldsDefinition;
}

/** The call that describes an object's fields; `reduce` keeps the ones that stand in a record. */
export interface FieldsDefinition {
  request: RequestSpec;
  /** Where the description has pages: path of the next one's cursor, and the name that it has in the query. */
  cursor?: { name: string; path: string };
  reduce: (body: Json) => { path: string; label: string; type: FieldType }[];
}

export interface ParentDefinition {
  /** An object of the same provider; it is read before this one. */
  object: string;
  /** Ids are unique under their parent only: the record's id becomes the JSON array of the parent's id and its own. */
  scopesId?: boolean;
}

/**
 * A list inside a record, unfolded: each element becomes a record of the object, with the JSON array of the parent's id and its own
 * for an id. A list that is there is complete; one that is absent says nothing.
 */
export interface ChildDefinition {
  /** A name that no other object of the provider has. */
  object: string;
  /** What a customer reads on the connect page: "Invoice lines". */
  label: string;
  /** Path of the list in the parent's record. */
  path: string;
  /** Path of the id in the element, unique under its parent; several for a composite key. */
  id: string | string[];
  /** Path of the modified time in the element. Default: the parent's. */
  modifiedAt?: string;
}

export interface RecordShape {
  /** Path, or several for a composite key. None (`[]`): the records have no key, and every run adds what it reads (see kit/keyless). */
  id: string | string[];
  /** Path of the modified time: ISO 8601 with zone, or epoch milliseconds. */
  modifiedAt?: string;
  /** Path of a boolean. */
  isDeleted?: string;
  deletedAt?: string;
}

/** How a read finds what changed. `keys` is the pass over all ids; everything else is one of the read strategies. */
export type ReadKind = 'full' | 'incremental' | 'delta' | 'window' | 'keys';

/** One record by its id. `not_found`, or the record's own mark of deletion, says that it is gone. */
export interface RereadDefinition {
  /** As in a read: asked once for many records. */
  prepare?: ReadDefinition['prepare'];
  request: (id: string, prepared: Json) => RequestSpec;
}

/** Several records in one request, each as the listing shows it. The id of a record is one path. */
export interface BatchDefinition {
  /** As in a read; within one, its own `prepare` counts. */
  prepare?: ReadDefinition['prepare'];
  /** Ids that one request may have. */
  idsMax: number;
  request: (ids: string[], prepared: Json) => RequestSpec;
  /** Path of the array of records in the answer. */
  recordsPath: string;
  /** What it says of a record that the answer leaves it out. `nothing`: it may only be hidden from this call, or show late. */
  absence: 'deleted' | 'nothing';
}

/** Parts are read one after the other; a read has ended when its last part has. */
export interface ReadDefinition {
  /**
   * Asked once when the read begins; what `reduce` keeps is handed to every request (Salesforce: field names). `reduce` may throw a
   * `ProviderError` when the answer shows that this read is not possible.
   */
  prepare?: {
    request: RequestSpec;
    reduce: (body: Json) => Json;
    /** How many of the record's fields do not fit the provider's requests and are left out, from what `reduce` kept. */
    leftOut?: (prepared: Json) => number;
  };
  parts: ReadPart[];
}

export interface IncrementalDefinition extends ReadDefinition {
  watermark: {
    /** Path in the record. */
    path: string;
    /** Comparison is typed: 10 > 9. An opaque value is never compared, the newest in feed order wins. */
    type: 'datetime' | 'integer' | 'opaque';
  };
  /** How far behind the watermark the next read begins (datetime only), seconds; default: visibilityLagSeconds. */
  lookbackSeconds?: number;
  /**
   * The filter compares in steps of this many seconds (datetime only): 1 where it drops the milliseconds, 86,400 where it takes a
   * day. Absent: it is as fine as the values are. Requests then begin at the beginning of their step.
   */
  filterStepSeconds?: number;
}

/**
 * A feed of changes behind a position that only the provider understands: a sync token, a replay id, the id of the last event.
 * `since` of a request is that position; null where the feed is read from its beginning. Pages come in the order of change. Where
 * items show their record as it was then, and not as it is now, the parts are `isLagging`: nothing stored since is undone by them.
 */
export interface DeltaDefinition extends ReadDefinition {
  /**
   * Where the feed is taken up by a connection that has no position yet. `asked`: this request, sent before the first page of the
   * full read, names it (nothing there: the feed is empty, and is later read from its beginning). `listed`: the last page of the
   * full listing carries it.
   *
   * What the listing shows late may stand before the newest position, and be met by neither. `before` is the request's parameter for
   * a time (ISO 8601, UTC): the newest position older than the object's lag is taken. Without it a listing must show at once what the
   * feed tells late (Stripe).
   */
  start: { from: 'asked'; request: RequestSpec; path: string; before?: string } | { from: 'listed'; path: string };
  /**
   * Where the next position stands: in a page's envelope (the last page that has one counts), or in the last item of the feed,
   * at `feed.mark` of its part.
   */
  mark: { from: 'envelope'; path: string } | { from: 'item' };
  /** Changes older than this are forgotten by the provider, so that an older position leads nowhere (Stripe: 30 days). */
  maxAgeSeconds?: number;
}

/** The parts' `since` is a pointer of its own, minus `lookbackSeconds`, as ISO 8601 UTC; null: never read before. */
export interface DeletionsDefinition {
  parts: ReadPart[];
  /** Default: visibilityLagSeconds. */
  lookbackSeconds?: number;
  /** Deletions older than this are forgotten by the provider: what was missed meanwhile is found by a pass over all keys. */
  maxAgeSeconds?: number;
}

/** How the items of a feed hold their record, where they are not the record itself. Every path leads through the item. */
export interface FeedShape {
  /** Path of the record: Stripe's `data.object`. Absent: the item is the record. A deleted item needs none. */
  record?: string;
  /** Path of the id, or several for a composite key, where an item without its record has it. Default: the record's own. */
  id?: string | string[];
  /**
   * How an item says that its record is deleted: the value at `path` is one of `values`; without `values`, that there is a value
   * other than null and false (Graph's `@removed`).
   */
  deleted?: { path: string; values?: string[] };
  /**
   * Path of the change's own time, which counts instead of the record's: ISO 8601, or epoch milliseconds unless `unit` says otherwise.
   * With it the position does not pass items that are younger than the object's lag: an earlier one may yet become visible.
   */
  changedAt?: { path: string; unit?: 'seconds' };
  /** Path of the item's position: what `last.watermark` of a page holds. */
  mark?: string;
  /** Items that concern this object, by the value at `path`; all others are passed over. Absent: every item does. */
  only?: { path: string; values: string[] };
  /** How a page lists its items. `newest_first` pages are turned round, so that the last item is the newest. Default: oldest_first. */
  order?: 'oldest_first' | 'newest_first';
}

export interface ReadPart {
  name: string;
  /** `records`: as the record shape says; `deletions`: everything listed here is deleted. */
  signal: 'records' | 'deletions';
  /** Path of the array of records in the answer. */
  recordsPath: string;
  /**
   * What a clean end proves. `complete`: every record that existed throughout was listed (keyset or stable cursor).
   * `approximate`: pages by offset or by a mutable order may have missed some.
   */
  completeness: 'complete' | 'approximate';
  /** Absent: the items are the records. */
  feed?: FeedShape;
  /** What its answers name, where they do nothing else. Set by `feedOfIds`. */
  names?: NamedRecords;
  /**
   * An approximate part that all the same skips no change that was visible when it began, such as a walk by modified time: what it
   * may miss is only where a record stands, never that it changed. Set by `byModified`.
   */
  coversChanges?: boolean;
  /** Path in the envelope of how many records the whole listing has, where the provider says so. An estimate for progress. */
  totalPath?: string;
  /** Answers from a lagging index (search): they never beat a version that was stored before they came. */
  isLagging?: boolean;
  request: (page: PageRequest) => RequestSpec;
  /** The next position, or null at the end. Pure: it survives crashes as JSON in the checkpoint. */
  next: (page: PageRequest, answer: PageAnswer) => JsonObject | null;
  /** After `page_expired`: a position that does not need the expired token; null or absent starts the part again. */
  resume?: (position: JsonObject) => JsonObject | null;
}

export interface PageRequest {
  object: string;
  /** null on the first page. */
  position: JsonObject | null;
  /**
   * Watermark minus look-back, as the provider wrote it (datetime: ISO 8601 UTC); a feed's position; the beginning of a window. null
   * in a read of everything.
   */
  since: string | null;
  pageSize: number;
  prepared: Json;
  /** Only where the object is read under a parent: the parent's id at the provider. */
  parentId?: string;
}

export interface PageAnswer {
  /** The answer with its array of records emptied. */
  envelope: Json;
  /** Lower case names. */
  headers: Record<string, string>;
  count: number;
  /**
   * id and watermark, as written, of the last record of the page that has an id; null when there is none. Of a feed: id and mark of
   * its last item, whether it concerns the object or not.
   */
  last: { id: string | null; watermark: string | null } | null;
}
