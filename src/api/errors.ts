import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ZodError } from 'zod';
import { AppError, type InputIssue } from '../base/errors.ts';
import { ProviderError } from '../kit/index.ts';
import type { ApiEnv } from './env.ts';
import { answerProblem, inputInvalid, issuesOf } from './problem.ts';

/** Every failure leaves as problem+json. What nobody expected is a plain 500; its cause goes into the request's log line. */
export function answerError(error: unknown, c: Context<ApiEnv>): Response {
  const known = asAppError(error);
  if (known.status >= 500) c.set('failure', error);
  const answer = answerProblem(c, known);
  if (error instanceof ProviderError && error.retryAfterSeconds !== undefined)
    answer.headers.set('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  return answer;
}

export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) return inputInvalid(issuesOf('body', error).map(onTheWire));
  if (error instanceof ProviderError) return providerProblem(error);
  if (error instanceof HTTPException) return httpProblem(error);
  return new AppError('internal', 'Something failed on our side. Try again; if it stays, report the request id.', { cause: error });
}

/** A verb names its fields in camelCase, the wire in snake_case. */
function onTheWire(issue: InputIssue): InputIssue {
  return { ...issue, path: issue.path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) };
}

/** The provider's own words are the vendor's best help; they never hold credentials. */
function providerProblem(error: ProviderError): AppError {
  const details = { provider_status: error.status };
  const options = { details, cause: error };
  if (error.meaning === 'rate_limited')
    return new AppError('provider_rate_limited', `The provider asks to wait. It said: ${error.message}`, options);
  if (error.meaning === 'unavailable')
    return new AppError(
      'provider_unavailable',
      `The provider does not answer properly. Try again later. It said: ${error.message}`,
      options,
    );
  return new AppError('provider_rejected', `The provider refused. It said: ${error.message}`, options);
}

/** What the framework itself refuses: broken JSON and foreign content types. */
function httpProblem(error: HTTPException): AppError {
  if (error.status === 415) return new AppError('content_type_unsupported', 'Send the body as application/json.', { cause: error });
  if (error.status === 400)
    return new AppError('input_invalid', 'The body is not valid JSON. Send one JSON object.', {
      cause: error,
      issues: [{ in: 'body', path: '', message: 'Not valid JSON.' }],
    });
  return new AppError('internal', 'Something failed on our side. Try again; if it stays, report the request id.', { cause: error });
}
