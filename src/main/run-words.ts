import { cliUsage } from '../cli/index.ts';
import { ConfigError, parseConfig } from '../ops/parse-config.ts';
import { runAll } from './all.ts';
import { runMigrate, runServe, runWork } from './apart.ts';
import { runCommand } from './command-line.ts';

const starts = { all: runAll, serve: runServe, work: runWork, migrate: runMigrate };

/** What the words of the command line ask for; nothing: everything in one process group. */
export async function runWords(words: string[]): Promise<void> {
  const name = words[0] ?? 'all';
  try {
    if (name in starts) await starts[name as keyof typeof starts](parseConfig(process.env));
    else if (['help', '--help', '-h'].includes(name)) console.log(cliUsage);
    else process.exitCode = await runCommand(parseConfig(process.env), words);
  } catch (error) {
    // A mistake of set-up is answered with its sentence; anything else with its origin too.
    console.error(error instanceof ConfigError ? error.message : error);
    process.exit(1);
  }
}
