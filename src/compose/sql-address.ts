import type { SqlAddress } from '../access/index.ts';
import type { Config } from '../ops/config.ts';

const portDefault = 5432;

/**
 * Where issued roles find the hosted destinations: where the operator says; in development the database's own address, which is this
 * machine's. The database's name is that of its URL, whatever stands in front of it.
 */
export function sqlAddressOf({ sqlAddress, databaseUrl, environment }: Config): SqlAddress | null {
  if (!databaseUrl) return null;
  const url = new URL(databaseUrl.reveal());
  const database = decodeURIComponent(url.pathname.slice(1)) || 'postgres';
  if (sqlAddress === null)
    return environment === 'development' ? { host: url.hostname, port: Number(url.port || portDefault), database } : null;
  const colon = sqlAddress.lastIndexOf(':');
  return { host: sqlAddress.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(sqlAddress.slice(colon + 1)), database };
}
