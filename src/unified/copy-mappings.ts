import type { ListableHub } from '../hub/context.ts';
import type { DeclaredField } from '../hub/unified/types.ts';
import type { UnifiedCtx } from './context.ts';
import { type CustomFields, hiddenType, segmentsOf } from './custom-field.ts';
import type { FoundDestination } from './find-destination.ts';
import { modeOf } from './mapping.ts';

/** What each hub was brought to last, in this process. */
const brought = new WeakMap<ListableHub, string>();

/** Before a page: what was declared meanwhile, here or in another process, is shown at once. A hub that is up to date is left alone. */
export async function bringMappings(
  ctx: Pick<UnifiedCtx, 'db'>,
  hub: ListableHub,
  { destination, declarations }: FoundDestination,
): Promise<void> {
  if (brought.get(hub) === declarations) return;
  await hub.copyMappings(() => declaredFields(ctx, destination.applicationId));
  brought.set(hub, declarations);
}

/** Behind a hub's opening. Most applications declare nothing, and their hubs are left alone: unless one has missed what was taken back. */
export async function copyWhereDeclared(ctx: Pick<UnifiedCtx, 'db'>, hub: ListableHub, applicationId: string): Promise<void> {
  const declared = await ctx.db.prisma.unifiedMapping.count({ where: { applicationId } });
  if (declared === 0 && !(await hub.hasMappings())) return;
  await hub.copyMappings(() => declaredFields(ctx, applicationId));
}

/**
 * Behind a change: the copies in all destinations, which SQL views read. One that does not answer is left behind; its next
 * opening, the next page that is read there, or the next change brings it up to date.
 */
export async function copyToAll(ctx: Pick<UnifiedCtx, 'db' | 'hubs' | 'log'>, applicationId: string): Promise<void> {
  for (const destination of await ctx.db.prisma.destination.findMany({ where: { applicationId }, orderBy: { id: 'asc' } })) {
    try {
      await (await ctx.hubs.open(destination)).copyMappings(() => declaredFields(ctx, applicationId));
    } catch (error) {
      ctx.log.warn({ destination_id: destination.id, err: error }, 'custom fields could not be copied to a destination');
    }
  }
}

async function declaredFields({ db }: Pick<UnifiedCtx, 'db'>, applicationId: string): Promise<DeclaredField[]> {
  const rows = await db.prisma.unifiedMapping.findMany({ where: { applicationId } });
  return rows.flatMap(({ category, model, provider, customerId, mode, fields }) => {
    const own = fields as CustomFields;
    const key = { category, model, provider, customerId };
    const everybodys = rows.find((row) => row.customerId === '' && keyOf(row) === keyOf(key));
    const hidden = customerId === '' || modeOf(mode) !== 'replace' ? [] : Object.keys(everybodys?.fields ?? {});
    return [
      ...Object.entries(own).map(([name, { path, type }]) => ({ ...key, name, type, path: segmentsOf(path) })),
      ...hidden.filter((name) => !Object.hasOwn(own, name)).map((name) => ({ ...key, name, type: hiddenType, path: [] })),
    ];
  });
}

function keyOf({ category, model, provider }: Pick<DeclaredField, 'category' | 'model' | 'provider'>): string {
  return `${category} ${model} ${provider}`;
}
