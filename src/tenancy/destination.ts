export interface Destination {
  id: string;
  name: string;
  kind: 'hosted' | 'postgres';
  /** The hub's schema: where SQL finds the tables. */
  schema: string;
  createdAt: Date;
}

export function shownDestination(row: Omit<Destination, 'kind'> & { kind: string }): Destination {
  const { id, name, schema, createdAt } = row;
  return { id, name, kind: row.kind as Destination['kind'], schema, createdAt };
}
