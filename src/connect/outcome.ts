import { AppError } from '../base/errors.ts';
import { ProviderError } from '../kit/index.ts';
import type { SessionRow } from './find-session.ts';
import { OAuthRefusal } from './oauth/refusal.ts';

/** What came of a try to connect, with all that the page needs to say so. */
export type ConnectOutcome =
  | { kind: 'connected'; connectionId: string; context: OutcomeContext }
  /** `context` is null when nothing shows whose try it was. */
  | { kind: 'failed'; error: AppError; context: OutcomeContext | null };

export interface OutcomeContext {
  vendorName: string;
  providerName: string;
  returnUrl: string | null;
  origin: string | null;
  mode: 'page' | 'popup';
  /** The connect page's token. */
  token: string;
}

export function outcomeContext(session: SessionRow, providerName: string, mode: 'page' | 'popup', token: string): OutcomeContext {
  const { returnUrl, origin } = session;
  return { vendorName: session.providerConfig.application.name, providerName, returnUrl, origin, mode, token };
}

/** What a provider's refusal means for somebody who is just connecting. Unknown errors stay unknown. */
export function asConnectError(error: unknown, providerName: string): AppError | null {
  if (error instanceof AppError) return error;
  if (error instanceof OAuthRefusal)
    return new AppError('provider_rejected', `${providerName} did not accept the authorisation. Try again.`, {
      internal: error.message,
      cause: error,
    });
  if (!(error instanceof ProviderError)) return null;
  const options = { internal: error.message, cause: error };
  switch (error.meaning) {
    case 'unavailable':
    case 'page_expired':
      return new AppError('provider_unavailable', `${providerName} did not answer. Try again in a few minutes.`, options);
    case 'rate_limited':
      return new AppError('provider_rate_limited', `${providerName} asked us to wait. Try again in a few minutes.`, options);
    case 'unauthorized':
    case 'forbidden':
    case 'not_found':
    case 'invalid':
    case 'config':
      return new AppError('provider_rejected', `${providerName} did not accept these credentials.`, options);
    default:
      throw new Error(`unknown meaning ${error.meaning satisfies never}`);
  }
}
