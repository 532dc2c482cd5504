#!/usr/bin/env node
// Speaks the schema engine's line-delimited JSON-RPC, so the Prisma CLI's `migrate` commands run offline:
// (prisma.config.ts sets PRISMA_SCHEMA_ENGINE_BINARY to this file)
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { createEngine } from './engine.mjs';

const argv = process.argv.slice(2);
const models = [];
let url;
for (let i = 0; i < argv.length; i++) {
  if (argv[i] === '--datamodels') models.push(argv[++i]);
  else if (argv[i] === '--datasource') url = JSON.parse(argv[++i]).url;
}
if (argv.includes('cli')) {
  const command = argv[argv.indexOf('cli') + 1];
  const u = new URL(url);
  const name = decodeURIComponent(u.pathname.slice(1)) || 'postgres';
  try {
    if (command === 'create-database') {
      u.pathname = '/postgres';
      const c = new pg.Client(u.href);
      await c.connect();
      await c.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      await c.end();
    } else if (command === 'can-connect-to-database') {
      const c = new pg.Client(url);
      await c.connect();
      await c.end();
    } else throw new Error(`not supported: ${command}`);
  } catch (e) {
    const error_code = e.code === '3D000' ? 'P1003' : e.code === '28P01' ? 'P1000' : 'P1001';
    process.stderr.write(
      `\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields: { message: e.message || String(e.code), error_code } })}`,
    );
    process.exit(1);
  }
  process.exit(0);
}
const files = models.map((f) => [f, readFileSync(f, 'utf8')]);
const engine = await createEngine(url ?? 'postgresql://unset', files.length ? files : undefined);
const send = (m) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...m })}\n`);
let printId = 1e6;
const methods = {
  createMigration: (p) => engine.createMigration(p),
  getDatabaseVersion: () => engine.raw.version(),
  async diff(p) {
    const r = await engine.raw.diff(p);
    if (r.stdout != null) send({ id: ++printId, method: 'print', params: { content: r.stdout } });
    return { exitCode: r.exitCode, stdout: null };
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  if (!method) continue; // answer to one of our print requests
  try {
    const result = await (methods[method] ?? ((p) => engine.raw[method](p)))(params);
    send({ id, result: result ?? {} });
  } catch (e) {
    send({
      id,
      error: {
        code: 4466,
        message: 'An error happened. Check the data field for details.',
        data: { is_panic: false, message: e.message, error_code: e.code ?? null, meta: null },
      },
    });
  }
}
process.exit(0);
