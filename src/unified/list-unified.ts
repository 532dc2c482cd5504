import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { pageInput, pageSizeDefault } from '../base/list.ts';
import { customerIdInput, idInput, text } from '../base/text.ts';
import type { UnifiedModel } from '../catalog/index.ts';
import type { Args } from '../db/index.ts';
import type { UnifiedPage, UnifiedRelation } from '../hub/unified/types.ts';
import { branchesOf } from './branches.ts';
import type { UnifiedCtx } from './context.ts';
import { bringMappings } from './copy-mappings.ts';
import { findUnifiedDestination } from './find-destination.ts';
import { modelOf } from './models.ts';
import { customFieldsSql } from './views.ts';

const recordIdCharsMax = 1000;
const expandMax = 10;

const ListUnified = z.strictObject({
  category: text(100),
  model: text(100),
  ...pageInput,
  provider: text(100).optional(),
  customerId: customerIdInput.optional(),
  connectionId: idInput.optional(),
  destinationId: idInput.optional(),
  remoteId: text(recordIdCharsMax).optional(),
  modifiedAfter: z.date().optional(),
  /** Also what is no record of the model any more; whoever follows changes passes true. */
  includeDeleted: z.boolean().default(false),
  includeRaw: z.boolean().default(false),
  /** Relations to show as the records that they name. */
  expand: z.array(text(100)).max(expandMax).default([]),
});
export type ListUnified = z.input<typeof ListUnified>;

/** A model's records across providers, and their changes: the same feed and the same cursors as of records. */
export async function listUnified({ ctx, input }: Args<ListUnified, UnifiedCtx>): Promise<UnifiedPage> {
  const { applicationId, customerId: own } = requireScope(ctx.actor, 'records:read');
  const { category, model: name, provider, destinationId, expand, pageSize = pageSizeDefault, ...rest } = ListUnified.parse(input);
  if (own !== undefined && rest.customerId !== undefined && rest.customerId !== own)
    throw new AppError('scope_missing', "A customer token lists its own customer's records only.");
  const model = modelOf(category, name);
  if (provider !== undefined) ctx.catalog.provider(provider);
  const branches = branchesOf(ctx.catalog, model).filter((one) => provider === undefined || one.provider === provider);
  const owner = { customerId: own ?? rest.customerId, connectionId: rest.connectionId };
  const objects = branches.map((one) => ({ provider: one.provider, object: one.object }));
  const relations = relationsOf(ctx, model, expand);
  const found = await findUnifiedDestination(ctx, { applicationId, destinationId, objects, ...owner });
  const hub = await ctx.hubs.open(found.destination);
  await bringMappings(ctx, hub, found);
  return hub.listUnified({
    ...rest,
    ...owner,
    ...{ pageSize, branches },
    model: `${category}/${name}`,
    provider: provider ?? null,
    expand: relations,
    customFields: found.hasDeclarations
      ? (names, of) => customFieldsSql(names, model, { provider: of, raw: 'u.raw', customerId: 'u.customer_id' })
      : null,
  });
}

function relationsOf({ catalog }: UnifiedCtx, model: UnifiedModel, expand: readonly string[]): UnifiedRelation[] {
  const relations = Object.entries(model.fields).flatMap(([field, { type, ...rest }]) =>
    type !== 'list' && 'relation' in rest && rest.relation !== undefined ? [{ field, related: rest.relation }] : [],
  );
  return [...new Set(expand)].map((field) => {
    const relation = relations.find((one) => one.field === field);
    if (!relation) throw unknownRelation(field, relations);
    return { field, branches: branchesOf(catalog, modelOf(model.category, relation.related)) };
  });
}

function unknownRelation(field: string, relations: readonly { field: string }[]): AppError {
  const known = relations.map((one) => one.field).join(', ') || 'none';
  const message = `${JSON.stringify(field.slice(0, 100))} is no relation of this model that can be expanded. There are: ${known}.`;
  return new AppError('input_invalid', 'The input was refused. Correct the listed places and send it again.', {
    issues: [{ in: 'query', path: 'expand', message }],
  });
}
