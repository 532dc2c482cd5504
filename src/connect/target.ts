import { ProviderError, type RequestSpec } from '../kit/index.ts';

/**
 * The URL of a request. Credentials go only to the origin of the connection's base URL: a next link, a redirect or a
 * path that leads anywhere else is refused, whatever it is made of.
 */
export function buildTarget(baseUrl: string, spec: Pick<RequestSpec, 'path' | 'query'>): URL {
  const base = new URL(baseUrl);
  const url = parseTarget(base, spec.path);
  if (!url || url.origin !== base.origin || url.username !== '' || url.password !== '')
    throw new ProviderError('invalid', `The request leads outside ${base.origin} and was refused: credentials go to that origin only.`);
  for (const [name, value] of Object.entries(spec.query ?? {})) url.searchParams.set(name, value);
  return url;
}

function parseTarget(base: URL, path: string): URL | null {
  if (/^https?:/i.test(path)) return URL.canParse(path) ? new URL(path) : null;
  if (!path.startsWith('/') || /^\/[/\\]/.test(path)) return null;
  return new URL(base.href.replace(/\/$/, '') + path);
}
