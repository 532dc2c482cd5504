import { type Answer, jsonAnswer } from '../http.ts';
import type { JsonObject } from '../json.ts';

const moreInfo = 'Please check developers.pipedrive.com for more information about Pipedrive API.';

/** Pipedrive's error body: https://pipedrive.readme.io/docs/core-api-concepts-http-status-codes */
export function pipedriveError(status: number, error: string, more: JsonObject = {}, headers: Record<string, string> = {}): Answer {
  return jsonAnswer(status, { success: false, error, error_info: moreInfo, data: null, additional_data: null, ...more }, headers);
}

export class PipedriveRefusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

/** What v2 says to a parameter that its schema does not allow. */
export function invalid(reason: string): PipedriveRefusal {
  return new PipedriveRefusal(pipedriveError(400, `Validation failed: ${reason}`, { code: 'ERR_SCHEMA_VALIDATION_FAILED' }));
}

/** As the gateway answered an unknown token in 2026, at every host. */
export const notAuthorised = () =>
  jsonAnswer(401, {
    success: false,
    error: 'unauthorized access',
    errorCode: 401,
    error_info: 'Please check developers.pipedrive.com',
  });

export const scopeMissing = () => pipedriveError(403, 'Scope and URL mismatch', { code: 'ERR_SCOPE_MISMATCH' });
export const notFound = (label: string) => pipedriveError(404, `${label} not found`, { code: 'ERR_NOT_FOUND' });
export const unknownPath = () => pipedriveError(404, 'Unknown method .');
