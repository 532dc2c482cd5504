import type { HttpClient, Loose } from './client.ts';

/** What the API takes of a database whose URL a test has. Without TLS, and by this user's password where the server asks for none. */
export function destinationOf(url: string, rest: Record<string, unknown> = {}): Record<string, unknown> {
  const { hostname, port, pathname, username, password } = new URL(url);
  return {
    name: 'own',
    host: hostname,
    port: Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password) || 'not asked for',
    tls: { mode: 'disable' },
    ...rest,
  };
}

/** A vendor's own Postgres as a destination. */
export function createDestination({ call }: HttpClient, url: string, rest: Record<string, unknown> = {}): Promise<Loose> {
  return call('POST', '/v1/destinations', destinationOf(url, rest));
}
