import type { HubHandle } from '../handle.ts';
import { listRefused } from './list-refused.ts';
import type { RetriesOfHub } from './types.ts';

/** What was refused, once more: verbs of one hub. The hub offers whatever this answers. */
export function retriesOf(hub: HubHandle): RetriesOfHub {
  return { listRefused: (input) => listRefused(hub, input) };
}
