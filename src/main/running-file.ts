import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where a running product is, for commands beside it (the demo): `.syncline/running.json`. Holds no secret. */
export interface RunningFile {
  pid: number;
  url: string;
  sandboxUrl: string;
}

/** Written when everything answers; the returned function takes it away again. After a SIGKILL a stale one stays: ask its URL. */
export function writeRunningFile(dataDir: string, running: RunningFile): () => void {
  const file = path.join(dataDir, 'running.json');
  writeFileSync(file, `${JSON.stringify(running)}\n`);
  return () => rmSync(file, { force: true });
}
