import { compilePath, readPath } from '../../base/path.ts';
import type { JsonObject, OAuth2Auth } from '../../kit/index.ts';

export type TokenDialect = Pick<OAuth2Auth, 'tokenPaths'>;

/** A token answer as RFC 6749 would have it, or the error it stands for; null: nothing that an OAuth server says. */
export type TokenAnswer =
  | {
      ok: true;
      raw: JsonObject;
      standard: { access_token: string; token_type: 'bearer'; expires_in?: number; refresh_token?: string; scope?: string };
    }
  | { ok: false; error: string; description: string | undefined };

/**
 * Reads what token endpoints really answer. Seen in the wild: form-encoded bodies (GitHub without Accept), HTTP 201,
 * `token_type: "bot"` and tokens below `authed_user` (Slack), no token_type, `refresh_token: null`, expires_in as text,
 * `200 {"ok": false}` (Slack), `400 {"errorCode": …}`, `{"status": "BAD_REFRESH_TOKEN"}` (HubSpot).
 */
export function normaliseTokenAnswer(status: number, text: string, dialect: TokenDialect): TokenAnswer | null {
  const body = parseBody(text);
  if (body === null) return null;
  const error = errorOf(status, body);
  if (error) return { ok: false, error, description: textOf(body.error_description) ?? textOf(body.message) };
  if (status < 200 || status > 299) return null;

  const paths = { accessToken: 'access_token', refreshToken: 'refresh_token', expiresIn: 'expires_in', ...dialect.tokenPaths };
  const accessToken = textOf(readPath(body, compilePath(paths.accessToken)));
  if (!accessToken) return null;
  const refreshToken = textOf(readPath(body, compilePath(paths.refreshToken)));
  const expiresIn = secondsOf(readPath(body, compilePath(paths.expiresIn)));
  const scope = textOf(body.scope);
  return {
    ok: true,
    raw: body,
    standard: {
      access_token: accessToken,
      token_type: 'bearer',
      ...(expiresIn !== undefined && { expires_in: expiresIn }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(scope !== undefined && { scope }),
    },
  };
}

function parseBody(text: string): JsonObject | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    // Not JSON: a form has at least one of the two names that a token answer can have.
    const form = new URLSearchParams(text.trim());
    return form.has('access_token') || form.has('error') ? Object.fromEntries(form) : null;
  }
}

function errorOf(status: number, body: JsonObject): string | undefined {
  const isRefusal = status >= 400 || body.ok === false || (textOf(body.error) !== undefined && body.access_token === undefined);
  if (!isRefusal) return undefined;
  const nested = isObject(body.error) ? body.error : {};
  const named = [body.error, nested.code, nested.type, body.errorCode, body.error_code, body.status, body.code];
  return named.map(textOf).find((value) => value !== undefined);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? Math.floor(seconds) : undefined;
}
