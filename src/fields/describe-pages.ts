import { compilePath, readPath } from '../base/path.ts';
import type { FieldsDefinition, Json, RequestSpec } from '../kit/index.ts';
import type { DescribedField } from './suggest.ts';

/** Pages of a description: with Pipedrive's 500 fields in each, more than an account may have. */
const describePagesMax = 20;

/** What the provider says of an object's fields, page by page. What came before a failure stands. */
export async function* describePages(
  { request, cursor, reduce }: FieldsDefinition,
  ask: (spec: RequestSpec) => Promise<Json>,
): AsyncGenerator<DescribedField[]> {
  let spec = request;
  for (let pages = 0; pages < describePagesMax; pages++) {
    const body = await ask(spec);
    yield reduce(body);
    const next = cursor && readPath(body, compilePath(cursor.path));
    if (!cursor || next === undefined || next === null || next === '') return;
    spec = { ...request, query: { ...request.query, [cursor.name]: String(next) } };
  }
  throw new Error(`the description has more than ${describePagesMax} pages`);
}
