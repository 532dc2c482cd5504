import { createHash } from 'node:crypto';
import type { ConnectSession as Row } from '../db/generated/client.ts';

/** Short-lived permission for a customer to connect one provider; used up by the completed callback, not by opening the page. */
export interface ConnectSession {
  id: string;
  customerId: string;
  provider: string;
  providerConfigId: string;
  returnUrl: string | null;
  origin: string | null;
  /** The connection to authorise again; null: a new one. */
  reconnectId: string | null;
  status: 'open' | 'used' | 'expired';
  /** Why the last try did not succeed, while the session is still open. */
  statusReason: string | null;
  /** What came of it. */
  connectionId: string | null;
  expiresAt: Date;
  usedAt: Date | null;
  createdAt: Date;
}

export function viewConnectSession(row: Row & { providerConfig: { provider: string } }, now: Date): ConnectSession {
  return {
    id: row.id,
    customerId: row.customerId,
    provider: row.providerConfig.provider,
    providerConfigId: row.providerConfigId,
    returnUrl: row.returnUrl,
    origin: row.origin,
    reconnectId: row.reconnectId,
    status: row.status === 'used' ? 'used' : row.expiresAt <= now ? 'expired' : 'open',
    statusReason: row.statusReason,
    connectionId: row.connectionId,
    expiresAt: row.expiresAt,
    usedAt: row.usedAt,
    createdAt: row.createdAt,
  };
}

/** Tokens of 256 bits are stored hashed: who reads the database cannot open a connect page. */
export function hashToken(token: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(token, 'utf8').digest());
}
