import { compilePath } from '../base/path.ts';

/**
 * What counts as a difference between the stored row `t` and the incoming one `i`, as SQL. Key order and null members never
 * count. As text, because 1.10 and 1.1 are different records and equal jsonb. With observed fields only those count; their
 * paths become parameters behind the `values` that are there.
 */
export function differs(observed: readonly string[] | undefined, values: unknown[]): string {
  if (!observed?.length) return 'jsonb_strip_nulls(t.raw)::text <> jsonb_strip_nulls(i.raw)::text';
  const different = observed.map((path) => {
    const places = compilePath(path).alternatives.map((segments) => `$${values.push(segments)}::text[]`);
    return `${textOf('t', places)} is distinct from ${textOf('i', places)}`;
  });
  return different.join('\n           or ');
}

/** The first of the places that holds something. */
function textOf(row: 't' | 'i', places: string[]): string {
  return `coalesce(${places.map((place) => `nullif(jsonb_strip_nulls(${row}.raw #> ${place}), 'null')`).join(', ')})::text`;
}
