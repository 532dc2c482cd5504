import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Builds the package as it is published, into a folder of its own: `@syncline/sdk` for JavaScript that knows no TypeScript. */
export async function buildSdk(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'syncline-sdk-'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'sdk', '--outDir', `${folder}/dist`],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`the SDK does not build: ${stdout}${stderr}`);
  await cp('sdk/package.json', path.join(folder, 'package.json'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
