import { z } from '@hono/zod-openapi';
import { type Page, pageSizeDefault, pageSizeMax } from '../../base/list.ts';
import { customerIdCharsMax, text } from '../../base/text.ts';

const idCharsMax = 64;
const cursorCharsMax = 4000;

/** An id in a path: one that does not exist is not_found, whatever it looks like. */
export function pathId(name: string, what: string, example: string) {
  return text(idCharsMax).openapi({ param: { name, in: 'path' }, description: `The ${what}'s id.`, example });
}

export function idField(what: string, example: string) {
  return z.string().openapi({ description: `The ${what}'s id.`, example });
}

/** A schema of another room, to be described here. Made before the API was loaded it could not be: its copy can. */
export function ours<T extends z.ZodType>(schema: T): T {
  return schema.clone();
}

export const customerIdPath = text(customerIdCharsMax).openapi({
  param: { name: 'customer_id', in: 'path' },
  description: 'Your own id of the customer, percent-encoded.',
  example: 'acme',
});

export const customerIdField = z.string().openapi({ description: 'Your own id of the customer.', example: 'acme' });

export const customerIdInput = text(customerIdCharsMax).openapi({
  description: 'Your own id of the customer, compared exactly.',
  example: 'acme',
});

export function timeField(description: string) {
  return z.iso.datetime({ offset: true }).openapi({ description, example: '2026-11-20T12:00:00.000Z' });
}

/** A filter of a list. */
export function queryText(description: string, example: string, charsMax = idCharsMax) {
  return text(charsMax).optional().openapi({ description, example });
}

export const pageQuery = {
  cursor: text(cursorCharsMax).optional().openapi({ description: 'The `next_cursor` of the page before. Leave it out to begin.' }),
  page_size: queryInt(1, pageSizeMax).openapi({ description: `At most this many entries; default ${pageSizeDefault}.`, example: 100 }),
};

export function queryInt(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'Must be a whole number.')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
    .optional()
    .openapi({ type: 'integer', minimum, maximum });
}

export function queryBoolean(description: string) {
  return z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .openapi({ type: 'boolean', description });
}

/** `{ data, next_cursor, has_more }` of any resource. */
export function pageOf<T extends z.ZodType>(name: string, item: T) {
  return z
    .object({
      data: z.array(item).openapi({ description: 'The entries of this page.' }),
      next_cursor: z
        .string()
        .nullable()
        .openapi({ description: 'Ask again with this cursor for what follows; null where nothing can follow.' }),
      has_more: z.boolean().openapi({ description: 'Whether more entries stand ready now.' }),
    })
    .openapi(name);
}

export function wirePage<T, W>(page: Page<T>, wire: (item: T) => W): { data: W[]; next_cursor: string | null; has_more: boolean } {
  return { data: page.data.map(wire), next_cursor: page.nextCursor, has_more: page.hasMore };
}

export function wireTime(time: Date): string {
  return time.toISOString();
}

export function wireTimeOrNull(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
