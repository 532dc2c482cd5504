import { expect, test } from 'vitest';
import type { Db } from '../db/index.ts';
import type { Access } from './access.ts';
import { createTargets } from './targets.ts';

const targets = createTargets({ db: {} as Db, vault: {} as never, poolMax: 8, guardsAddress: true });
const access: Access = {
  ...{ host: 'db.example.com', port: 5432, database: 'crm', user: 'syncline', password: 'secret' },
  tls: { mode: 'verify_full', ca: null },
};
const targetOf = (rest: Partial<Parameters<typeof targets.with>[0]> = {}) => targets.with({ access, settings: {}, version: 3, ...rest });

test('every field is said, so that nothing comes from the environment of the process', () => {
  expect(targetOf()).toEqual({
    config: {
      ...{ host: 'db.example.com', port: 5432, database: 'crm', user: 'syncline', password: 'secret' },
      ...{ ssl: { rejectUnauthorized: true }, sslnegotiation: 'postgres' },
    },
    ...{ poolMax: 8, statementMsMax: 15_000, version: 3, guardsAddress: true },
  });
});

test.each([
  [undefined, 8],
  [3, 3],
  [100, 8],
])('connections_max %s of a destination gives each process %i connections: never more than the installation allows', (wished, max) => {
  expect(targetOf({ settings: wished === undefined ? {} : { connections_max: wished } }).poolMax).toBe(max);
});

test('statement_seconds_max bounds the statements of every session', () => {
  expect(targetOf({ settings: { statement_seconds_max: 90 } }).statementMsMax).toBe(90_000);
});

test.each([
  [
    { mode: 'verify_full', ca: 'PEM' },
    { rejectUnauthorized: true, ca: 'PEM' },
  ],
  [{ mode: 'require', ca: null }, { rejectUnauthorized: false }],
  [{ mode: 'disable', ca: null }, false],
] as const)('TLS %j becomes %j', (tls, ssl) => {
  expect(targetOf({ access: { ...access, tls } }).config.ssl).toEqual(ssl);
});
