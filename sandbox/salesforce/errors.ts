import { type Answer, jsonAnswer } from '../http.ts';

/** Salesforce answers refusals with a list: [{ message, errorCode }]. */
export function salesforceError(status: number, errorCode: string, message: string, headers: Record<string, string> = {}): Answer {
  return jsonAnswer(status, [{ message, errorCode }], headers);
}

export class SalesforceRefusal extends Error {
  readonly answer: Answer;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.answer = salesforceError(status, errorCode, message);
  }
}

export function malformed(reason: string): SalesforceRefusal {
  return new SalesforceRefusal(400, 'MALFORMED_QUERY', reason);
}

export function unknownField(name: string, object: string): SalesforceRefusal {
  return new SalesforceRefusal(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${object}`);
}

export const notFound = () => salesforceError(404, 'NOT_FOUND', 'The requested resource does not exist');
export const invalidSession = () => salesforceError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
