import { AppError } from '../base/errors.ts';
import type { Db } from '../db/index.ts';
import type { DestinationRef, HubTarget } from '../hub/context.ts';
import type { DestinationSettings } from '../tenancy/index.ts';
import { type Access, type AccessVault, openAccess } from './access.ts';

/** How vendors' own databases are reached in this installation. */
export interface Targets {
  of(destination: Pick<DestinationRef, 'id' | 'applicationId'>): Promise<HubTarget>;
  with(given: { access: Access; settings: DestinationSettings; version: number }): HubTarget;
}

/** The least: one session writes while another looks. */
const poolMin = 2;
const statementSecondsDefault = 15;

export function createTargets(options: { db: Db; vault: AccessVault; poolMax: number; guardsAddress: boolean }): Targets {
  const targets: Targets = {
    async of({ id, applicationId }) {
      const row = await options.db.prisma.destination.findUnique({ where: { applicationId_id: { applicationId, id } } });
      if (!row?.urlSealed) throw new AppError('destination_unavailable', 'This destination is no longer there. Use another one.');
      const settings = row.settings as DestinationSettings;
      return targets.with({ access: openAccess(options.vault, row), settings, version: row.version });
    },
    with({ access, settings, version }) {
      const { tls, ...rest } = access;
      return {
        // Every field: what is left out would come from the environment of this process.
        config: { ...rest, ssl: sslOf(tls), sslnegotiation: 'postgres' },
        poolMax: Math.max(poolMin, Math.min(settings.connections_max ?? options.poolMax, options.poolMax)),
        statementMsMax: (settings.statement_seconds_max ?? statementSecondsDefault) * 1000,
        version,
        guardsAddress: options.guardsAddress,
      };
    },
  };
  return targets;
}

/** pg adds the host, so that `verify_full` compares it with the certificate's names. */
function sslOf({ mode, ca }: Access['tls']) {
  if (mode === 'disable') return false;
  if (mode === 'require') return { rejectUnauthorized: false };
  return { rejectUnauthorized: true, ...(ca === null ? {} : { ca }) };
}
