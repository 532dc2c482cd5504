/** A database without its password; null: a URL that only Postgres can read, such as a socket's (`user:password@/db?host=/run`). */
export function placeOf(databaseUrl: string): string | null {
  if (!URL.canParse(databaseUrl)) return null;
  const { protocol, username, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${username}@${host}${pathname}`;
}
