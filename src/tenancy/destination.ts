export interface Destination {
  id: string;
  name: string;
  kind: 'hosted' | 'postgres';
  /** The hub's schema: where SQL finds the tables. */
  schema: string;
  /** Where a vendor's own database is; null: hosted. */
  address: DestinationAddress | null;
  settings: DestinationSettings;
  /** `unavailable`: the last that was asked of it failed. */
  status: 'active' | 'unavailable';
  statusReason: string | null;
  statusChangedAt: Date | null;
  /** Raised by every change. */
  version: number;
  createdAt: Date;
  updatedAt: Date | null;
}

/** What is shown of an address. The whole, with password and CA, is sealed beside it. */
export interface DestinationAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  tls: TlsMode;
}

export type TlsMode = 'verify_full' | 'require' | 'disable';

/** As it is stored; what is left out has no bound, or the installation's. */
export interface DestinationSettings {
  connections_max?: number;
  statement_seconds_max?: number;
  rows_per_second_max?: number;
  write_window?: { from: string; to: string; time_zone: string };
}

type DestinationRow = Omit<Destination, 'kind' | 'status' | 'address' | 'settings'> & {
  kind: string;
  status: string;
  address: unknown;
  settings: unknown;
};

export function shownDestination(row: DestinationRow): Destination {
  const { id, name, schema, statusReason, statusChangedAt, version, createdAt, updatedAt } = row;
  return {
    ...{ id, name, schema, statusReason, statusChangedAt, version, createdAt, updatedAt },
    kind: row.kind as Destination['kind'],
    status: row.status as Destination['status'],
    address: row.address as DestinationAddress | null,
    settings: row.settings as DestinationSettings,
  };
}
