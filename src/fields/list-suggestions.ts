import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { type Page, pageById, pageInput } from '../base/list.ts';
import { idInput, text } from '../base/text.ts';
import { findListed, findObject } from '../catalog/index.ts';
import { openConnectionClient } from '../connect/client.ts';
import type { Args } from '../db/index.ts';
import type { Json, RequestSpec } from '../kit/index.ts';
import type { FieldsCtx } from './context.ts';
import { describePages } from './describe-pages.ts';
import { findFieldsDestination } from './find-destination.ts';
import { fieldsOfObjectMax } from './input.ts';
import { type DescribedField, type FieldSuggestion, suggestFields } from './suggest.ts';

const ListSuggestions = z.strictObject({
  ...pageInput,
  provider: text(100),
  object: text(200),
  destinationId: idInput.optional(),
});
export type ListSuggestions = z.input<typeof ListSuggestions>;

/** A provider that does not answer must not keep what the records show from the caller. */
const describeMsMax = 10_000;

/** Fields that could be declared: what the newest records show, and what the provider says of them where it can be asked. */
export async function listSuggestions({ ctx, input }: Args<ListSuggestions, FieldsCtx>): Promise<Page<FieldSuggestion>> {
  const { applicationId } = requireScope(ctx.actor, 'fields:read');
  const { provider, object, destinationId, ...page } = ListSuggestions.parse(input);
  const { object: readObject } = await findListed(ctx, applicationId, provider, object);
  const destination = await findFieldsDestination(ctx, { applicationId, destinationId, records: { provider, readObject } });
  const hub = await ctx.hubs.open(destination);
  const [inferred, described, declared] = await Promise.all([
    hub.inferFields({ provider, object }),
    describe(ctx, { applicationId, provider, object }),
    ctx.db.prisma.field.findMany({
      where: { applicationId, destinationId: destination.id, provider, object },
      select: { name: true, path: true },
      take: fieldsOfObjectMax,
    }),
  ]);
  const suggested = suggestFields({ inferred, described, declared });
  return pageById(
    page,
    async ({ after, take }) => suggested.filter(({ path }) => after === null || path > after).slice(0, take),
    ({ path }) => path,
  );
}

/** Asked of the newest connection that is active: accounts differ in the fields that were added to them. */
async function describe(ctx: FieldsCtx, where: { applicationId: string; provider: string; object: string }): Promise<DescribedField[]> {
  const { applicationId, provider, object } = where;
  const definition = await findObject(ctx, applicationId, provider, object).catch(() => null); // inside another's records: nobody describes it
  if (!definition?.fields) return [];
  const connection = await ctx.db.prisma.connection.findFirst({
    where: { applicationId, provider, status: 'active' },
    orderBy: { id: 'desc' },
    select: { id: true },
  });
  if (!connection) return [];
  const described: DescribedField[] = [];
  try {
    const asSystem = { ...ctx, actor: { kind: 'system' as const, id: 'fields', applicationId } };
    const client = await openConnectionClient({ ctx: asSystem, connectionId: connection.id });
    const signal = AbortSignal.timeout(describeMsMax);
    const ask = async (spec: RequestSpec) => JSON.parse((await client.request(spec, { signal })).body.toString('utf8')) as Json;
    for await (const page of describePages(definition.fields, ask)) described.push(...page);
  } catch (error) {
    ctx.log.warn({ err: error, provider, object, described: described.length }, 'the provider did not describe all of its fields');
  }
  return described;
}
