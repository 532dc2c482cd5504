// npm run mutants [-- id …]   applies each mutation to a scratch copy and shows that the named test fails on it.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { createVitest, type TestCase, type TestModule } from 'vitest/node';
import { type Edit, type Mutation, mutations } from './mutations.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** What a scratch copy does not need, or must not share. */
const leftOut = new Set(['.git', 'node_modules', '.syncline', 'test-results']);
const testMsMax = 120_000;
const becauseCharsMax = 160;

interface Outcome {
  state: 'passed' | 'failed' | 'absent';
  /** What the failed test said: that it failed for the right reason can be read. */
  because: string;
}

const wanted = process.argv.slice(2);
const chosen = mutations.filter((mutation) => wanted.length === 0 || wanted.includes(mutation.id));
if (chosen.length === 0) throw new Error(`no mutation is called ${wanted.join(', ')}; there are: ${mutations.map((m) => m.id).join(', ')}`);

const scratch = createScratch();
process.chdir(scratch);
// One Vitest for all runs: Postgres starts once, and every run gives fresh processes to its tests.
const vitest = await createVitest('test', { root: scratch, watch: false, reporters: [{}], passWithNoTests: true });
let bad = 0;
try {
  await vitest.standalone();
  const sound = await runNamedTests(chosen);
  for (const mutation of chosen) {
    const started = Date.now();
    const { isKilled, because } = await tryMutation(mutation, sound.get(mutation.id)!);
    if (!isKilled) bad += 1;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${isKilled ? 'killed  ' : 'SURVIVED'}  ${mutation.id} (promise ${mutation.promise}, ${seconds} s): ${mutation.breaks}`);
    console.log(`          ${because}`);
  }
} finally {
  await vitest.close();
  process.chdir(root);
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${chosen.length - bad} killed, ${bad} survived`);
process.exitCode = bad === 0 ? 0 : 1;

/** The named test must pass on the code as it is, and fail (not merely be missing) on the mutated code. */
async function tryMutation(mutation: Mutation, before: Outcome): Promise<{ isKilled: boolean; because: string }> {
  const named = `${mutation.test.file} › ${mutation.test.title}`;
  if (before.state !== 'passed')
    return { isKilled: false, because: `on the unchanged code the test is ${before.state}: ${named} ${before.because}` };
  const originals = new Map(mutation.edits.map((edit) => [edit.file, readFileSync(path.join(scratch, edit.file), 'utf8')]));
  try {
    for (const edit of mutation.edits) {
      const places = apply(edit);
      if (places !== 1) return { isKilled: false, because: `the text to replace stands ${places} times in ${edit.file}: ${edit.find}` };
    }
    const { state, because } = (await runNamedTests([mutation])).get(mutation.id)!;
    return state === 'failed'
      ? { isKilled: true, because }
      : { isKilled: false, because: `on the mutated code the test is ${state}: ${named}` };
  } finally {
    for (const [name, text] of originals) write(name, text);
  }
}

/** In how many places the text stands; it is replaced when it is one. */
function apply({ file, find, replace }: Edit): number {
  const text = readFileSync(path.join(scratch, file), 'utf8');
  const places = text.split(find).length - 1;
  const replaced = text.replace(find, () => replace);
  if (places === 1) write(file, replaced);
  return places;
}

function write(name: string, text: string): void {
  const file = path.join(scratch, name);
  writeFileSync(file, text);
  vitest.invalidateFile(file);
}

/** Runs the tests that these mutations name, and nothing else of their files. */
async function runNamedTests(of: Mutation[]): Promise<Map<string, Outcome>> {
  const files = [...new Set(of.map(({ test }) => test.file))];
  const specifications = files.map((file) => {
    const titles = of.filter(({ test }) => test.file === file).map(({ test }) => test.title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const testNamePattern = new RegExp(titles.join('|'));
    return vitest.getRootProject().createSpecification(path.join(scratch, file), { testNamePattern });
  });
  const timer = setTimeout(() => vitest.cancelCurrentRun('keyboard-input'), testMsMax * of.length);
  const { testModules } = await vitest.runTestSpecifications(specifications);
  clearTimeout(timer);
  return new Map(of.map((mutation) => [mutation.id, outcomeOf(mutation, testModules)]));
}

function outcomeOf({ test }: Mutation, modules: TestModule[]): Outcome {
  const module = modules.find(({ moduleId }) => moduleId === path.join(scratch, test.file));
  const named: TestCase[] = [...(module?.children.allTests() ?? [])].filter(({ fullName }) => fullName.includes(test.title));
  const results = named.map((one) => one.result());
  const failed = results.find(({ state }) => state === 'failed');
  if (failed) return { state: 'failed', because: oneLine(failed.errors?.[0]?.message ?? '') };
  return { state: results.some(({ state }) => state === 'passed') ? 'passed' : 'absent', because: '' };
}

function oneLine(message: string): string {
  return stripVTControlCharacters(message).replaceAll(/\s+/g, ' ').slice(0, becauseCharsMax);
}

function createScratch(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'syncline-mutants-'));
  cpSync(root, folder, { recursive: true, filter: (source) => !leftOut.has(path.relative(root, source).split(path.sep)[0] ?? '') });
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}
