import type { Source } from './read-imports.ts';

/** Floors of the house, lowest first; the rooms of one floor do not know each other. */
export const floors: string[][] = [
  ['base'],
  ['kit', 'ops'],
  ['db'],
  ['queue'],
  ['events'],
  ['tenancy'],
  ['catalog'],
  ['connect', 'hub'],
  ['access', 'destinations', 'fields', 'unified', 'webhooks'],
  ['syncs'],
  ['engine'],
  ['jobs', 'api', 'portal', 'cli'],
  ['compose'],
  ['main'],
];

/** The faces call verbs; the database is not theirs. */
const faces = ['jobs', 'api', 'portal', 'cli'];
const databaseRooms = ['db'];

/**
 * Folders beside src, and the project folders that each may import from. Tools run before the product exists; what serves
 * as a customer's code (demo) may use the SDK.
 */
const outside: Record<string, string[]> = {
  providers: ['providers', 'src/kit'],
  sandbox: ['sandbox'],
  'sdk/src': ['sdk/src'],
  tools: ['tools', 'src', 'sandbox', 'sdk'],
  bench: ['bench', 'src', 'sandbox', 'sdk/src', 'test/support', 'test/real'],
  demo: ['demo', 'src', 'sandbox', 'sdk/src', 'test/support', 'test/real'],
};

/** One teaching sentence per import that goes against the floors. */
export function findViolations(sources: Source[]): string[] {
  return sources.flatMap(({ file, imports }) =>
    imports.flatMap((imported) => {
      const reason = isProjectPath(imported) ? judge(file, imported) : judgePackage(file, imported);
      return reason ? [`${file} imports ${imported}: ${reason}`] : [];
    }),
  );
}

function judge(file: string, imported: string): string | undefined {
  const room = roomOf(file);
  if (!room) return judgeOutside(file, imported);
  const target = roomOf(imported);
  if (!target) return 'src stands on its own; move what it needs into a room, or hand it in from src/compose.ts.';
  const from = floorOf(room);
  const to = floorOf(target);
  if (from === undefined || to === undefined)
    return `${from === undefined ? room : target} is no room of the house; add it to the table in tools/layers/rules.ts.`;
  if (to > from)
    return `${room} lies below ${target}. Offer a function that ${target} fills in (compose hands it over), as connect does with onConnectionChanged.`;
  if (to === from && room !== target) return `${room} and ${target} share a floor. Put what both need on a lower one.`;
  if (faces.includes(room) && databaseRooms.includes(target))
    return `${room} is a face: it calls verbs, the database is behind them. Write a verb in the room that owns the table.`;
  return undefined;
}

function judgeOutside(file: string, imported: string): string | undefined {
  const home = homeOf(file);
  const allowed = home && outside[home];
  if (!allowed) return undefined;
  if (home === 'providers' && imported.startsWith('src/') && imported !== 'src/kit/index.ts')
    return 'a provider speaks #kit and nothing else. What is missing belongs into src/kit, with its own tests.';
  if (allowed.some((folder) => imported.startsWith(`${folder}/`))) return undefined;
  return `${home} may import from ${allowed.join(', ')} only.`;
}

/** Two packages carry rules of their own. */
function judgePackage(file: string, imported: string): string | undefined {
  const room = roomOf(file);
  if (imported === 'pg' && room && faces.includes(room)) return `${room} is a face: it calls verbs, the database is behind them.`;
  if (homeOf(file) === 'providers' && !imported.startsWith('#')) return 'a provider is data and pure functions: it needs no package.';
  return undefined;
}

function isProjectPath(imported: string): boolean {
  return /^(src|providers|sandbox|sdk|tools|bench|demo|test)\//.test(imported);
}

function homeOf(file: string): string | undefined {
  return Object.keys(outside).find((folder) => file.startsWith(`${folder}/`));
}

function roomOf(file: string): string | undefined {
  return /^src\/([a-z]+)(?:\/|\.ts$)/.exec(file)?.[1];
}

function floorOf(room: string): number | undefined {
  const index = floors.findIndex((rooms) => rooms.includes(room));
  return index === -1 ? undefined : index;
}
