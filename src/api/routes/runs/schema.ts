import { z } from '@hono/zod-openapi';
import { progressOf, type Run as RunOf, readKinds, readWarnings } from '../../../syncs/index.ts';
import { customerIdField, idField, timeField, wireTime, wireTimeOrNull } from '../../wire/common.ts';

export const runExample = 'run_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const RunStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'held', 'cancelled']).openapi('RunStatus', {
  description: '`held`: everything was applied except deletes, which wait for a person.',
});

/** What the words mean, wherever a read is described. */
export const readKindDescription =
  '`full`: everything; `incremental`: what changed since the watermark; `delta`: the provider’s own feed of changes; `window`: everything that changed within a trailing window; `keys`: the ids of everything, to find what is gone.';

const count = (description: string) => z.int().min(0).openapi({ description, example: 0 });

export const Run = z
  .object({
    id: idField('run', runExample),
    sync_id: idField('sync', 'sync_01k9d3v5m2q8r7s6t5v4w3x2y1'),
    customer_id: customerIdField,
    connection_id: idField('connection', 'conn_01k9d3v5m2q8r7s6t5v4w3x2y1'),
    provider: z.string().openapi({ description: "The provider's name in the catalog.", example: 'hubspot' }),
    object: z.string().openapi({ description: "The object's name at the provider.", example: 'contacts' }),
    kind: z.enum(readKinds).openapi({ description: readKindDescription }),
    trigger: z.enum(['schedule', 'connection', 'manual', 'after', 'hook']).openapi({
      description: 'What started it. `after`: the run of another sync; `hook`: the provider told of changes that had to be read.',
    }),
    source: z.string().nullable().openapi({ description: 'Who asked for it, as they called themselves; with `after`: that run.' }),
    metadata: z.record(z.string(), z.string()).nullable().openapi({ description: 'What they said about it.' }),
    status: RunStatus,
    error_code: z.string().nullable().openapi({ description: 'Why it failed or was held.' }),
    error_message: z.string().nullable().openapi({ description: 'The same in a sentence.' }),
    warnings: z.array(z.enum(readWarnings)).openapi({
      description:
        'Why it read something else, or more, than was its turn. `position_expired`: the provider no longer knew where its feed had been read up to, so everything is read; `window_exceeded`: no run for longer than the window, so it reads further back; `deletions_expired`: the provider has forgotten deletions, so a pass over all keys follows. `changes_unavailable`: nothing tells what changed in this account’s object, so everything is read; `fields_left_out`: the object has more fields than fit the provider’s requests, and the last ones are not read.',
    }),
    slices: count('Pieces of work it took.'),
    fetched: count('Records read: inserted + updated + unchanged + quarantined.'),
    inserted: count('Records new in the hub.'),
    updated: count('Records changed in the hub.'),
    deleted: count('Records that became tombstones.'),
    unchanged: count('Records that were there already.'),
    quarantined: count('Records set aside because they could not be stored.'),
    api_calls: count('Requests to the provider.'),
    bytes: count('Bytes read from the provider.'),
    wait_seconds: z.number().min(0).openapi({
      description: 'Time spent waiting: for limits of the provider and of your own, and between repeated requests.',
      example: 0,
    }),
    held_deletes: count('Deletes that wait for a person.'),
    duplicates: count(
      'Records that came more than once in a read of everything, beyond the first time. Of one id the newest modified time counts, on equal or missing time the later one.',
    ),
    unfolded: z
      .array(
        z.object({
          object: z
            .string()
            .openapi({ description: 'An object whose records stand as a list in the ones that were read.', example: 'order_lines' }),
          inserted: count('Records new in the hub.'),
          updated: count('Records changed in the hub.'),
          deleted: count('Records that became tombstones.'),
          quarantined: count('Records set aside because they could not be stored.'),
        }),
      )
      .openapi({ description: 'What it did to objects that come inside these records. They are not counted as fetched.' }),
    watermark_before: z.string().nullable().openapi({ description: 'Where it began.' }),
    watermark_after: z.string().nullable().openapi({ description: 'Where the next one begins.' }),
    first_seq: z.string().nullable().openapi({ description: 'First position that it wrote in the change feed.', example: '1201' }),
    last_seq: z.string().nullable().openapi({ description: 'Last position that it wrote in the change feed.', example: '1320' }),
    complete_as_of: timeField('What changed at the provider before this time is in the hub, as of the end of this run.').nullable(),
    lag_seconds: z.int().nullable().openapi({ description: 'How far `complete_as_of` lay behind the end of the run.', example: 60 }),
    progress: z
      .object({
        fetched: count('Records read so far.'),
        total_estimate: z.int().nullable().openapi({
          description: 'Records that it is expected to read: what the provider says, or what the last full read met. null: nobody knows.',
          example: 1200,
        }),
        share: z
          .number()
          .nullable()
          .openapi({ description: '0 to 1; 1 only when everything has been read. null: nobody knows.', example: 0.4 }),
        started_at: timeField('When it began.').nullable(),
      })
      .openapi({ description: 'How far it is; moves with every slice while the run is going.' }),
    provider_time: timeField("The provider's clock at its first answer.").nullable(),
    created_at: timeField('When it was asked for.'),
    started_at: timeField('When it began.').nullable(),
    finished_at: timeField('When it ended.').nullable(),
  })
  .openapi('Run');

export function wireRun(run: RunOf): z.input<typeof Run> {
  const progress = progressOf(run);
  const { id, provider, object, kind, trigger, status, slices, fetched, inserted, updated, deleted, unchanged, quarantined, bytes } = run;
  return {
    id,
    sync_id: run.syncId,
    customer_id: run.customerId,
    connection_id: run.connectionId,
    ...{ provider, object, kind, trigger, source: run.source, metadata: run.metadata, status },
    error_code: run.errorCode,
    error_message: run.errorMessage,
    warnings: run.warnings,
    ...{ slices, fetched, inserted, updated, deleted, unchanged, quarantined },
    api_calls: run.apiCalls,
    bytes,
    wait_seconds: run.waitMs / 1000,
    held_deletes: run.heldDeletes,
    duplicates: run.duplicates,
    unfolded: run.unfolded,
    watermark_before: run.watermarkBefore,
    watermark_after: run.watermarkAfter,
    first_seq: run.firstSeq,
    last_seq: run.lastSeq,
    complete_as_of: wireTimeOrNull(run.completeAsOf),
    lag_seconds: run.lagSeconds,
    progress: {
      fetched: progress.fetched,
      total_estimate: progress.totalEstimate,
      share: progress.share,
      started_at: wireTimeOrNull(run.startedAt),
    },
    provider_time: wireTimeOrNull(run.providerTime),
    created_at: wireTime(run.createdAt),
    started_at: wireTimeOrNull(run.startedAt),
    finished_at: wireTimeOrNull(run.finishedAt),
  };
}
