import type { Clock } from '../base/clock.ts';
import type { ConnectionChange } from '../connect/context.ts';
import type { Tx } from '../db/index.ts';
import { wakeDelayed } from './adjust-rate-limits.ts';
import { lockProviderConfig, reconcile } from './reconcile.ts';
import { pauseSyncs, resumeSyncs, waitInstead } from './stop-syncs.ts';

/** What follows for the syncs from a change of a connection, in the transaction that changes it. `connect` calls it. */
export function createConnectionChanged({ clock }: { clock: Clock }): (tx: Tx, change: ConnectionChange) => Promise<void> {
  return async (tx, change) => {
    const { kind, applicationId, connectionId, providerConfigId } = change;
    const where = { applicationId, connectionId };
    switch (kind) {
      case 'created':
        await reconcile({ tx, clock, input: { applicationId, providerConfigId } });
        return;
      case 'reconnected':
        // Locked before the look at the configs: one that is being enabled looks at this connection.
        await lockProviderConfig(tx, { applicationId, providerConfigId });
        // What a person paused stays paused.
        await resumeSyncs(tx, clock, { ...where, syncConfig: { status: 'enabled' } }, ['auth', 'disconnected']);
        await waitInstead(tx, clock, where, ['auth', 'disconnected'], 'config');
        await reconcile({ tx, clock, input: { applicationId, providerConfigId } });
        return;
      case 'needs_reauth':
        await pauseSyncs(tx, clock, where, 'auth');
        return;
      case 'disabled':
        await pauseSyncs(tx, clock, where, 'disconnected');
        // Its records may be emptied; should it come back, its next read says what is complete.
        await tx.sync.updateMany({ where, data: { completeAsOf: null, completeSeq: null, completeBefore: null, completeBeforeSeq: null } });
        return;
      case 'limits_changed':
        await wakeDelayed(tx, clock, where);
        return;
      default:
        throw new Error(`unknown connection change ${String(kind satisfies never)}`);
    }
  };
}
