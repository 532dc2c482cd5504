import { z } from 'zod';
import { compilePath, readPath } from '../../base/path.ts';
import {
  byCursor,
  byKeyset,
  byMark,
  byModified,
  byNextLink,
  byPageNumber,
  type Json,
  nextTiePage,
  type ObjectDefinition,
  type PageRequest,
  type Paging,
  type ReadDefinition,
  type RequestSpec,
  tiePageOf,
} from '../../kit/index.ts';
import { pathSchema } from '../path-schema.ts';
import { fillRequest, hasPlaces, type RequestTemplate, requestTemplateSchema } from './request-template.ts';

const name = z.string().min(1).max(200);
const path = pathSchema.min(1);

/** How a part is paged, as data: the kinds of the kit. */
export const pagingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cursor'), name, path }),
  z.strictObject({ kind: z.literal('next_link'), path }),
  z.strictObject({ kind: z.literal('page_number'), name, firstPage: z.int().min(0).max(1) }),
  z.strictObject({ kind: z.literal('keyset'), name }),
  z.strictObject({ kind: z.literal('mark'), name, more: path.optional() }),
  /** A listing in the order of change, filtered at or after `{since}`; records that share one moment are paged by number. */
  z.strictObject({ kind: z.literal('modified_walk'), name, firstPage: z.int().min(0).max(1) }),
  z.strictObject({ kind: z.literal('none') }),
]);

/** The members of a part that are functions in code; the others are checked by the catalog's own schema. */
export const partSchema = z.looseObject({ request: requestTemplateSchema, paging: pagingSchema });

const prepareSchema = z.strictObject({
  /** Asked once for all pages: there is nothing yet that could be filled in. */
  request: requestTemplateSchema.refine((request) => !hasPlaces(request), 'is asked once before the first page: it has no places'),
  /** What is kept of the answer, for `{prepared}`: the value at `path`, or of every element of the list there the value at `item`. */
  keep: z.strictObject({ path, item: path.optional() }),
});

export const readSchema = z.looseObject({ prepare: prepareSchema.optional(), parts: z.array(partSchema).min(1).max(20) });

/** One record as the listing shows it; `{id}` is its id. */
export const rereadSchema = z.strictObject({ prepare: prepareSchema.optional(), request: requestTemplateSchema });

const preparedMax = 1000;

/** A read with the functions that its data stands for. */
export function compileRead({ prepare, parts, ...rest }: z.infer<typeof readSchema>): ReadDefinition {
  const compiled = parts.map(({ request, paging, ...part }) => ({ ...part, ...compilePaging(paging, request) }));
  return {
    ...rest,
    ...compilePrepare(prepare),
    // The catalog's schema checks what is still unknown here, before anything uses it.
    parts: compiled as unknown as ReadDefinition['parts'],
  };
}

/** What a hook's hint and a retry read. */
export function compileReread(object: string, { prepare, request }: z.infer<typeof rereadSchema>): ObjectDefinition['reread'] {
  return {
    ...compilePrepare(prepare),
    request: (id, prepared) => fillRequest(request, { ...nothing, object, id, prepared }, true),
  };
}

function compilePrepare(prepare: z.infer<typeof prepareSchema> | undefined): Pick<ReadDefinition, 'prepare'> {
  return prepare ? { prepare: { request: fillRequest(prepare.request, nothing, true), reduce: keeper(prepare.keep) } } : {};
}

const nothing = { object: '', pageSize: 0, since: null, prepared: null };

function compilePaging(paging: z.infer<typeof pagingSchema>, request: RequestTemplate): Paging {
  const first = (page: PageRequest) => fillRequest(request, page, page.position === null);
  switch (paging.kind) {
    case 'cursor':
      return byCursor({ first, ...paging });
    case 'next_link':
      return byNextLink({ first, ...paging });
    case 'page_number':
      return byPageNumber({ first: (page) => fillRequest(request, page, true), ...paging });
    case 'keyset':
      return byKeyset({ first: (page) => fillRequest(request, page, true), ...paging });
    case 'mark': {
      const { name: parameter, more } = paging;
      return byMark({ first, name: parameter, ...(more === undefined ? {} : { more }) });
    }
    case 'modified_walk':
      return walkByModified(request, paging);
    case 'none':
      return { request: first, next: () => null };
    default:
      throw new Error(`unknown paging ${JSON.stringify(paging satisfies never)}`);
  }
}

function walkByModified(request: RequestTemplate, { name: parameter, firstPage }: { name: string; firstPage: number }): Paging {
  const since = (page: PageRequest, at: string | null) => fillRequest(request, { ...page, since: at }, true);
  const tiePage = (request: RequestSpec, page: number): RequestSpec => ({
    ...request,
    query: { ...request.query, [parameter]: String(firstPage + page) },
  });
  return byModified({
    walk: (page, { at, isExclusive }) => since(page, at !== null && isExclusive ? nextMillisecond(at) : at),
    ties: (page, { at, step }) => tiePage(since(page, at), tiePageOf(step)),
    // Behind the last that share the moment come later ones, which the walk meets again.
    nextTie: (page, { count, last }, { at, step }) => nextTiePage(step, count >= page.pageSize && last?.watermark === at),
    isEnd: (page, { count }) => count < page.pageSize,
  });
}

function nextMillisecond(at: string): string {
  return new Date(Date.parse(at) + 1).toISOString();
}

function keeper({ path: at, item }: { path: string; item?: string | undefined }): (body: Json) => Json {
  return (body) => {
    const found = readPath(body, compilePath(at)) as Json | undefined;
    if (item === undefined || !Array.isArray(found)) return found ?? null;
    return found.slice(0, preparedMax).map((one) => (readPath(one, compilePath(item)) as Json | undefined) ?? null);
  };
}
