import { newId } from '../../base/ids.ts';
import { type Tx, withTransaction } from '../../db/index.ts';
import { emitAll, type NewEvent } from '../../events/emit.ts';
import type { SyncsCtx } from '../context.ts';
import { type AlertKind, alertKinds, conditions } from './conditions.ts';

/** Alerts that one look raises, and ends, of a kind; the next look goes on. */
const changesMax = 500;

type CheckCtx = Pick<SyncsCtx, 'db' | 'clock'>;

/** For the tick: one alert for each change of state, one recovery, each with its event in the same transaction. */
export async function checkAlerts({ ctx }: { ctx: CheckCtx }): Promise<void> {
  for (const kind of alertKinds)
    await withTransaction(ctx, async (tx) => {
      const [recovered, raised] = [await recover(tx, ctx, kind), await raise(tx, ctx, kind)];
      await emitAll(tx, ctx.clock, [...recovered, ...raised]);
    });
}

interface Changed {
  id: string;
  application_id: string;
  subject: string;
  detail: { customer_id: string | null; connection_id: string | null };
}

/** An open alert of the same subject is unique by its index: however many processes look, it is raised once. */
async function raise(tx: Tx, { clock }: CheckCtx, kind: AlertKind): Promise<NewEvent[]> {
  const now = clock.now();
  const found = await tx.$queryRaw<{ application_id: string; subject: string; detail: object }[]>`
    select f.application_id, f.subject,
           f.detail || jsonb_build_object('customer_id', f.customer_id, 'connection_id', f.connection_id) as detail
    from (${conditions[kind]}) f
    where not exists (select from alert o
                      where o.application_id = f.application_id and o.kind = ${kind}::text and o.subject = f.subject
                        and o.recovered_at is null)
    limit ${changesMax}::int`;
  if (found.length === 0) return [];
  const rows = JSON.stringify(found.map((one) => ({ id: newId('alr', now), ...one })));
  const raised = await tx.$queryRaw<Changed[]>`
    insert into alert (id, application_id, kind, subject, detail, raised_at)
    select f.id, f.application_id, ${kind}::text, f.subject, f.detail, ${now}::timestamptz
    from jsonb_to_recordset(${rows}::jsonb) as f(id text, application_id text, subject text, detail jsonb)
    on conflict (application_id, kind, subject) where recovered_at is null do nothing
    returning id, application_id, subject, detail`;
  return raised.map((one) => eventOf('alert.raised', kind, one));
}

async function recover(tx: Tx, { clock }: CheckCtx, kind: AlertKind): Promise<NewEvent[]> {
  const recovered = await tx.$queryRaw<Changed[]>`
    update alert
    set recovered_at = ${clock.now()}::timestamptz
    where id in (
        select o.id
        from alert o
        where o.kind = ${kind}::text and o.recovered_at is null
          and not exists (select from (${conditions[kind]}) f where f.application_id = o.application_id and f.subject = o.subject)
        limit ${changesMax}::int
      )
      and recovered_at is null
    returning id, application_id, subject, detail`;
  return recovered.map((one) => eventOf('alert.recovered', kind, one));
}

function eventOf(type: 'alert.raised' | 'alert.recovered', kind: AlertKind, { id, application_id, subject, detail }: Changed): NewEvent {
  const { customer_id, connection_id } = detail;
  return {
    applicationId: application_id,
    type,
    data: { alert_id: id, kind, ...about(kind, subject), ...(customer_id === null ? {} : { customer_id, connection_id }) },
  };
}

function about(kind: AlertKind, subject: string): Record<string, string> {
  switch (kind) {
    case 'needs_reauth':
      return {};
    case 'destination_unavailable':
      return { destination_id: subject };
    default:
      return { sync_id: subject };
  }
}
