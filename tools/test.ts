// npm test [-- vitest's words]   the tests; in CI, files that failed beside others are run once more by themselves
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** More than these did not fail by accident. */
const againFilesMax = 3;

interface Report {
  testResults: { name: string; status: string }[];
}

const folder = mkdtempSync(path.join(tmpdir(), 'syncline-report-'));
try {
  process.exitCode = runTests(process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Half of the tests start real processes, servers and browsers, and wait for them with bounds. On a machine that does something
 * else one of them can miss a bound. By itself it has the machine: what fails again is broken; what passes is named, to be mended.
 */
function runTests(words: string[]): number {
  const report = path.join(folder, 'report.json');
  const status = vitest(['run', ...words, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  if (status === 0 || !process.env.CI) return status;
  const failed = failedFiles(report);
  if (failed.length === 0 || failed.length > againFilesMax) return status;
  console.log(`\nFailed beside others, now by themselves: ${failed.join(', ')}`);
  const again = vitest(['run', ...failed, '--maxWorkers=1']);
  if (again === 0) console.log(`\nFLAKY: failed beside others and passed alone, to be mended: ${failed.join(', ')}`);
  return again;
}

function vitest(words: string[]): number {
  const { status } = spawnSync(process.execPath, [path.resolve('node_modules/vitest/vitest.mjs'), ...words], { stdio: 'inherit' });
  return status ?? 1;
}

function failedFiles(report: string): string[] {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => path.relative(process.cwd(), name));
}
