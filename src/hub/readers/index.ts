import type { HubHandle } from '../handle.ts';
import { grantReader } from './grant-reader.ts';
import { revokeReader, rotateReader } from './revoke-reader.ts';
import type { ReadersOfHub } from './types.ts';
import { dropRuns, writeRun } from './write-run.ts';

/** Roles that read by SQL, and the runs that they see: verbs of one hub. The hub offers whatever this answers. */
export function readersOf(hub: HubHandle): ReadersOfHub {
  return {
    grantReader: (input) => grantReader(hub, input),
    rotateReader: (input) => rotateReader(hub, input),
    revokeReader: (input) => revokeReader(hub, input),
    writeRun: (run, options) => writeRun(hub, run, options),
    dropRuns: (input) => dropRuns(hub, input),
  };
}
