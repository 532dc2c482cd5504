import type { Db } from '../db/index.ts';

/** Requests in flight per connection and process. Waiting is first come, first served, and ends with the caller's signal. */
export async function takeSlot(db: Db, connectionId: string, slotsMax: number, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const lanes = lanesOf(db);
  const lane = lanes.get(connectionId) ?? { taken: 0, waiting: [] };
  lanes.set(connectionId, lane);
  if (lane.taken < slotsMax) lane.taken++;
  else await wait(lane, signal);
  let isReturned = false;
  return () => {
    if (isReturned) return;
    isReturned = true;
    const next = lane.waiting.shift();
    // The slot passes on directly, so that nobody who comes later can take it in between.
    if (next) next();
    else if (--lane.taken === 0) lanes.delete(connectionId);
  };
}

interface Lane {
  taken: number;
  waiting: (() => void)[];
}

const lanesByDb = new WeakMap<Db, Map<string, Lane>>();

function lanesOf(db: Db): Map<string, Lane> {
  const lanes = lanesByDb.get(db) ?? new Map<string, Lane>();
  lanesByDb.set(db, lanes);
  return lanes;
}

function wait(lane: Lane, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const enter = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      lane.waiting.splice(lane.waiting.indexOf(enter), 1);
      reject(signal.reason);
    };
    lane.waiting.push(enter);
    signal.addEventListener('abort', leave, { once: true });
  });
}
