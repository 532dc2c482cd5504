// node tools/check-lock.mjs   npm leaves packages out of the lockfile without a word: platform builds that a registry lacks, and
// dependencies of what an override touches. `npm ci` fails later, or installs too little. This finds it here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node.mjs';

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const problems = [];
for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
    if (!isLocked(path, name)) problems.push(`${path || 'the project'}: ${name} is missing`);
  if (/^https?:/.test(entry.resolved ?? ''))
    problems.push(`${path}: names a registry (${new URL(entry.resolved).host}); delete "resolved"`);
}
if (problems.length) {
  console.error(
    `package-lock.json is not complete:\n  ${problems.join('\n  ')}\nDelete node_modules and the lockfile, run npm install, check again.`,
  );
  process.exit(1);
}

/** As Node looks for it: in the package's own node_modules, then in every one above. */
function isLocked(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (`${at ? `${at}/` : ''}node_modules/${name}` in packages) return true;
    if (at === '') return false;
  }
}
