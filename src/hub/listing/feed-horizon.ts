import type { HubHandle } from '../handle.ts';

/** Followers look this often; all of one hub together. */
export const pollMs = 500;

const shared = new WeakMap<HubHandle, { begun: number; horizon: Promise<bigint> }>();

/** The feed's horizon, at most `pollMs` old: a hundred followers ask the database as often as one. */
export function feedHorizon(hub: HubHandle): Promise<bigint> {
  const known = shared.get(hub);
  if (known && performance.now() - known.begun < pollMs) return known.horizon;
  const horizon = readHorizon(hub);
  shared.set(hub, { begun: performance.now(), horizon });
  // Who comes next asks again; those who share this answer hear of the failure themselves.
  horizon.catch(() => shared.delete(hub));
  return horizon;
}

async function readHorizon(hub: HubHandle): Promise<bigint> {
  const { rows } = await hub.pool.query<{ horizon: string }>(`select ${hub.names.feedHorizon}() as horizon`);
  return BigInt(rows[0]!.horizon);
}
