/**
 * Every expected failure is an `AppError` whose code stands in this table. The API derives the HTTP status and the
 * documented responses from the same table, so that documents and behaviour cannot differ.
 */
export const errorCodes = {
  input_invalid: 400,
  cursor_invalid: 400,
  provider_unknown: 400,
  object_unknown: 400,
  strategy_unsupported: 400,
  return_url_not_allowed: 400,
  oauth_state_invalid: 400,
  oauth_denied: 400,
  mapping_invalid: 400,
  model_unknown: 400,
  unauthenticated: 401,
  hook_signature_invalid: 401,
  scope_missing: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  account_mismatch: 409,
  already_exists: 409,
  conflict: 409,
  field_in_use: 409,
  record_ambiguous: 409,
  destination_ambiguous: 409,
  force_required: 409,
  resync_required: 409,
  idempotency_key_reused: 409,
  request_in_progress: 409,
  answer_lost: 409,
  connection_not_active: 409,
  provider_config_broken: 409,
  connect_session_used: 410,
  connect_session_expired: 410,
  cursor_expired: 410,
  body_too_large: 413,
  content_type_unsupported: 415,
  provider_rejected: 422,
  destination_refused: 422,
  filter_too_expensive: 422,
  provider_rate_limited: 429,
  internal: 500,
  provider_unavailable: 502,
  destination_unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorCodes;

/** One refused place of an input: where it stands (`body`, `query`, `path`, `header`), its path, and what is wrong. */
export interface InputIssue {
  in: 'body' | 'query' | 'path' | 'header';
  path: string;
  message: string;
}

/** `message` is the public sentence (it says what to do next); `internal` is for the log only; `cause` is kept. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly internal: string | undefined;
  readonly issues: InputIssue[] | undefined;
  /** Extra public members of the problem document, such as `{ syncs: 12 }` of a guarded write. */
  readonly details: Record<string, unknown> | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { internal?: string; cause?: unknown; issues?: InputIssue[]; details?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.internal = options.internal;
    this.issues = options.issues;
    this.details = options.details;
  }

  get status(): number {
    return errorCodes[this.code];
  }
}

export function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `No ${what} ${JSON.stringify(id.slice(0, 100))} exists in this application.`);
}
