import { randomBytes } from 'node:crypto';
import { AppError, notFound } from '../base/errors.ts';
import type { SqlCredential as CredentialRow, Destination as DestinationRow } from '../db/generated/client.ts';
import type { AccessCtx, SqlAddress } from './context.ts';

export interface SqlCredential {
  id: string;
  name: string;
  destinationId: string;
  /** null: all customers. */
  customerId: string | null;
  role: string;
  /** The hub's schema: where the tables and views are. */
  schema: string;
  /** null: the hosted destinations are not reachable by SQL at present. */
  address: SqlAddress | null;
  connectionsMax: number;
  createdAt: Date;
  rotatedAt: Date | null;
}

export type NewSqlCredential = SqlCredential & { password: string };

type Held = CredentialRow & { destination: DestinationRow };

export function shownCredential(ctx: AccessCtx, row: Held): SqlCredential {
  const { id, name, destinationId, customerId, role, connectionsMax, createdAt, rotatedAt, destination } = row;
  const { schema } = destination;
  const address = findAddress(ctx, destination);
  return { id, name, destinationId, customerId, role, schema, address, connectionsMax, createdAt, rotatedAt };
}

/** Where a role finds its tables: the hosted ones where the operator says, the others in the vendor's own database. */
function findAddress({ sqlAddress }: AccessCtx, destination: DestinationRow): SqlAddress | null {
  if (destination.kind === 'hosted') return sqlAddress;
  const { host, port, database } = destination.address as unknown as SqlAddress;
  return { host, port, database };
}

export function refuseUnreachable(ctx: AccessCtx, destination: DestinationRow): void {
  if (findAddress(ctx, destination)) return;
  const problem =
    'The hosted destinations of this installation are not reachable by SQL. Its operator can change that: SYNCLINE_SQL_ADDRESS.';
  throw new AppError('destination_refused', problem, { details: { problems: [problem] } });
}

/** One that is not revoked, of this application. */
export async function findCredential({ db }: AccessCtx, applicationId: string, id: string): Promise<Held> {
  const row = await db.prisma.sqlCredential.findFirst({ where: { applicationId, id, revokedAt: null }, include: { destination: true } });
  if (!row) throw notFound('SQL credential', id);
  return row;
}

/** 256 random bits. */
export function newPassword(): string {
  return randomBytes(32).toString('base64url');
}

/** Says nothing about whose it is: everybody in a database can read the names of its roles. */
export function newRole(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return `syn_r_${[...randomBytes(20)].map((byte) => alphabet[byte & 31]).join('')}`;
}
