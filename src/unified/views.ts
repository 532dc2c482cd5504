import { sqlTypes } from '../base/mapping/cast-sql.ts';
import { customValueSql } from '../base/mapping/custom-sql.ts';
import { quote } from '../base/mapping/sql-text.ts';
import { columnsSql, conditionSql, sourceColumnsSql } from '../base/mapping/to-sql.ts';
import { mappedBy, models, typesOf, type UnifiedModel } from '../catalog/index.ts';
import type { UnifiedViews, ViewDefinition } from '../hub/context.ts';
import type { HubNames } from '../hub/names.ts';
import type { HubTable } from '../hub/types.ts';
import type { ProviderDefinition } from '../kit/index.ts';
import type { UnifiedCtx } from './context.ts';
import { hiddenType } from './custom-field.ts';
import { mappingsFor, type ProviderMapping } from './mappings.ts';

/** What stands before the model's fields: a model's fields are only ever added at the end, and what reads the view goes on. */
export const viewEnvelope = [
  'id',
  'remote_id',
  'provider',
  'customer_id',
  'connection_id',
  'last_modified_at',
  'synced_at',
  'custom_fields',
] as const;

type Views = (...args: Parameters<UnifiedViews>) => ViewDefinition[];

/** The views of an application's hubs: those of the catalog's providers, and of what it has declared itself. */
export function viewsOfApplications(ctx: Pick<UnifiedCtx, 'catalog' | 'db'>): (applicationId: string) => UnifiedViews {
  const ofCatalog = unifiedViewsOf(ctx.catalog.list());
  return (applicationId) =>
    async (...place) => {
      const declared = await mappedBy(ctx, applicationId);
      return (declared.length === 0 ? ofCatalog : unifiedViewsOf([...ctx.catalog.list(), ...declared]))(...place);
    };
}

/** A model of which no table is there has none; one whose last mapping was taken back keeps its view, without rows. */
export function unifiedViewsOf(definitions: readonly ProviderDefinition[]): Views {
  const mapped = models.map((model) => ({
    model,
    mappings: mappingsFor(definitions, model.category, model.name).map((one) => compile(one, model)),
  }));
  return (names, tables, known) =>
    mapped.flatMap(({ model, mappings }) => {
      const branches = mappings.flatMap((one) => {
        const table = tables.find(({ provider, object }) => provider === one.provider && object === one.object);
        return table ? [branchSql(names, table, model, one)] : [];
      });
      if (branches.length > 0) return [viewOf(model, branches)];
      return known.includes(viewNameOf(model)) ? [viewOf(model, [emptySql(model)])] : [];
    });
}

export function viewNameOf({ category, name }: Pick<UnifiedModel, 'category' | 'name'>): string {
  return `unified_${category}_${name}`;
}

function viewOf(model: UnifiedModel, branches: string[]): ViewDefinition {
  return {
    name: viewNameOf(model),
    kind: 'unified',
    columns: [...viewEnvelope, ...Object.keys(model.fields)],
    select: branches.join('\nunion all\n'),
  };
}

/** The columns with their types: what was built on the view goes on. */
function emptySql(model: UnifiedModel): string {
  const envelope = { last_modified_at: 'time', synced_at: 'time', custom_fields: 'json' } as const;
  const types = [
    ...viewEnvelope.map((name) => (name in envelope ? envelope[name as keyof typeof envelope] : 'text')),
    ...Object.values(typesOf(model)),
  ];
  return `select ${types.map((type) => `null::${sqlTypes[type]}`).join(', ')} where false`;
}

type Compiled = Pick<ProviderMapping, 'provider' | 'object'> & { fields: string[]; sources: string; where: string };

/** The parts that are the same in every hub. */
function compile({ provider, object, mapping }: ProviderMapping, model: UnifiedModel): Compiled {
  return {
    provider,
    object,
    fields: columnsSql(mapping, { alias: 's', types: typesOf(model) }).map(({ sql }) => sql),
    sources: sourceColumnsSql(mapping, 't.raw').join(', ') || 'null',
    where: mapping.where ? ` and ${conditionSql(mapping.where, 't.raw')}` : '',
  };
}

/**
 * What a mapping reads is taken from the record once, in a sub-select that the planner does not pull apart; columns that nobody asks for
 * cost nothing.
 */
function branchSql(names: HubNames, table: HubTable, model: UnifiedModel, { provider, fields, sources, where }: Compiled): string {
  const envelope = [
    "c.connection_id || '/' || t._syncline_record_id",
    't._syncline_record_id',
    `${quote(provider)}::text`,
    't._syncline_customer_id',
    'c.connection_id',
    't._syncline_synced_at',
    't._syncline_synced_at',
    customFieldsSql(names, model, { provider, raw: 't.raw', customerId: 't._syncline_customer_id' }),
  ];
  return `select ${[...envelope, ...fields].join(',\n  ')}
from ${names.record(table.name)} t
left join ${names.connection} c on c.number = t._syncline_connection
cross join lateral (select ${sources} offset 0) s
where t._syncline_deleted_at is null${where}`;
}

/** Declared for every customer, or for this one: then that counts, also where it says that there is none. */
export function customFieldsSql(
  names: HubNames,
  { category, name }: Pick<UnifiedModel, 'category' | 'name'>,
  { provider, raw, customerId }: { provider: string; raw: string; customerId: string },
): string {
  return `coalesce((select jsonb_object_agg(m.name, ${customValueSql({ raw, path: 'm.path', type: 'm.type' })})
    from (select distinct on (d.name) d.name, d.path, d.type
          from ${names.mapping} d
          where d.category = ${quote(category)} and d.model = ${quote(name)} and d.provider = ${quote(provider)}
            and d.customer_id in ('', ${customerId})
          order by d.name, d.customer_id desc) m
    where m.type <> ${quote(hiddenType)}), '{}'::jsonb)`;
}
