import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import type { Args } from '../db/index.ts';
import type { UnifiedPreview } from '../hub/unified/types.ts';
import type { UnifiedCtx } from './context.ts';
import { segmentsOf } from './custom-field.ts';
import { findUnifiedDestination } from './find-destination.ts';
import { customFieldsInput, mappingKey } from './input.ts';
import { requireMapped } from './mapping.ts';

const PreviewMapping = z.strictObject({ ...mappingKey, destinationId: idInput.optional(), fields: customFieldsInput });
export type PreviewMapping = z.input<typeof PreviewMapping>;

const recordsMax = 20;

/** What a declaration would give, on the newest records that are stored. Nothing is written. */
export async function previewMapping({ ctx, input }: Args<PreviewMapping, UnifiedCtx>): Promise<UnifiedPreview> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'records:read');
  const { fields, customerId: given, destinationId, ...key } = PreviewMapping.parse(input);
  if (own !== undefined && given !== undefined && given !== own)
    throw new AppError('scope_missing', "A customer token reads its own customer's records only.");
  const branches = await requireMapped(ctx, applicationId, key);
  const customerId = own ?? given;
  const objects = branches.map(({ provider, object }) => ({ provider, object }));
  const { destination } = await findUnifiedDestination(ctx, { applicationId, customerId, destinationId, objects });
  return (await ctx.hubs.open(destination)).previewUnified({
    ...{ branches, customerId, recordsMax },
    fields: Object.entries(fields).map(([name, { path, type }]) => ({ name, path: segmentsOf(path), type })),
  });
}
