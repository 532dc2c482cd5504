import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { enqueue } from '../queue/index.ts';
import { audit } from '../tenancy/index.ts';
import type { FieldsCtx } from './context.ts';
import { refuseDependents } from './delete-field.ts';
import { type Field, shownField } from './field.ts';
import { findField } from './get-field.ts';
import { isNameTaken, nameInput, nameTaken, pathInput, refuseIndexOf, typeInput } from './input.ts';

const UpdateField = z.strictObject({
  fieldId: idInput,
  name: nameInput.optional(),
  path: pathInput.optional(),
  type: typeInput.optional(),
  isIndexed: z.boolean().optional(),
});
export type UpdateField = z.input<typeof UpdateField>;

/**
 * A new name keeps the column; another path or type makes it anew, which views that read it would not survive. What failed is tried
 * again, also without a change.
 */
export async function updateField({ ctx, input }: Args<UpdateField, FieldsCtx>): Promise<Field> {
  const { applicationId } = requireScope(ctx.actor, 'fields:write');
  const { fieldId, ...given } = UpdateField.parse(input);
  const { destination, ...before } = await findField(ctx, applicationId, fieldId);
  if (before.status === 'dropping') throw new AppError('conflict', 'The field is being deleted. Create another.');
  const wanted = {
    name: given.name ?? before.name,
    path: given.path ?? before.path,
    type: given.type ?? before.type,
    isIndexed: given.isIndexed ?? before.isIndexed,
  } as Required<typeof given>;
  refuseIndexOf(wanted);
  const isSame = wanted.name === before.name && wanted.isIndexed === before.isIndexed;
  const isSameColumn = wanted.path === before.path && wanted.type === before.type;
  if (isSame && isSameColumn && before.status !== 'failed') return shownField(before);
  if (!isSameColumn) await refuseDependents(ctx, { ...before, destination });
  try {
    return await withTransaction(ctx, async (tx) => {
      const { count } = await tx.field.updateMany({
        where: { applicationId, id: fieldId, version: before.version },
        data: { ...wanted, status: 'adding', statusReason: null, version: { increment: 1 }, updatedAt: ctx.clock.now() },
      });
      if (count === 0) throw new AppError('conflict', 'The field was changed by somebody else just now. Read it again.');
      await enqueue(tx, 'apply-field', { fieldId });
      await audit(tx, ctx, { applicationId, action: 'field.updated', target: fieldId });
      return shownField((await tx.field.findUnique({ where: { id: fieldId } }))!);
    });
  } catch (error) {
    throw isNameTaken(error) ? nameTaken({ object: before.object, name: wanted.name }) : error;
  }
}
