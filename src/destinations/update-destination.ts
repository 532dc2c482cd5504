import { z } from 'zod';
import { requireScope } from '../base/actor.ts';
import { AppError } from '../base/errors.ts';
import { idInput } from '../base/text.ts';
import { type Args, withTransaction } from '../db/index.ts';
import { audit, type Destination, type DestinationSettings, shownDestination } from '../tenancy/index.ts';
import { type Access, openAccess, sealAccess } from './access.ts';
import type { DestinationsCtx } from './context.ts';
import { type DestinationRow, findDestinationRow } from './find-destination.ts';
import { inputs, mergeSettings, type SettingsInput, settingsInput, tlsInput } from './input.ts';
import { nameTaken, refuseProblems } from './refusals.ts';

const of = inputs();
const accessInput = {
  host: of.host.optional(),
  port: of.port.optional(),
  database: of.ident.optional(),
  user: of.ident.optional(),
  password: of.password.optional(),
  tls: tlsInput.optional(),
};
const UpdateDestination = z.strictObject({
  destinationId: idInput,
  name: of.name.optional(),
  ...accessInput,
  settings: settingsInput.optional(),
});
export type UpdateDestination = z.input<typeof UpdateDestination>;
type AccessWish = Omit<z.output<typeof UpdateDestination>, 'destinationId' | 'name' | 'settings'>;

/** Rotates the password, moves to another address, changes name or settings. What opens the database is tried out before it is saved. */
export async function updateDestination({ ctx, input }: Args<UpdateDestination, DestinationsCtx>): Promise<Destination> {
  const { applicationId } = requireScope(ctx.actor, 'destinations:write');
  const { destinationId, name, settings: given, ...wish } = UpdateDestination.parse(input);
  const before = await findDestinationRow(ctx.db.prisma, applicationId, destinationId);
  if (before.kind === 'hosted') refuseOfHosted(given);
  const settings = mergeSettings(before.settings as DestinationSettings, given);
  const access = changedAccess(ctx, before, wish);
  const version = before.version + 1;
  if (access) refuseProblems(await ctx.hubs.probe(ctx.targets.with({ access, settings, version }), before));
  return withTransaction(ctx, async (tx) => {
    const { count } = await tx.destination.updateMany({
      where: { id: destinationId, applicationId, version: before.version },
      data: {
        ...(name !== undefined && { name }),
        ...(access && sealAccess(ctx.vault, destinationId, access)),
        settings: { ...settings },
        version,
        updatedAt: ctx.clock.now(),
      },
    });
    if (count === 0) throw new AppError('conflict', 'The destination was changed by somebody else meanwhile. Look at it, and try again.');
    await audit(tx, ctx, { applicationId, action: 'destination.updated', target: destinationId });
    return shownDestination(await findDestinationRow(tx, applicationId, destinationId));
  }).catch(nameTaken(name));
}

/** The whole of what opens the database from now on; null: that stays. */
function changedAccess(ctx: DestinationsCtx, row: DestinationRow, wish: AccessWish): Access | null {
  const given = Object.entries(wish).filter(([, value]) => value !== undefined);
  if (given.length === 0) return null;
  if (row.kind !== 'postgres') refuse(given.map(([field]) => [field, 'The hosted destination is ours: it has a name and settings only.']));
  const before = openAccess(ctx.vault, row);
  const { tls, ...rest } = wish;
  const after: Access = {
    ...before,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(tls && { tls: { mode: tls.mode, ca: tls.ca ?? null } }),
  };
  // Whoever may change an address but does not know the password must not have it sent to a host of his own.
  if (wish.password === undefined && !isSamePlace(before, after))
    refuse([['password', 'Another address, database, user or TLS mode needs the password with it.']]);
  return after;
}

/** Its sessions are the installation's, shared by all applications. */
function refuseOfHosted(given: SettingsInput | undefined): void {
  const places = [
    ['settings.connections_max', given?.connectionsMax],
    ['settings.statement_seconds_max', given?.statementSecondsMax],
  ] as const;
  const said = places.filter(([, value]) => value !== undefined && value !== null);
  if (said.length > 0)
    refuse(said.map(([place]) => [place, 'The sessions of the hosted destination are shared: they have no bound of yours.']));
}

function isSamePlace(a: Access, b: Access): boolean {
  return (
    a.host === b.host &&
    a.port === b.port &&
    a.database === b.database &&
    a.user === b.user &&
    a.tls.mode === b.tls.mode &&
    a.tls.ca === b.tls.ca
  );
}

function refuse(places: [field: string, message: string][]): never {
  const issues = places.map(([path, message]) => ({ in: 'body' as const, path, message }));
  throw new AppError('input_invalid', issues[0]!.message, { issues });
}
