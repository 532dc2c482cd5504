import { z } from 'zod';
import type { Db } from '../../db/index.ts';
import { hashToken } from '../connect-session.ts';
import type { Vault } from '../vault.ts';

/** What a state remembers, sealed: only the server can read it, and only for the row that it was made for. */
const StateContent = z.strictObject({
  codeVerifier: z.string(),
  /** The connect page's token, so that a customer who failed finds the way back. */
  token: z.string(),
  captured: z.record(z.string(), z.string()),
  mode: z.enum(['page', 'popup']),
});
export type StateContent = z.infer<typeof StateContent>;

export interface TakenState {
  applicationId: string;
  connectSessionId: string;
  issuer: string;
  redirectUri: string;
  content: StateContent;
}

export function sealState(vault: Vault, stateHash: Buffer, content: StateContent) {
  const { sealed, keyId } = vault.seal(`oauth_state.sealed:${stateHash.toString('hex')}`, JSON.stringify(content));
  return { sealed, sealedKeyId: keyId };
}

interface StateRow {
  application_id: string;
  connect_session_id: string;
  issuer: string;
  redirect_uri: string;
  sealed: Uint8Array;
}

/**
 * Takes the state in one statement: of two callbacks with one state the second finds nothing. A foreign browser finds
 * nothing either, and takes nothing away from the right one.
 */
export async function takeState(db: Db, vault: Vault, state: string, browserToken: string): Promise<TakenState | null> {
  const stateHash = hashToken(state);
  const [row] = await db.prisma.$queryRaw<StateRow[]>`
    update oauth_state
    set used_at = syncline_now()
    where state_hash = ${stateHash}::bytea
    and browser_hash = ${hashToken(browserToken)}::bytea
    and used_at is null
    and expires_at > syncline_now()
    returning application_id, connect_session_id, issuer, redirect_uri, sealed`;
  if (!row) return null;
  const text = vault.open(`oauth_state.sealed:${stateHash.toString('hex')}`, row.sealed);
  return {
    applicationId: row.application_id,
    connectSessionId: row.connect_session_id,
    issuer: row.issuer,
    redirectUri: row.redirect_uri,
    content: StateContent.parse(JSON.parse(text)),
  };
}
