import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, type ErrorCode, errorCodes, type InputIssue } from '../base/errors.ts';
import type { ApiEnv } from './env.ts';

export const problemMediaType = 'application/problem+json';

const InputProblem = z
  .object({
    in: z.enum(['body', 'query', 'path', 'header']).openapi({ description: 'The part of the request.' }),
    path: z.string().openapi({ description: 'Where in that part, dotted.', example: 'objects.0.strategy' }),
    message: z.string().openapi({ description: 'What is wrong there.' }),
  })
  .openapi('InputProblem');

/** RFC 9457. Extra members depend on the code: counts of a guarded write, alternatives of an unsupported strategy. */
export const Problem = z
  .looseObject({
    type: z.string().openapi({
      description: 'Names the kind of problem: `urn:syncline:problem:` and the code.',
      example: 'urn:syncline:problem:not_found',
    }),
    title: z.string().openapi({ description: 'The kind of problem in words.', example: 'Not found' }),
    status: z.int().openapi({ description: 'The HTTP status.', example: 404 }),
    code: z
      .enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])
      .openapi({ description: 'Stable: programs branch on this.', example: 'not_found' }),
    detail: z
      .string()
      .openapi({ description: 'A sentence that says what to do next.', example: 'No customer "acme" exists in this application.' }),
    request_id: z
      .string()
      .openapi({ description: 'Name it when you ask for help; it stands in the logs.', example: 'req_01k9d3v5m2q8r7s6t5v4w3x2y1' }),
    errors: z.array(InputProblem).optional().openapi({ description: 'The refused places of the input.' }),
  })
  .openapi('Problem', {
    description: 'What went wrong (RFC 9457). Depending on the code there are extra members, such as counts of a guarded write.',
  });

export function problemOf(error: AppError, requestId: string): z.input<typeof Problem> {
  return {
    type: `urn:syncline:problem:${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    code: error.code,
    detail: error.message,
    request_id: requestId,
    ...(error.issues === undefined ? {} : { errors: error.issues }),
    ...error.details,
  };
}

export function answerProblem(c: Context<ApiEnv>, error: AppError): Response {
  const headers: Record<string, string> = { 'content-type': problemMediaType };
  if (error.code === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  if (error.code === 'request_in_progress') headers['retry-after'] = String(inProgressSeconds);
  // The rest of the body is not read, so the connection cannot carry another request.
  if (error.code === 'body_too_large') headers.connection = 'close';
  return c.body(JSON.stringify(problemOf(error, c.get('requestId'))), error.status as ContentfulStatusCode, headers);
}

/** Of zod's findings: the places, in the names that the caller used. Values are not repeated. */
export function issuesOf(place: InputIssue['in'], error: z.ZodError): InputIssue[] {
  return error.issues
    .slice(0, issuesMax)
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys
            .slice(0, issuesMax)
            .map((key) => ({ in: place, path: pathOf([...issue.path, key]), message: 'No such field. Remove it.' }))
        : [{ in: place, path: pathOf(issue.path), message: issue.message }],
    );
}

export function inputInvalid(issues: InputIssue[]): AppError {
  return new AppError('input_invalid', 'The input was refused. Correct the listed places and send it again.', { issues });
}

const inProgressSeconds = 1;
const issuesMax = 50;
const pathCharsMax = 200;

function pathOf(path: PropertyKey[]): string {
  return path.map(String).join('.').slice(0, pathCharsMax);
}

function titleOf(code: ErrorCode): string {
  const words = code.replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}
