import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/db/embedded.ts';
import { migrate } from '../../src/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    pgUrl: string;
  }
}

/** One Postgres per run; one template with both schemas; every test file clones it (`createTestDatabase`). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'syncline-test-'));
  chmodSync(dataDir, 0o755);
  const server = await startEmbedded({ dataDir, flags: { fsync: 'off', max_connections: '300', log_min_messages: 'fatal' } });
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('create database syncline_template');
  const url = new URL(server.url);
  url.pathname = '/syncline_template';
  await migrate(url.href, path.resolve('prisma/migrations'));
  await runMigrations({ connectionString: url.href });
  await admin.query('alter database syncline_template with is_template true allow_connections false');
  await admin.end();
  project.provide('pgUrl', server.url);
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
