import path from 'node:path';
import { Secret } from '../base/secret.ts';
import { runCli } from '../cli/index.ts';
import { createSyncline } from '../compose.ts';
import { borrowEmbedded } from '../db/embedded.ts';
import type { Config } from '../ops/config.ts';
import { withDevelopmentSecrets } from '../ops/development-secrets.ts';

/** Commands of a person: on DATABASE_URL, or in development on the embedded Postgres, running or not. */
export async function runCommand(config: Config, words: string[]): Promise<number> {
  const embedded = config.databaseUrl ? null : await borrowEmbedded({ dataDir: path.join(config.dataDir, 'postgres') });
  try {
    const databaseUrl = embedded ? new Secret(embedded.url) : config.databaseUrl;
    const syncline = await createSyncline(withDevelopmentSecrets({ ...config, databaseUrl }));
    try {
      return await runCli(words, { contextFor: (actor) => syncline.contextFor(actor), print: (line) => console.log(line) });
    } finally {
      await syncline.close();
    }
  } finally {
    await embedded?.stop();
  }
}
