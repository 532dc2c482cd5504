import { authenticateHook, type IncomingHook } from '../connect/hooks/authenticate-hook.ts';
import { type HookedRecord, readEvents } from '../connect/hooks/read-events.ts';
import type { SyncsCtx } from './context.ts';
import { addNotices, type NewNotice } from './hook-notices.ts';

/** A hook has no actor: its signature says whose it is. */
export type HookCtx = Omit<SyncsCtx, 'actor'>;

export interface ReceivedHook {
  provider: string;
  /** Records that were told of, and those of them whose account nobody has connected. */
  records: number;
  unrouted: number;
}

/** A sync that a notice goes to. */
interface Target {
  account: string;
  object: string;
  syncId: string;
  applicationId: string;
  customerId: string;
  connectionId: string;
  destinationId: string;
}

/**
 * Takes a hook: verifies it, finds the syncs that it is about, notes the ids and answers. Reading anything comes later. What a body
 * carries beside ids waits in the hub, and where the hub cannot be reached the ids are enough: the records are read again.
 */
export async function receiveHook({ ctx, input }: { ctx: HookCtx; input: IncomingHook }): Promise<ReceivedHook> {
  const { providerConfig, hooks } = await authenticateHook(ctx, input);
  const records = readEvents(hooks, input.body);
  const targets = await findTargets(ctx, providerConfig.id, records);
  const routed = records.flatMap((record) =>
    targets.filter(({ account, object }) => account === record.account && object === record.object).map((target) => ({ record, target })),
  );
  if (routed.length > 0) {
    await keepPayloads(ctx, routed);
    await addNotices(
      ctx,
      routed.map(({ record, target }): NewNotice => ({ ...target, recordId: record.recordId })),
    );
  }
  const known = new Set(targets.map(({ account }) => account));
  const unrouted = records.filter(({ account }) => !known.has(account)).length;
  if (unrouted > 0)
    ctx.log.info({ provider_config: providerConfig.id, records: unrouted }, 'a hook told of accounts that nobody has connected');
  return { provider: providerConfig.provider, records: records.length, unrouted };
}

/** Every active sync of a connection to one of the accounts; several customers may have connected the same one. */
async function findTargets(ctx: HookCtx, providerConfigId: string, records: HookedRecord[]): Promise<Target[]> {
  if (records.length === 0) return [];
  const accounts = [...new Set(records.map(({ account }) => account))];
  const objects = [...new Set(records.map(({ object }) => object))];
  return ctx.db.prisma.$queryRaw<Target[]>`
    select c.remote_account_id as account, s.object, s.id as "syncId", s.application_id as "applicationId", s.customer_id as "customerId",
           s.connection_id as "connectionId", s.destination_id as "destinationId"
    from connection c
    join sync s on s.connection_id = c.id and s.application_id = c.application_id
    where c.provider_config_id = ${providerConfigId}::text
      and c.remote_account_id = any(${accounts}::text[])
      and c.status = 'active'
      and s.object = any(${objects}::text[])
      and s.status = 'active'`;
}

type Routed = { record: HookedRecord; target: Target }[];

async function keepPayloads(ctx: HookCtx, routed: Routed): Promise<void> {
  const carried = routed.filter(({ record }) => record.record !== null);
  for (const [syncId, ofSync] of Map.groupBy(carried, ({ target }) => target.syncId)) {
    const { destinationId, connectionId, customerId } = ofSync[0]!.target;
    try {
      const destination = await ctx.db.prisma.destination.findUniqueOrThrow({ where: { id: destinationId } });
      // The provider waits for our answer, and whoever knows that nobody is there need not wait for that too.
      if (destination.status === 'unavailable') continue;
      const hub = await ctx.hubs.open(destination);
      const connection = await hub.ensureConnection({ connectionId, customerId });
      const payloads = ofSync.map(({ record }) => ({ recordId: record.recordId, raw: record.record! }));
      await hub.keepHookPayloads({ syncId, connection, payloads });
    } catch (error) {
      ctx.log.warn({ err: error, sync: syncId }, 'the records of a hook could not be kept; they will be read again by their ids');
    }
  }
}
