/** Another worker took the sync over (or its connection was purged): what this one still holds must not be written. */
export class FenceLost extends Error {
  constructor(syncId: string, fence: bigint) {
    super(`sync ${syncId}: a worker with a higher fence than ${fence} has taken over`);
    this.name = 'FenceLost';
  }
}
