import type { HubHandle } from '../handle.ts';

/** Roles that read by SQL, and the runs that they see: verbs of one hub. The hub offers whatever this answers. */
export function readersOf(_hub: HubHandle): object {
  return {};
}
