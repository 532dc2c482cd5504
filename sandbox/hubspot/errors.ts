import { randomUUID } from 'node:crypto';
import { type Answer, jsonAnswer } from '../http.ts';
import type { JsonObject } from '../json.ts';

/** HubSpot's error body: status, message, correlationId, category, and at times errors and links. */
export function hubspotError(status: number, message: string, more: JsonObject = {}, headers: Record<string, string> = {}): Answer {
  return jsonAnswer(status, { status: 'error', message, correlationId: randomUUID(), ...more }, headers);
}

export class HubspotRefusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

export function invalidRequest(message: string, more: JsonObject = {}): HubspotRefusal {
  return new HubspotRefusal(hubspotError(400, message, { ...more, category: 'VALIDATION_ERROR' }));
}

/** What search says to most mistakes: the reason stands in `errors`. */
export function searchProblem(reason: string): HubspotRefusal {
  return invalidRequest('There was a problem with the request.', { errors: [{ message: reason }] });
}

export const notAuthenticated = () =>
  hubspotError(
    401,
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    { category: 'INVALID_AUTHENTICATION' },
  );

export const expiredToken = () =>
  hubspotError(401, 'The OAuth token used to make this call expired 1 second(s) ago.', { category: 'EXPIRED_AUTHENTICATION' });

export const missingScope = (scope: string) =>
  hubspotError(
    403,
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: [scope] } }],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
      category: 'MISSING_SCOPES',
    },
  );
