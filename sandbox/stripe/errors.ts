import { type Answer, jsonAnswer } from '../http.ts';
import type { JsonObject } from '../json.ts';

/** Stripe's error body: https://docs.stripe.com/api/errors */
export function stripeError(status: number, message: string, more: JsonObject = {}, headers: Record<string, string> = {}): Answer {
  const { code } = more;
  const docs: JsonObject = typeof code === 'string' ? { doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` } : {};
  return jsonAnswer(status, { error: { ...more, ...docs, message, type: 'invalid_request_error' } }, headers);
}

export class StripeRefusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

export function invalid(param: string, message: string, code?: string): StripeRefusal {
  return new StripeRefusal(stripeError(400, message, { ...(code === undefined ? {} : { code }), param }));
}

/** 404 where the id stands in the path, 400 where it is a parameter. */
export function missing(status: 400 | 404, what: string, id: string, param: string): Answer {
  return stripeError(status, `No such ${what}: '${id}'`, { code: 'resource_missing', param });
}

const authentication = 'https://stripe.com/docs/api#authentication';

export const keyMissing = () =>
  stripeError(
    401,
    `You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See ${authentication} for details, or we can help at https://support.stripe.com/.`,
  );

/** The key is shown by its ends only. */
export const keyInvalid = (key: string) => stripeError(401, `Invalid API Key provided: ${masked(key)}`);
export const keyExpired = () => stripeError(401, 'Expired API Key provided: rk_test_***********', { code: 'api_key_expired' });

export const permissionMissing = (key: string, permission: string) =>
  stripeError(
    403,
    `The provided key '${masked(key)}' does not have the required permissions for this endpoint. Having the '${permission}' permission would allow this request to continue.`,
  );

export const unknownPath = (method: string, path: string) =>
  stripeError(
    404,
    `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  );

function masked(key: string): string {
  return `${key.slice(0, 8)}${'*'.repeat(12)}${key.slice(-4)}`;
}
