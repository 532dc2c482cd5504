import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { hubSchemaName } from '../hub/index.ts';
import { audit, type Destination, shownDestination } from '../tenancy/index.ts';
import { sealAccess } from './access.ts';
import type { DestinationsCtx } from './context.ts';
import { inputs, mergeSettings, settingsInput, tlsInput } from './input.ts';
import { nameTaken, refuseProblems } from './refusals.ts';

const of = inputs();
const CreateDestination = z.strictObject({
  name: of.name,
  host: of.host,
  port: of.port.default(5432),
  database: of.ident,
  user: of.ident,
  password: of.password,
  tls: tlsInput.default({ mode: 'verify_full' }),
  /** Default: named after the application, as in the hosted destination. */
  schema: of.schema.optional(),
  settings: settingsInput.optional(),
});
export type CreateDestination = z.input<typeof CreateDestination>;

/** Other parts look at all destinations of an application one by one. */
const destinationsMax = 100;

/** A Postgres of the vendor's own. It is tried out before it is saved; its tables appear with the first run that lands there. */
export async function createDestination({ ctx, input }: Args<CreateDestination, DestinationsCtx>): Promise<Destination> {
  const { applicationId } = requireScope(ctx.actor, 'destinations:write');
  const { name, schema: wished, settings: given, tls, ...address } = CreateDestination.parse(input);
  const now = ctx.clock.now();
  const id = newId('dst', now);
  const schema = wished ?? hubSchemaName(applicationId);
  const settings = mergeSettings({}, given);
  const access = { ...address, tls: { mode: tls.mode, ca: tls.ca ?? null } };
  await refuseTooMany(ctx, applicationId);
  refuseProblems(await ctx.hubs.probe(ctx.targets.with({ access, settings, version: 1 }), { id, applicationId, schema }));
  return withTransaction(ctx, async (tx) => {
    const row = await tx.destination.create({
      data: {
        ...{ id, applicationId, name, schema, kind: 'postgres', createdAt: now, updatedAt: now },
        ...sealAccess(ctx.vault, id, access),
        settings: { ...settings },
      },
    });
    await audit(tx, ctx, { applicationId, action: 'destination.created', target: id });
    return shownDestination(row);
  }).catch(nameTaken(name));
}

async function refuseTooMany(ctx: DestinationsCtx, applicationId: string): Promise<void> {
  if ((await ctx.db.prisma.destination.count({ where: { applicationId } })) >= destinationsMax)
    throw new AppError('conflict', `An application has at most ${destinationsMax} destinations. Delete one that nothing uses.`);
}
