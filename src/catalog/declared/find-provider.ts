import { AppError } from '../../base/errors.ts';
import type { DeclaredProvider as DeclaredRow } from '../../db/generated/client.ts';
import type { Tx } from '../../db/index.ts';
import type { Json, ObjectDefinition, ProviderDefinition } from '../../kit/index.ts';
import { type Catalog, type CatalogCtx, listedAs, unknownObject } from '../catalog.ts';
import { type Compiled, compileDefinition } from './compile-definition.ts';
import { declaredPrefix } from './definition-schema.ts';

/** What a look needs, and of the catalog only the members for what is asked. */
interface FindCtx<Member extends keyof Catalog = never> {
  catalog: Pick<Catalog, Member | 'compiled'>;
  db: { prisma: Pick<CatalogCtx['db']['prisma'], 'declaredProvider'> };
}

/** What tells one state of a declared provider from another. */
const stateColumns = { applicationId: true, name: true, version: true, updatedAt: true };
type DeclaredState = Pick<DeclaredRow, 'applicationId' | 'name' | 'version' | 'updatedAt'>;

/** The listing asks for nothing but the name of the object that is read. */
export type ListedCtx = FindCtx & { catalog: { listed(provider: string, object: string): { object: string } } };

/** A provider of the catalog, or one that this application has declared. Every process sees a changed one at its next look. */
export async function findProvider(ctx: FindCtx<'provider'>, applicationId: string, name: string): Promise<ProviderDefinition> {
  return isDeclaredName(name) ? findDeclared(ctx, applicationId, name) : ctx.catalog.provider(name);
}

/** One of its objects, by name. */
export async function findObject(
  ctx: FindCtx<'object'>,
  applicationId: string,
  provider: string,
  object: string,
): Promise<ObjectDefinition> {
  return isDeclaredName(provider)
    ? objectOf(await findDeclared(ctx, applicationId, provider), object)
    : ctx.catalog.object(provider, object);
}

/** A provider with all of its objects at hand, for whoever asks for several. */
export interface OpenProvider {
  provider: ProviderDefinition;
  /** Throws `object_unknown`. */
  object(name: string): ObjectDefinition;
}

export async function openProvider(ctx: FindCtx<'provider' | 'object'>, applicationId: string, name: string): Promise<OpenProvider> {
  const provider = await findProvider(ctx, applicationId, name);
  const isDeclared = isDeclaredName(name);
  return { provider, object: (object) => (isDeclared ? objectOf(provider, object) : ctx.catalog.object(name, object)) };
}

/** Like `findObject`, for whoever lists records: see `Catalog.listed`. */
export async function findListed(ctx: ListedCtx, applicationId: string, provider: string, object: string): Promise<{ object: string }> {
  if (!isDeclaredName(provider)) return ctx.catalog.listed(provider, object);
  const found = await findDeclared(ctx, applicationId, provider);
  const read = listedAs(found, object);
  objectOf(found, read);
  return { object: read };
}

async function findDeclared(ctx: FindCtx, applicationId: string, name: string): Promise<ProviderDefinition> {
  const where = { applicationId_name: { applicationId, name } };
  const state = await ctx.db.prisma.declaredProvider.findUnique({ where, select: stateColumns });
  if (state === null) throw unknownProvider(name);
  const known = ctx.catalog.compiled.get(keyOf(state));
  if (known !== undefined) return known;
  const row = await ctx.db.prisma.declaredProvider.findUnique({ where });
  if (row === null) throw unknownProvider(name);
  const { definition, problems } = compileRow(ctx, row);
  if (definition !== null) return definition;
  const { path, message } = problems[0]!;
  throw new AppError('provider_unknown', `The declared provider ${name} no longer holds, update it: ${path} ${message}.`, {
    details: { problems },
  });
}

/** For whoever is about to use it for good: it stays as it is, and is not deleted, until the transaction ends. */
export async function holdProvider(tx: Tx, applicationId: string, name: string): Promise<void> {
  if (!isDeclaredName(name)) return;
  const held = await tx.$queryRaw<unknown[]>`
    select name
    from declared_provider
    where application_id = ${applicationId}::text and name = ${name}::text
    for share`;
  if (held.length === 0) throw unknownProvider(name);
}

/** All that an application has declared; there is a bound to how many they are. One that no longer holds is left out: reading it says why. */
export async function declaredBy(ctx: FindCtx, applicationId: string): Promise<ProviderDefinition[]> {
  const states = await ctx.db.prisma.declaredProvider.findMany({
    where: { applicationId },
    select: stateColumns,
    orderBy: { name: 'asc' },
  });
  return findStates(ctx, states);
}

/** Those of them that have mappings to unified models: the others are neither compiled for a page nor kept for it. */
export async function mappedBy(
  ctx: FindCtx & { db: Pick<CatalogCtx['db'], 'pool'> },
  applicationId: string,
): Promise<ProviderDefinition[]> {
  // Most have declared none, and every page asks: by the pool itself, which costs a fraction of what Prisma takes.
  const { rows } = await ctx.db.pool.query<DeclaredState>({
    name: 'declared_with_mappings',
    text: `
      select application_id as "applicationId", name, version, updated_at as "updatedAt"
      from declared_provider
      where application_id = $1::text and definition -> 'unified' <> '[]'
      order by name`,
    values: [applicationId],
  });
  return findStates(ctx, rows);
}

async function findStates(ctx: FindCtx, states: readonly DeclaredState[]): Promise<ProviderDefinition[]> {
  const found: ProviderDefinition[] = [];
  for (const state of states) {
    const known = ctx.catalog.compiled.get(keyOf(state)) ?? (await findDeclared(ctx, state.applicationId, state.name).catch(unlessUnknown));
    if (known !== null) found.push(known);
  }
  return found;
}

function unlessUnknown(error: unknown): null {
  if (error instanceof AppError && error.code === 'provider_unknown') return null;
  throw error;
}

export function isDeclaredName(name: string): boolean {
  return name.startsWith(declaredPrefix);
}

/** The definition of a stored row, or what a newer version of the product has against it. */
export function compileRow(ctx: Pick<FindCtx, 'catalog'>, row: DeclaredRow): Compiled {
  const known = ctx.catalog.compiled.get(keyOf(row));
  if (known !== undefined) return { definition: known, problems: [] };
  const compiled = compileDefinition(row.definition as Json);
  const size = { applicationId: row.applicationId, chars: JSON.stringify(row.definition).length };
  if (compiled.definition !== null) ctx.catalog.compiled.set(keyOf(row), compiled.definition, size);
  return compiled;
}

export function objectOf(provider: ProviderDefinition, name: string): ObjectDefinition {
  if (!Object.hasOwn(provider.objects, name)) throw unknownObject(provider, name);
  return provider.objects[name]!;
}

/** A provider that is deleted and declared again begins at version 1; the time tells them apart. */
function keyOf({ applicationId, name, version, updatedAt }: DeclaredState): string {
  return `${applicationId} ${name} ${version} ${updatedAt.getTime()}`;
}

function unknownProvider(name: string): AppError {
  return new AppError(
    'provider_unknown',
    `This application has declared no provider ${JSON.stringify(name.slice(0, 100))}. Declare it first.`,
  );
}
