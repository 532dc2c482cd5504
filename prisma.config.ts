import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// The Prisma CLI wants a native schema engine and downloads one when it is absent. Ours is the same engine compiled
// to WebAssembly, so that `prisma migrate …` works offline. PRISMA_NATIVE=1 uses Prisma's own instead.
if (!process.env.PRISMA_NATIVE)
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL('tools/schema-engine.mjs', import.meta.url));
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost/unset' },
});
