import type { ReadKind } from '../kit/index.ts';
import type { Strategy } from './config-input.ts';

export const readKinds = ['full', 'incremental', 'delta', 'window', 'keys'] as const satisfies readonly ReadKind[];

/**
 * Why a read is another or a wider one than was its turn. `position_expired`: the provider no longer knows up to where its feed had
 * been read, so everything is read. `window_exceeded`: the sync was down for longer than its window, so this one begins where the
 * last read began. `deletions_expired`: the feed of deletions has forgotten some, so a pass over all keys follows.
 * `changes_unavailable`: this account's object has nothing that tells what changed, so everything is read. `fields_left_out`: it has
 * more fields than fit the provider's requests.
 */
export const readWarnings = ['position_expired', 'window_exceeded', 'deletions_expired', 'changes_unavailable', 'fields_left_out'] as const;
export type ReadWarning = (typeof readWarnings)[number];

/** Those that tell of a stretch that was not read in time. */
export const gapWarnings: readonly ReadWarning[] = ['position_expired', 'window_exceeded', 'deletions_expired'];

/** What a strategy reads between two full reads. */
export const kindOf: Record<Strategy, ReadKind> = {
  full_only: 'full',
  full_then_incremental: 'incremental',
  full_then_delta: 'delta',
  full_then_window: 'window',
};
