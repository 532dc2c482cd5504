import type { Problem } from './generated/types.gen.ts';

/** What the API can refuse with: stable codes to branch on. */
export type ErrorCode = Problem['code'];

/**
 * The API refused a request.
 *
 * @example
 * try {
 *   await syncline.customers.delete('acme');
 * } catch (error) {
 *   if (error instanceof ApiError && error.code === 'force_required') confirm(`Really? ${error.detail}`);
 *   else throw error;
 * }
 */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** null when the answer did not come from the API, such as a proxy's error page. */
  readonly code: ErrorCode | null;
  /** A sentence that says what to do next. */
  readonly detail: string;
  /** Name it when you ask for help. */
  readonly requestId: string | null;
  /** The refused places of the input. */
  readonly errors: NonNullable<Problem['errors']>;
  /** The whole answer, with the members that depend on the code (counts of a guarded write). */
  readonly problem: Problem | null;

  constructor(status: number, answer: unknown) {
    const problem = isProblem(answer) ? answer : null;
    const detail = problem?.detail ?? `The server answered ${status}, but not as this API does.`;
    super(problem ? `${problem.code}: ${detail}` : detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem?.code ?? null;
    this.detail = detail;
    this.requestId = problem?.request_id ?? null;
    this.errors = problem?.errors ?? [];
    this.problem = problem;
  }
}

/** No answer came, also after the retries. Whether the request took effect is unknown; `cause` says what happened. */
export class ConnectionError extends Error {
  constructor(cause: unknown, url: string) {
    super(`No answer came from ${new URL(url).origin}: ${rootOf(cause)}`, { cause });
    this.name = 'ConnectionError';
  }
}

/** Node's fetch says "fetch failed" and keeps the reason in its cause, of which a host with several addresses has several. */
function rootOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.cause !== undefined) return rootOf(cause.cause);
  return cause.message || String((cause as { code?: unknown }).code ?? cause.name);
}

function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer;
}
