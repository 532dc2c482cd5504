import type { Endpoint } from '../../endpoint.ts';
import { createSqlCredentialEndpoint } from './create.ts';
import { listSqlCredentialsEndpoint } from './list.ts';
import { revokeSqlCredentialEndpoint } from './revoke.ts';
import { rotateSqlCredentialEndpoint } from './rotate.ts';

export const sqlCredentialEndpoints: readonly Endpoint[] = [
  createSqlCredentialEndpoint,
  listSqlCredentialsEndpoint,
  revokeSqlCredentialEndpoint,
  rotateSqlCredentialEndpoint,
];
