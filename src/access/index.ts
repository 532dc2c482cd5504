export type { AccessCtx, SqlAddress } from './context.ts';
export { connectionsMaxDefault, connectionsMaxMax, createSqlCredential } from './create-sql-credential.ts';
export { listSqlCredentials } from './list-sql-credentials.ts';
export { revokeSqlCredential, revokeSqlCredentialsOfCustomer } from './revoke-sql-credential.ts';
export { rotateSqlCredential } from './rotate-sql-credential.ts';
export type { NewSqlCredential, SqlCredential } from './sql-credential.ts';
