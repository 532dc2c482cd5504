import type { AuthDefinition } from '../../kit/index.ts';

/** The token endpoint understood us and said no. What that means depends on what was asked: see `meaningOfRefusal`. */
export class OAuthRefusal extends Error {
  readonly error: string;

  constructor(error: string, description: string | undefined, cause?: unknown) {
    super(
      `The provider's token endpoint answered ${JSON.stringify(error)}${description ? `: ${description}` : ''}`.slice(0, messageCharsMax),
      { cause },
    );
    this.name = 'OAuthRefusal';
    this.error = error;
  }
}

const messageCharsMax = 500;

/**
 * Refusals of the client itself. Salesforce has words of its own:
 * https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
 */
const clientErrors = ['invalid_client', 'unauthorized_client', 'invalid_client_id', 'invalid_client_credentials'];

export type RefusalMeaning = 'grant_ended' | 'client_refused' | 'other';

/** Only an ended grant disconnects a customer; a refused client is the vendor's to mend; anything else is tried again. */
export function meaningOfRefusal(refusal: OAuthRefusal, auth: AuthDefinition): RefusalMeaning {
  const ended = (auth.kind === 'oauth2' && auth.endedGrantErrors) || ['invalid_grant'];
  if (ended.includes(refusal.error)) return 'grant_ended';
  return clientErrors.includes(refusal.error) ? 'client_refused' : 'other';
}
