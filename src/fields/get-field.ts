import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { notFound } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args, Ctx } from '../db/index.ts';
import type { FieldsCtx } from './context.ts';
import { type Field, shownField } from './field.ts';

const GetField = z.strictObject({ fieldId: idInput });
export type GetField = z.input<typeof GetField>;

/** A field, with the records counted whose value does not fit its type. */
export async function getField({ ctx, input }: Args<GetField, FieldsCtx>): Promise<Field> {
  const { applicationId } = requireScope(ctx.actor, 'fields:read');
  const { fieldId } = GetField.parse(input);
  const { destination, ...row } = await findField(ctx, applicationId, fieldId);
  const hub = row.status === 'ready' ? await ctx.hubs.open(destination) : null;
  return shownField(row, hub && (await hub.countFailedCasts({ id: row.id })));
}

export async function findField({ db }: Pick<Ctx, 'db'>, applicationId: string, id: string) {
  const where = { applicationId_id: { applicationId, id } };
  const found = await db.prisma.field.findUnique({ where, include: { destination: true } });
  if (!found) throw notFound('field', id);
  return found;
}
