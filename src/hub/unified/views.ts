import type { ViewDefinition } from '../context.ts';
import { fingerprintOf, replaceView } from '../fields/replace-view.ts';
import type { HubHandle } from '../handle.ts';
import { mustGiveWay, withBriefLock } from '../readers/brief-lock.ts';
import type { HubTx } from '../transaction.ts';
import type { HubTable } from '../types.ts';

/** Whoever reads a view for long would make a new table wait, and every other reader behind it. */
const lockMsMax = 150;

/**
 * The views of unified models that show this table, in the transaction that creates it. What cannot be done at once, because somebody
 * reads a view at the moment, is left to a transaction of its own, right behind.
 */
export async function refreshUnifiedViews(hub: HubHandle, tx: HubTx, table: HubTable): Promise<void> {
  if (!hub.unifiedViews) return;
  const shown = hub.names.record(table.name);
  await tx.query(`savepoint unified_views; set local lock_timeout = ${lockMsMax}`);
  try {
    const views = (await definitionsOf(hub, tx)).filter(({ select }) => select.includes(`from ${shown} t`));
    for (const view of views) await refresh(hub, tx, view);
    await tx.query('set local lock_timeout = 0; release savepoint unified_views');
  } catch (error) {
    // A lost session fails here again; a view never keeps records from being stored.
    await tx.query('rollback to savepoint unified_views');
    hub.log.info({ schema: hub.schema, table: table.name, err: error }, 'the views of unified models are made behind their table');
    void catchUp(hub);
  }
}

/** At a hub's opening and behind a changed declaration: what is mapped otherwise is shown otherwise. Nobody waits for it. */
export async function refreshUnifiedViewsIfBehind(hub: HubHandle): Promise<void> {
  if (!hub.unifiedViews) return;
  try {
    if ((await behind(hub, hub.pool)).length > 0) void catchUp(hub);
  } catch (error) {
    hub.log.warn({ schema: hub.schema, err: error }, 'the views of unified models could not be looked at');
  }
}

/** A view that stays as it was is tried again with the next table, or when the hub is opened next. */
async function catchUp(hub: HubHandle): Promise<void> {
  try {
    await withBriefLock(hub, async (tx) => {
      await tx.query(`select from ${hub.names.hub} for update`);
      for (const view of await behind(hub, tx)) await refreshByItself(hub, tx, view);
    });
  } catch (error) {
    hub.log.warn({ schema: hub.schema, err: error }, 'the views of unified models could not be brought up to date');
  }
}

/** One that Postgres refuses, because it takes too long or is too large, keeps no other from being made. */
async function refreshByItself(hub: HubHandle, tx: HubTx, view: ViewDefinition): Promise<void> {
  await tx.query('savepoint unified_view');
  try {
    await refresh(hub, tx, view);
    await tx.query('release savepoint unified_view');
  } catch (error) {
    if (mustGiveWay(error)) throw error;
    await tx.query('rollback to savepoint unified_view');
    hub.log.warn(
      { schema: hub.schema, view: view.name, chars: view.select.length, err: error },
      'Postgres refused the SQL view of a unified model: it stays as it was until the next table or opening; the other views and the API go on',
    );
  }
}

async function refresh(hub: HubHandle, tx: HubTx, view: ViewDefinition): Promise<void> {
  const replaced = await replaceView(hub, tx, view);
  if (replaced.outcome === 'taken' || replaced.outcome === 'in_use')
    hub.log.warn({ schema: hub.schema, view: view.name, ...replaced }, 'a view of a unified model could not be brought up to date');
}

async function definitionsOf(hub: HubHandle, client: Pick<HubTx, 'query'>): Promise<ViewDefinition[]> {
  if (!hub.unifiedViews) return [];
  const { rows: tables } = await client.query<HubTable>(`select provider, object, name from ${hub.names.table} order by provider, object`);
  const { rows: made } = await client.query<{ name: string }>(`select name from ${hub.names.view} where kind = 'unified'`);
  return hub.unifiedViews(
    hub.names,
    tables,
    made.map(({ name }) => name),
  );
}

async function behind(hub: HubHandle, client: Pick<HubTx, 'query'>): Promise<ViewDefinition[]> {
  const views = await definitionsOf(hub, client);
  if (views.length === 0) return [];
  const { rows } = await client.query<{ name: string; fingerprint: string }>(
    `select name, fingerprint from ${hub.names.view} where kind = 'unified'`,
  );
  const made = new Map(rows.map(({ name, fingerprint }) => [name, fingerprint]));
  return views.filter((view) => made.get(view.name) !== fingerprintOf(view));
}
