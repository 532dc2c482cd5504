/**
 * Every column that holds sealed values: the column that names its key, and how the row is called in the authenticated
 * place (`table.column:rowId`), as SQL. A column that is not in this table cannot be sealed, so re-sealing misses none.
 */
export const sealedColumns = {
  'connection.credentials_sealed': { keyIdColumn: 'credentials_key_id', rowId: 'id' },
  'provider_config.client_secret_sealed': { keyIdColumn: 'client_secret_key_id', rowId: 'id' },
  'provider_config.hook_secret_sealed': { keyIdColumn: 'hook_secret_key_id', rowId: 'id' },
  'oauth_state.sealed': { keyIdColumn: 'sealed_key_id', rowId: "encode(state_hash, 'hex')" },
  'destination.url_sealed': { keyIdColumn: 'url_key_id', rowId: 'id' },
  'webhook_endpoint.secret_sealed': { keyIdColumn: 'secret_key_id', rowId: 'id' },
  'webhook_endpoint.previous_secret_sealed': { keyIdColumn: 'previous_secret_key_id', rowId: 'id' },
  'idempotency_key.answer_sealed': { keyIdColumn: 'answer_key_id', rowId: "application_id || ':' || encode(key_hash, 'hex')" },
} as const satisfies Record<`${string}.${string}`, { keyIdColumn: string; rowId: string }>;

export type SealedColumn = keyof typeof sealedColumns;

/** The parts of a column's statement. All come from the table above, none from input. */
export function sqlOf(column: SealedColumn) {
  const [table, name] = column.split('.') as [string, string];
  return { table, name, ...sealedColumns[column] };
}
