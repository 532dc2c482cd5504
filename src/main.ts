import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { boundMemory } from './ops/bound-memory.ts';

boundMemory();
// Compiled code is kept beside the dependencies: a start without compiling is faster and 30 MB smaller. Where the folder
// cannot be written, nothing is kept and nothing fails. Hence the import after it.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/syncline', import.meta.url)));
const { runWords } = await import('./main/run-words.ts');
await runWords(process.argv.slice(2));
