/** What a log line shows of an error. `error_code` is a code such as 57P01 (plain `code` is redacted: OAuth's is a secret). */
export interface LoggedError {
  type: string;
  message: string;
  stack?: string;
  error_code?: string;
  internal?: string;
  cause?: LoggedError;
}

/** Causes of causes that are shown. */
const depthMax = 5;

/**
 * Named members only. Libraries hang whole clients on their errors (node-postgres: the client with its password and cancel
 * key), and a log must not depend on what they hang there next.
 */
export function logError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code, internal } = error as { code?: unknown; internal?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(typeof code === 'string' && { error_code: code }),
    ...(typeof internal === 'string' && { internal }),
    ...(error.cause !== undefined && depth < depthMax && { cause: logError(error.cause, depth + 1) }),
  };
}
