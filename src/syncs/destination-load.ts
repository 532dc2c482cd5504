import { z } from 'zod';
import type { Destination as DestinationRow } from '../db/generated/client.ts';
import type { Ctx } from '../db/index.ts';
import { secondsToProbe } from './mark-destination.ts';
import { secondsToWindow } from './write-window.ts';

/** What a destination's settings say about when and how fast it is written to; the others are the pool's business. */
const loadSettings = z.object({
  rows_per_second_max: z.number().positive().nullish(),
  write_window: z.object({ from: z.string(), to: z.string(), time_zone: z.string() }).nullish(),
});

const unavailableSeconds = 30;

type Place = Pick<DestinationRow, 'id' | 'applicationId' | 'status' | 'settings'>;

/**
 * Seconds until a run may begin to write to the destination; 0: it may. Asked before the provider is: an answer that nobody may
 * write yet would have to be asked for again.
 */
export async function secondsToBegin(ctx: Pick<Ctx, 'db' | 'clock'>, destination: Place): Promise<number> {
  const seconds = await secondsToWrite(ctx, destination);
  if (seconds > 0 || destination.status !== 'unavailable') return seconds;
  return secondsToProbe(ctx, { applicationId: destination.applicationId, destinationId: destination.id });
}

/** Seconds until the destination takes the next rows: its hours, and its rate over all processes. */
export async function secondsToWrite(ctx: Pick<Ctx, 'db' | 'clock'>, destination: Place): Promise<number> {
  const { rows_per_second_max: rate, write_window: window } = loadSettings.parse(destination.settings);
  const closed = window ? secondsToWindow({ ...window, timeZone: window.time_zone }, ctx.clock.now()) : 0;
  if (closed > 0) return closed;
  return rate ? secondsToFree(ctx, destination) : 0;
}

/** The same for what hooks told: runs find out whether a destination is back, and hooks wait for that. */
export async function secondsToHooks(ctx: Pick<Ctx, 'db' | 'clock'>, destinationId: string): Promise<number> {
  const destination = await ctx.db.prisma.destination.findUniqueOrThrow({ where: { id: destinationId } });
  return destination.status === 'unavailable' ? unavailableSeconds : secondsToWrite(ctx, destination);
}

/** null: as fast as it goes. */
export function rowsPerSecondMax({ settings }: Pick<DestinationRow, 'settings'>): number | null {
  return loadSettings.parse(settings).rows_per_second_max ?? null;
}

/** Notes what is about to be written: one row for all processes says from when the destination is free again. */
export async function chargeRows(ctx: Pick<Ctx, 'db'>, destination: Place, rows: number): Promise<void> {
  const { rows_per_second_max: rate } = loadSettings.parse(destination.settings);
  if (!rate || rows === 0) return;
  await ctx.db.prisma.$executeRaw`
    insert into destination_load as l (application_id, destination_id, free_at)
    values (${destination.applicationId}::text, ${destination.id}::text, syncline_now() + ${rows / rate}::float8 * interval '1 second')
    on conflict (destination_id) do update
    set free_at = greatest(l.free_at, syncline_now()) + ${rows / rate}::float8 * interval '1 second'`;
}

async function secondsToFree(ctx: Pick<Ctx, 'db'>, { applicationId, id }: Place): Promise<number> {
  const [row] = await ctx.db.prisma.$queryRaw<{ seconds: number }[]>`
    select extract(epoch from free_at - syncline_now())::float8 as seconds
    from destination_load
    where application_id = ${applicationId}::text and destination_id = ${id}::text`;
  return Math.max(row?.seconds ?? 0, 0);
}
