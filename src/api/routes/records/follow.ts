import { z } from '@hono/zod-openapi';
import { followRecords, type RecordsPage } from '../../../hub/index.ts';
import type { AppCtx } from '../../context.ts';
import { endpoint, StreamAnswer } from '../../endpoint.ts';
import { asAppError } from '../../errors.ts';
import { eventStream, type StreamEvent } from '../../event-stream.ts';
import { problemOf } from '../../problem.ts';
import { pageQuery, queryInt } from '../../wire/common.ts';
import { feedQuery, objectParams, splitFields } from './schema.ts';

const RecordEvents = z.string().openapi('RecordEvents', {
  description:
    'Server-sent events. `records`: a page as `listRecords` answers it, with its `next_cursor` as the id of the event; the first comes at once, also where it is empty. A comment with an id while nothing changes. `problem`: what ended the stream.',
});

/** Above the longest stream: by then nobody reads any more. */
const graceSeconds = 30;

export const followRecordsEndpoint = endpoint({
  operationId: 'followRecords',
  method: 'get',
  path: '/v1/records/{provider}/{object}:follow',
  tag: 'records',
  summary: 'Follow records',
  description:
    'The change feed as it happens: pages from the cursor on, then what changes within a second, until `wait_seconds` are over. Come back with the id of the last event in `Last-Event-ID` (or as `cursor`): nothing is skipped in between. Pass `include_deleted=true`, or deletes stay unseen.',
  scope: 'records:read',
  params: z.strictObject(objectParams),
  query: z.strictObject({
    ...pageQuery,
    ...feedQuery,
    wait_seconds: queryInt(0, 86_400).openapi({
      description: 'End after this long; default and at most what the installation allows (300). 0: one page.',
      example: 60,
    }),
  }),
  headers: z.object({
    'last-event-id': z
      .string()
      .max(4000)
      .optional()
      .openapi({ description: 'The id of the last event that you have; instead of `cursor`.' }),
  }),
  status: 200,
  mediaType: 'text/event-stream',
  response: RecordEvents,
  errors: [
    ...(['provider_unknown', 'object_unknown', 'not_found', 'cursor_invalid', 'cursor_expired'] as const),
    ...(['conflict', 'destination_ambiguous', 'filter_too_expensive', 'destination_unavailable'] as const),
  ],
  async handle({ ctx, params, query, headers }) {
    const gone = new AbortController();
    const pages = followRecords({
      ctx,
      signal: gone.signal,
      input: {
        ...params,
        customerId: query.customer_id,
        connectionId: query.connection_id,
        destinationId: query.destination_id,
        cursor: headers['last-event-id'] || query.cursor,
        pageSize: query.page_size,
        modifiedAfter: query.modified_after,
        includeDeleted: query.include_deleted,
        fields: splitFields(query.fields),
        filter: query.filter,
        waitSeconds: query.wait_seconds,
      },
    });
    // What is refused is refused as a problem: the first page is read before the answer begins.
    const first = await pages.next();
    return new StreamAnswer(streamOf(ctx, { first, pages, gone }));
  },
});

interface Followed {
  first: IteratorResult<RecordsPage, void>;
  pages: AsyncGenerator<RecordsPage, void>;
  gone: AbortController;
}

function streamOf(ctx: AppCtx, { first, pages, gone }: Followed) {
  let isFirst = true;
  const events = {
    async next(): Promise<IteratorResult<StreamEvent, void>> {
      const { done, value: page } = isFirst ? first : await pages.next();
      if (done || !page) return { done: true, value: undefined };
      const data = isFirst || page.count > 0 ? page.body : null;
      isFirst = false;
      return { done: false, value: { event: 'records', id: page.nextCursor, data } };
    },
    async return(): Promise<IteratorResult<StreamEvent, void>> {
      // First: the end waits for what is under way.
      gone.abort();
      await pages.return();
      return { done: true, value: undefined };
    },
  };
  return eventStream(events, {
    secondsMax: ctx.limits.followSecondsMax + graceSeconds,
    problem(error) {
      const known = asAppError(error);
      if (known.status >= 500) ctx.log.error({ err: error }, 'a stream of records ended');
      return JSON.stringify(problemOf(known, ctx.requestId));
    },
  });
}
