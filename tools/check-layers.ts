// node tools/check-layers.ts   imports go down only. The table of floors is here; test/layers.test.ts proves that it can fail.
import path from 'node:path';
import { findEarlySchemas } from './layers/early-schemas.ts';
import { readSources } from './layers/read-imports.ts';
import { findViolations } from './layers/rules.ts';

const root = path.resolve(import.meta.dirname, '..');
const sources = readSources(root);
const violations = [...findViolations(sources), ...findEarlySchemas(root, sources)];
for (const violation of violations) console.error(violation);
process.exit(violations.length ? 1 : 0);
