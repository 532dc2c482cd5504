import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { idInput, text } from '../base/text.ts';
import { findListed } from '../catalog/index.ts';
import { type Args, type Tx, withTransaction } from '../db/index.ts';
import { enqueue } from '../queue/index.ts';
import { audit } from '../tenancy/index.ts';
import type { FieldsCtx } from './context.ts';
import { type Field, shownField } from './field.ts';
import { findFieldsDestination } from './find-destination.ts';
import { fieldsOfObjectMax, isNameTaken, nameInput, nameTaken, pathInput, refuseIndexOf, typeInput } from './input.ts';

const CreateField = z.strictObject({
  provider: text(100),
  object: text(200),
  name: nameInput,
  path: pathInput,
  type: typeInput,
  isIndexed: z.boolean().default(false),
  destinationId: idInput.optional(),
});
export type CreateField = z.input<typeof CreateField>;

/** Declares a typed column. It is added and filled behind the syncs, which go on meanwhile. */
export async function createField({ ctx, input }: Args<CreateField, FieldsCtx>): Promise<Field> {
  const { applicationId } = requireScope(ctx.actor, 'fields:write');
  const { destinationId, ...wanted } = CreateField.parse(input);
  refuseIndexOf(wanted);
  const { provider, object } = wanted;
  const { object: readObject } = await findListed(ctx, applicationId, provider, object);
  const destination = await findFieldsDestination(ctx, { applicationId, destinationId, records: { provider, readObject } });
  try {
    return await withTransaction(ctx, async (tx) => {
      await refuseTooMany(tx, { destinationId: destination.id, provider, object });
      const now = ctx.clock.now();
      const row = await tx.field.create({
        data: { id: newId('fld', now), applicationId, destinationId: destination.id, ...wanted, createdAt: now, updatedAt: now },
      });
      await enqueue(tx, 'apply-field', { fieldId: row.id });
      await audit(tx, ctx, { applicationId, action: 'field.created', target: row.id });
      return shownField(row);
    });
  } catch (error) {
    throw isNameTaken(error) ? nameTaken(wanted) : error;
  }
}

async function refuseTooMany(tx: Tx, where: { destinationId: string; provider: string; object: string }): Promise<void> {
  if ((await tx.field.count({ where })) < fieldsOfObjectMax) return;
  throw new AppError('conflict', `${where.object} already has ${fieldsOfObjectMax} fields. Delete one that you do not need.`);
}
