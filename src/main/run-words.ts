import { cliUsage } from '../cli/index.ts';
import { parseConfig } from '../ops/parse-config.ts';
import { runAll } from './all.ts';
import { runMigrate, runServe, runWork } from './apart.ts';
import { runCommand } from './command-line.ts';
import { explainFailure } from './explain-failure.ts';

const starts = { all: runAll, serve: runServe, work: runWork, migrate: runMigrate };

/** What the words of the command line ask for; nothing: everything in one process group. */
export async function runWords(words: string[]): Promise<void> {
  const name = words[0] ?? 'all';
  try {
    if (name in starts) await starts[name as keyof typeof starts](parseConfig(process.env));
    else if (['help', '--help', '-h'].includes(name)) console.log(cliUsage);
    else process.exitCode = await runCommand(parseConfig(process.env), words);
  } catch (error) {
    console.error(explainFailure(error));
    process.exit(1);
  }
}
