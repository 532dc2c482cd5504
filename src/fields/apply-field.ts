import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import type { FieldType } from '../base/field-type.ts';
import { idInput } from '../base/text.ts';
import type { Destination, Field } from '../db/generated/client.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { emit } from '../events/emit.ts';
import type { HubCtx, ListableHub } from '../hub/context.ts';
import { enqueue } from '../queue/index.ts';

const ApplyField = z.strictObject({ fieldId: idInput });

/** One job fills for this long; then the field goes to the back of the queue. */
const fillMsMax = 5_000;

/**
 * Brings the table to what is declared: one slice of the way. Idempotent, and two workers at it do no harm: each step looks at what
 * is there. What only time can mend is tried again; what the vendor has to mend ends the field as failed, with its reason.
 */
export async function applyField({ ctx, input, signal }: Args<unknown, HubCtx> & { signal: AbortSignal }): Promise<void> {
  const { fieldId } = ApplyField.parse(input);
  const found = await ctx.db.prisma.field.findUnique({ where: { id: fieldId }, include: { destination: true } });
  if (!found || (found.status !== 'adding' && found.status !== 'dropping')) return;
  const { destination, ...field } = found;
  await ctx.db.prisma.field.updateMany({ where: sameOrder(field), data: { updatedAt: ctx.clock.now() } });
  try {
    await attempt(ctx, field, destination, signal);
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === null) throw error;
    await settle(ctx, field, { status: 'failed', reason, failedCasts: null });
  }
}

async function attempt(ctx: HubCtx, field: Field, destination: Destination, signal: AbortSignal): Promise<void> {
  const hub = await ctx.hubs.open(destination);
  if (field.status === 'dropping') {
    await hub.dropField({ id: field.id });
    await ctx.db.prisma.field.deleteMany({ where: sameOrder(field) });
    return;
  }
  const outcome = await advance(hub, field, signal);
  if (outcome === 'remaining') await withTransaction(ctx, (tx) => enqueue(tx, 'apply-field', { fieldId: field.id }));
  // Elsewhere the index is being built, or this worker is being stopped: the tick looks again.
  if (outcome === 'elsewhere' || outcome === 'remaining') return;
  await settle(ctx, field, { status: 'ready', reason: null, failedCasts: outcome.failedCasts });
}

async function advance(
  hub: ListableHub,
  field: Field,
  signal: AbortSignal,
): Promise<'remaining' | 'elsewhere' | { failedCasts: number | null }> {
  const { id, provider, object, name, path, isIndexed } = field;
  const wanted = { id, provider, object, name, path, isIndexed, type: field.type as FieldType };
  await hub.putField(wanted);
  if ((await hub.fillField({ id, msMax: fillMsMax })).remaining) return 'remaining';
  if (isIndexed && (await hub.indexField({ id, signal })).remaining) return 'elsewhere';
  return (await hub.finishField(wanted)) ?? 'remaining';
}

/** An order that was changed meanwhile is another worker's to settle. */
function sameOrder({ id, applicationId, version, status }: Field) {
  return { id, applicationId, version, status };
}

async function settle(
  ctx: HubCtx,
  field: Field,
  { status, reason, failedCasts }: { status: 'ready' | 'failed'; reason: string | null; failedCasts: number | null },
): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const { count } = await tx.field.updateMany({
      where: sameOrder(field),
      data: { status, statusReason: reason, updatedAt: ctx.clock.now() },
    });
    if (count === 0) return;
    const { applicationId, id, destinationId, provider, object, name } = field;
    await emit(tx, ctx.clock, {
      applicationId,
      type: status === 'ready' ? 'field.ready' : 'field.failed',
      data: {
        ...{ field_id: id, destination_id: destinationId, provider, object, name },
        ...(status === 'ready' ? { failed_casts: failedCasts } : { reason }),
      },
    });
  });
}

/** 42: rights, names; 54: as many columns as a table can have; 0A: a table of a kind that cannot have the column. */
const refused = ['42', '54', '0A'];

function refusalOf(error: unknown): string | null {
  if (error instanceof AppError) return error.code === 'destination_unavailable' || error.code === 'internal' ? null : error.message;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || code.length !== 5 || !refused.includes(code.slice(0, 2))) return null;
  return `The database refuses to change the table (${code}). Look at its rights and at what was added to the table.`;
}
