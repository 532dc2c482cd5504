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
  objects: Record<string, ObjectDefinition>;
  /** Objects the catalog cannot list, such as Salesforce's custom objects: `pattern` (anchored) says which names are allowed. */
  anyObject?: { pattern: string; example: string; define: (name: string) => ObjectDefinition };
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
  /** Names of the headers that report a budget, lower case. */
  headers?: { limit?: string; remaining?: string; reset?: string };
}

/** One request, relative to the base URL. The authorised client adds credentials, base URL, time-outs and limits. */
export interface RequestSpec {
  method: 'GET' | 'POST';
  /** Path below the base URL (`/crm/v3/objects/contacts`). Absolute URLs are accepted only below the same base URL's origin. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  json?: Json;
  /** Rate budget category. Default: read. */
  category?: string;
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
  incremental?: IncrementalDefinition;
  /** Get one by id: 200 is there, `not_found` is gone. Used before concluding a delete from a read that is not complete. */
  get?: (id: string) => RequestSpec;
  /** OAuth scopes that reading needs. */
  scopes: string[];
  /** How long a change may stay invisible (providers.md section 4), seconds. */
  visibilityLagSeconds: number;
}

export interface RecordShape {
  /** Path, or several for a composite key. */
  id: string | string[];
  /** Path of the modified time: ISO 8601 with zone, or epoch milliseconds. */
  modifiedAt?: string;
  /** Path of a boolean. */
  isDeleted?: string;
  deletedAt?: string;
}

/** Parts are read one after the other; a read has ended when its last part has. */
export interface ReadDefinition {
  /**
   * Asked once when the read begins; what `reduce` keeps is handed to every request (Salesforce: field names). `reduce` may throw a
   * `ProviderError` when the answer shows that this read is not possible.
   */
  prepare?: { request: RequestSpec; reduce: (body: Json) => Json };
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
  /** Watermark minus look-back, as the provider wrote it (datetime: ISO 8601 UTC); null in a full read. */
  since: string | null;
  pageSize: number;
  prepared: Json;
}

export interface PageAnswer {
  /** The answer with its array of records emptied. */
  envelope: Json;
  /** Lower case names. */
  headers: Record<string, string>;
  count: number;
  /** id and watermark, as written, of the last record of the page that has an id; null when there is none. */
  last: { id: string | null; watermark: string | null } | null;
}
