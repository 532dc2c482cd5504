import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../base/errors.ts';
import type { DeclaredProvider as DeclaredRow } from '../../db/generated/client.ts';
import type { Tx } from '../../db/index.ts';
import type { Json, ProviderDefinition } from '../../kit/index.ts';
import type { CatalogCtx } from '../catalog.ts';
import { compileRow } from './find-provider.ts';
import { sqlLengthOf } from './mapping-bounds.ts';

/** Half of what a process keeps compiled (compiled-cache.ts): what pages of one application need finds room there, all of it. */
const jsonCharsMax = 500_000;
/** Of tables: each is a branch of the model's view and of its pages. */
const mappingsOfModelMax = 100;
/** What those become. Applications share the Postgres that reads it: at the bounds a view takes it a second to make, a page 90 ms to plan. */
const sqlCharsOfModelMax = 500_000;

interface Change {
  applicationId: string;
  name: string;
  /** null: it is declared now. */
  before: { json: Json; definition: ProviderDefinition | null } | null;
  after: { json: Json; definition: ProviderDefinition };
}

/** By what is counted. */
type Amounts = Map<string, { amount: number; max: number }>;

/** One change of an application's declarations at a time, so that what they come to together holds. Taken before the lock of one of them. */
export async function lockDeclarations(tx: Tx, applicationId: string): Promise<void> {
  await tx.$queryRaw`select id from application where id = ${applicationId}::text for no key update`;
}

/** Refuses what would make all declarations of an application too large together. A change that makes nothing larger goes through. */
export async function requireRoom(ctx: Pick<CatalogCtx, 'catalog'>, tx: Tx, change: Change): Promise<void> {
  const { applicationId, name, before, after } = change;
  const others = await tx.declaredProvider.findMany({ where: { applicationId, name: { not: name } } });
  const otherAmounts: Amounts[] = [];
  for (const row of others) {
    // To compile a large one takes some 70 ms, in which this process does nothing else.
    await setImmediate();
    otherAmounts.push(amountsOfRow(ctx, row));
  }
  const known = before === null ? null : amountsOf(before.json, before.definition);
  for (const [what, { amount, max }] of amountsOf(after.json, after.definition)) {
    const total = otherAmounts.reduce((sum, amounts) => sum + (amounts.get(what)?.amount ?? 0), amount);
    if (total > max && amount > (known?.get(what)?.amount ?? 0))
      throw new AppError(
        'conflict',
        `All providers that an application declares may have ${max} ${what} together; with this one it would be ${total}. Make it shorter, or delete another one that is not used.`,
      );
  }
}

function amountsOfRow(ctx: Pick<CatalogCtx, 'catalog'>, row: DeclaredRow): Amounts {
  const json = row.definition as { unified?: Json };
  return amountsOf(json as Json, json.unified === undefined ? null : compileRow(ctx, row).definition);
}

/** `definition` is null where it has no mappings, or no longer holds, and then shows none. */
function amountsOf(json: Json, definition: ProviderDefinition | null): Amounts {
  const amounts: Amounts = new Map([['characters of JSON', { amount: JSON.stringify(json).length, max: jsonCharsMax }]]);
  for (const mapping of definition?.unified ?? []) {
    const model = `${mapping.category}/${mapping.model}`;
    add(`mappings to ${model}`, 1, mappingsOfModelMax);
    add(`characters of SQL for ${model}`, sqlLengthOf(mapping), sqlCharsOfModelMax);
  }
  return amounts;

  function add(what: string, amount: number, max: number): void {
    amounts.set(what, { amount: (amounts.get(what)?.amount ?? 0) + amount, max });
  }
}
