// npm run verify   everything that can be checked without a database. All checks run, then the failures are told together.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = (name: string) => path.join(root, 'node_modules', '.bin', name);
const node = process.execPath;

const checks: { name: string; command: string; args: string[] }[] = [
  { name: 'format and lint', command: bin('biome'), args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: bin('tsc'), args: ['--noEmit'] },
  { name: 'types of the SDK', command: bin('tsc'), args: ['-p', 'sdk', '--noEmit'] },
  { name: 'layers', command: node, args: ['tools/check-layers.ts'] },
  { name: 'dead code', command: bin('knip'), args: [] },
  { name: 'openapi.json', command: node, args: ['tools/openapi.ts', '--check'] },
  { name: 'generated client', command: node, args: ['tools/sdk.ts', '--check'] },
  { name: 'docs/providers', command: node, args: ['tools/provider-docs.ts', '--check'] },
  { name: 'lockfile', command: node, args: ['tools/check-lock.mjs'] },
  { name: 'doc references', command: node, args: ['tools/check-docs.ts'] },
];

const failed: string[] = [];
for (const { name, command, args } of checks) {
  const begun = performance.now();
  // The bundled Node comes first, so that tools with an `env node` shebang run on it.
  const env = { ...process.env, PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}` };
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 });
  const isFine = result.status === 0;
  console.log(`${isFine ? 'ok  ' : 'FAIL'}  ${name.padEnd(18)} ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  if (isFine) continue;
  failed.push(name);
  console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trimEnd().replace(/^/gm, '      '));
}
if (failed.length) {
  console.error(`\n${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}`);
  process.exit(1);
}
