import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import type { DestinationRef, HubCtx } from '../hub/context.ts';
import { enqueue } from '../queue/index.ts';
import { audit } from '../tenancy/index.ts';
import type { FieldsCtx } from './context.ts';
import { type Field, shownField } from './field.ts';
import { findField } from './get-field.ts';

const DeleteField = z.strictObject({ fieldId: idInput });
export type DeleteField = z.input<typeof DeleteField>;

/** Takes the column away, with its index. Views that read it are not taken along: they are named, and nothing happens. */
export async function deleteField({ ctx, input }: Args<DeleteField, FieldsCtx>): Promise<Field> {
  const { applicationId } = requireScope(ctx.actor, 'fields:write');
  const { fieldId } = DeleteField.parse(input);
  const found = await findField(ctx, applicationId, fieldId);
  await refuseDependents(ctx, found);
  return withTransaction(ctx, async (tx) => {
    const row = await tx.field.update({
      where: { applicationId_id: { applicationId, id: fieldId } },
      data: { status: 'dropping', statusReason: null, version: { increment: 1 }, updatedAt: ctx.clock.now() },
    });
    await enqueue(tx, 'apply-field', { fieldId });
    await audit(tx, ctx, { applicationId, action: 'field.deleted', target: fieldId });
    return shownField(row);
  });
}

/** Asked before anything is noted: the same look is taken again when the column goes. */
export async function refuseDependents(
  { hubs }: Pick<HubCtx, 'hubs'>,
  field: { id: string; name: string; destination: DestinationRef },
): Promise<void> {
  const hub = await hubs.open(field.destination);
  const dependents = await hub.findFieldDependents({ id: field.id });
  if (dependents.length === 0) return;
  throw new AppError('field_in_use', `${dependents.join(', ')} reads what shows the field ${field.name}. Drop or change it first.`, {
    details: { name: field.name, dependents },
  });
}
