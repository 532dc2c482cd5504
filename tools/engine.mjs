// Prisma's schema engine compiled to WebAssembly, on node-postgres. No native engine, no download.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bg from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

const CHAR = 18; // the one-byte "char" of the system catalogs: adapter-pg has no mapping for it
const TEXT = 25;

/** One connection (advisory lock, BEGIN...COMMIT inside a migration), UTC. */
class EnginePool extends pg.Pool {
  constructor(config) {
    super({ ...config, max: 1, allowExitOnIdle: true, options: '-c TimeZone=UTC' });
    this.on('error', () => {});
  }
}

async function connect(config) {
  const pool = new EnginePool(config);
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  const { performIO, queryRaw } = Object.getPrototypeOf(Object.getPrototypeOf(adapter));
  adapter.queryRaw = async (query) => {
    const chars = [];
    const scoped = Object.create(adapter, {
      performIO: {
        async value(q) {
          const r = await performIO.call(adapter, q);
          r.fields.forEach((f, i) => {
            if (f.dataTypeID !== CHAR) return;
            f.dataTypeID = TEXT;
            chars.push(i);
          });
          return r;
        },
      },
    });
    const result = await queryRaw.call(scoped, query);
    for (const i of chars) result.columnTypes[i] = ColumnTypeEnum.Character;
    return result;
  };
  // adapter-pg splits scripts at every ';' (breaks function bodies and string literals); the simple protocol needs no split
  adapter.executeScript = async (script) => {
    try {
      if (script.trim()) await pool.query(script);
    } catch (e) {
      adapter.onError(e);
    }
  };
  return adapter;
}

function factory(config) {
  const admin = async (sql) => {
    const c = new pg.Client({ ...config, database: config.database });
    await c.connect();
    try {
      await c.query(sql);
    } finally {
      await c.end();
    }
  };
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(config),
    async connectToShadowDb() {
      const database = `prisma_shadow_${randomUUID().replaceAll('-', '')}`;
      await admin(`CREATE DATABASE "${database}" TEMPLATE template0`);
      const shadow = await connect({ ...config, database });
      const close = shadow.dispose.bind(shadow);
      shadow.dispose = async () => {
        await close();
        await admin(`DROP DATABASE IF EXISTS "${database}" WITH (FORCE)`);
      };
      return shadow;
    },
  };
}

globalThis.PRISMA_WASM_PANIC_REGISTRY ??= {
  message: '',
  set_message(m) {
    this.message = m;
    process.stderr.write(`schema engine panic: ${m}\n`);
  },
};
let started;
function start() {
  started ??= (async () => {
    const wasm = await readFile(new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm')));
    const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bg });
    bg.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
  })();
  return started;
}

/** @param {string} url @param {[string, string][]} [datamodels] */
export async function createEngine(url, datamodels, log = () => {}) {
  await start();
  const { schema, ...config } = parseIntoClientConfig(url);
  const engine = await bg.SchemaEngine.new({ datamodels }, log, bindMigrationAwareSqlAdapterFactory(factory(config)));
  return {
    raw: engine,
    /** createMigration without its shadow database defect (the WASM build refuses to open one there) */
    async createMigration({ draft, migrationName, migrationsList, schema, filters }) {
      const { stdout, exitCode } = await engine.diff({
        from: migrationsList.migrationDirectories.length ? { tag: 'migrations', ...migrationsList } : { tag: 'empty' },
        to: { tag: 'schemaDatamodel', ...schema },
        script: true,
        exitCode: true,
        filters,
      });
      const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
      const empty = exitCode !== 2;
      return {
        connectorType: 'postgresql',
        generatedMigrationName: `${stamp}_${migrationName}`.replace(/_$/, ''),
        migrationScript: empty ? (draft ? '-- This is an empty migration.' : null) : stdout,
        extension: 'sql',
      };
    },
  };
}
