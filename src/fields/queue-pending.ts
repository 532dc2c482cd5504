import { type Args, withTransaction } from '../db/index.ts';
import { enqueueAll } from '../queue/index.ts';

const fieldsQueuedMax = 100;
/** A field that nobody has worked on for longer than this is queued again: the worker that had it may have died. */
const requeueSeconds = 60;

/** For the tick. */
export async function queuePendingFields({ ctx }: { ctx: Pick<Args['ctx'], 'db'> }): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const pending = await tx.$queryRaw<{ id: string }[]>`
      select id
      from field
      where status in ('adding', 'dropping')
        and updated_at < (select syncline_now()) - ${requeueSeconds}::int * interval '1 second'
      order by updated_at
      limit ${fieldsQueuedMax}::int`;
    await enqueueAll(
      tx,
      'apply-field',
      pending.map(({ id }) => ({ fieldId: id })),
    );
    return pending.length;
  });
}
