import type { Context } from 'hono';
import { AppError } from '../base/errors.ts';
import type { Endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { answerProblem } from './problem.ts';
import { routingPath } from './routing-path.ts';

/** 405 where another method would have been answered, 404 elsewhere. */
export function answerUnrouted(c: Context<ApiEnv>, endpoints: readonly Endpoint[]): Response {
  const methods = [...new Set(endpoints.filter((endpoint) => isAt(endpoint.path, c.req.path)).map(({ method }) => method.toUpperCase()))];
  if (methods.length === 0)
    return answerProblem(c, new AppError('not_found', 'There is nothing at this path. The operations stand in /openapi.json.'));
  const answer = answerProblem(c, new AppError('method_not_allowed', `This path answers ${methods.join(', ')} only.`));
  answer.headers.set('allow', methods.join(', '));
  return answer;
}

function isAt(path: string, requested: string): boolean {
  const wanted = routingPath(path).split('/');
  const given = requested.split('/');
  return wanted.length === given.length && wanted.every((segment, index) => segment.startsWith('{') || segment === given[index]);
}
