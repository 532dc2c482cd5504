import { AppError } from '../../base/errors.ts';

/** Of the query or, for reads by POST, of the body: it is called the same in both. */
export function refused(path: string, message: string, place: 'query' | 'body' = 'query'): AppError {
  return new AppError('input_invalid', 'The input was refused. Correct the listed places and send it again.', {
    issues: [{ in: place, path, message }],
  });
}

const cancelled = '57014';
const undefinedColumn = '42703';
const dataExceptions = '22';

/** What Postgres says about a page's statement, as a refusal of the request where the request is the cause. */
export function asListingProblem(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof AppError || typeof code !== 'string') return error;
  if (code === cancelled)
    return new AppError(
      'filter_too_expensive',
      'Finding these records took too long. Narrow the request: name a customer or a connection, or filter by equality.',
      { cause: error },
    );
  if (code === undefinedColumn) return refused('filter', 'One of these fields was removed or renamed a moment ago. Look at the fields.');
  if (code.startsWith(dataExceptions)) return refused('filter', "One of these values does not fit its field's type.");
  return error;
}
