// node tools/check-docs.ts   every relative link, npm script, project path and named test of the documents exists.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const scripts = (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;
/** First folders of the project: `src/…` in a document is a path, `application/json` is not. */
const folders = ['src', 'providers', 'sandbox', 'sdk', 'test', 'bench', 'demo', 'docs', 'tools', 'prisma', '.ci'];
/** Made by running the product, so absent from a fresh clone. */
const madeLater = ['sdk/dist', 'src/db/generated', 'bench/results'];

const problems = documents().flatMap(checkDocument);
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);

function documents(): string[] {
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return found.filter((file) => file.endsWith('.md') && !/(^|\/)(node_modules|licences|\.syncline)\//.test(file));
}

function checkDocument(document: string): string[] {
  const text = readFileSync(path.join(root, document), 'utf8');
  return [...checkLinks(document, text), ...checkScripts(document, text), ...checkPaths(document, text), ...checkTests(document, text)];
}

/** [text](relative/path.md#heading): the file and the heading are there. */
function checkLinks(document: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [target, anchor] = link!.split('#');
    const file = target ? path.join(path.dirname(document), decodeURIComponent(target)) : document;
    if (!existsSync(path.join(root, file))) return [`${document}: the link ${link} leads nowhere`];
    if (anchor && file.endsWith('.md') && !headings(file).includes(anchor)) return [`${document}: ${file} has no heading #${anchor}`];
    return [];
  });
}

function headings(file: string): string[] {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  return lines
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    );
}

function checkScripts(document: string, text: string): string[] {
  return [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)]
    .filter(([, name]) => !scripts[name!])
    .map(([, name]) => `${document}: package.json has no script ${name}`);
}

/** `src/hub/writer.ts` in code marks: exists. A `*` or `<…>` stands for names. */
function checkPaths(document: string, text: string): string[] {
  const named = [...text.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)*\/?)`/g)].map(([, name]) => name!.replace(/\/$/, ''));
  return [...new Set(named)]
    .filter((name) => name.includes('/') && folders.includes(name.split('/')[0]!))
    .filter((name) => !madeLater.some((made) => name.startsWith(made)))
    .filter((name) => !existsSync(path.join(root, name)))
    .map((name) => `${document}: ${name} does not exist`);
}

/** `test/x.test.ts` › "title": the title stands in that file. */
function checkTests(document: string, text: string): string[] {
  return [...text.matchAll(/`((?:test|src)\/[\w./-]+\.test\.ts)`\s*(?:›|>|:)\s*["“]([^"”\n]+)["”]/g)].flatMap(([, file, title]) => {
    const at = path.join(root, file!);
    if (!existsSync(at) || !statSync(at).isFile()) return [];
    return readFileSync(at, 'utf8').includes(title!) ? [] : [`${document}: ${file} has no test ${JSON.stringify(title)}`];
  });
}
