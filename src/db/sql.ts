const identBytesMax = 63;

/** A quoted name. Everything that is not a constant of ours goes through here; values go as parameters, always. */
export function ident(name: string): string {
  if (name === '' || name.includes('\u0000') || Buffer.byteLength(name) > identBytesMax)
    throw new Error(`not a name that Postgres can keep: ${JSON.stringify(name.slice(0, 100))}`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"` */
export function qualified(schema: string, name: string): string {
  return `${ident(schema)}.${ident(name)}`;
}
