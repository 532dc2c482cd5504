// Writes docs/providers from the catalog: what `GET /v1/providers` answers, for reading. `--check` writes nothing and fails on a difference.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createCatalog, describeProvider, loadProviders, models, type ProviderCapabilities } from '../src/catalog/index.ts';
import type { UnifiedMapping } from '../src/kit/index.ts';

const units: [string, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const folder = path.join(import.meta.dirname, '..', 'docs', 'providers');
// Providers for development only are no part of what a vendor is offered.
const catalog = createCatalog({ environment: 'production', providers: await loadProviders() });
const providers = catalog.list().map((provider) => describeProvider(provider));
const pages = new Map([['README.md', indexPage()], ...providers.map((one) => [`${one.provider}.md`, providerPage(one)] as const)]);

const present = await readdir(folder).catch(() => []);
const stale = present.filter((name) => !pages.has(name));
if (process.argv.includes('--check')) {
  const differing: string[] = [];
  for (const [name, page] of pages) if ((await readFile(path.join(folder, name), 'utf8').catch(() => '')) !== page) differing.push(name);
  if (differing.length + stale.length > 0) {
    const which = [...differing, ...stale].join(', ');
    console.error(`docs/providers does not say what the catalog says (${which}). Run \`npm run provider-docs\`, look at it and commit it.`);
    process.exitCode = 1;
  }
} else {
  await mkdir(folder, { recursive: true });
  for (const [name, page] of pages) await writeFile(path.join(folder, name), page);
  for (const name of stale) await rm(path.join(folder, name));
}

function indexPage(): string {
  const rows = providers.map(({ provider, displayName, authKinds, objects }) => [
    `[${displayName}](${provider}.md)`,
    `\`${provider}\``,
    authKinds.join(', '),
    objects.map(({ object }) => object).join(', '),
  ]);
  return `${[
    '# Providers',
    'Generated from the catalog by `npm run provider-docs`; `GET /v1/providers` answers the same. A provider that an application declares itself is described there only.',
    table(['provider', 'name in calls', 'authorisation', 'objects'], rows),
  ].join('\n\n')}\n`;
}

function providerPage(one: ProviderCapabilities): string {
  const { displayName, provider, categories, docsUrl, authKinds, limits, objects, anyObjectExample } = one;
  const others = anyObjectExample === null ? [] : [`Other objects are taken by their own name, such as \`${anyObjectExample}\`.`];
  return `${[
    `# ${displayName}`,
    [
      `\`${provider}\` (${categories.join(', ')}), authorised by ${authKinds.join(' or ')}. [API documentation](${docsUrl}).`,
      `At most ${limits.concurrencyMax} requests in flight per connection; the provider's own limits: [${hostOf(limits.docsUrl)}](${limits.docsUrl}).`,
      ...(limits.budgets.length === 0 ? [] : [`Rate budgets of a connection: ${limits.budgets.map(budget).join('; ')}.`]),
      ...others,
      describedFields(one),
      'Generated from the catalog by `npm run provider-docs`.',
    ].join('\n'),
    table(['object', 'strategies', 'recommended', 'deletes between full reads', 'may show late by'], objects.map(overview)),
    ...unifiedSection(catalog.provider(provider).unified ?? []),
    ...objects.map(objectSection),
  ].join('\n\n')}\n`;
}

/** Where field suggestions come from, beside the records. */
function describedFields({ provider, displayName, objects }: ProviderCapabilities): string {
  const { objects: definitions } = catalog.provider(provider);
  const without = objects.filter(({ object }) => !definitions[object]?.fields).map(({ object }) => `\`${object}\``);
  if (without.length === objects.length)
    return `${displayName} has no call that describes its fields: [suggestions](../query-patterns.md) come from the landed records alone.`;
  const but = without.length === 0 ? '' : ` but those of ${without.join(', ')}`;
  return `${displayName} describes its fields itself${but}: [suggestions](../query-patterns.md) have its labels and types.`;
}

function budget(one: ProviderCapabilities['limits']['budgets'][number]): string {
  const span = 'seconds' in one ? `in ${duration(one.seconds)}` : `a day (${one.resetsDailyIn})`;
  return `\`${one.category}\` ${one.requests} ${span}`;
}

function overview({ object, strategies, recommended, deletes, visibilityLagSeconds }: ProviderCapabilities['objects'][number]): string[] {
  const possible = Object.entries(strategies).flatMap(([name, { isPossible }]) => (isPossible ? [name] : []));
  return [
    `\`${object}\``,
    possible.length === 1 ? 'full only' : possible.join(', '),
    recommended.strategy,
    deletes === 'signalled' ? 'told by the provider' : 'found by a key pass or a full read',
    duration(visibilityLagSeconds),
  ];
}

function objectSection(one: ProviderCapabilities['objects'][number]): string {
  const { object, label, docsUrl, strategies, recommended, scopes, patterns, watermark } = one;
  const refused = Object.entries(strategies).flatMap(([name, { reason }]) =>
    reason === null ? [] : [`- \`${name}\` is not possible: ${reason}`],
  );
  const options = [
    recommended.fullRefreshEvery === null ? null : `full_refresh_every ${recommended.fullRefreshEvery}`,
    recommended.keyPassIntervalSeconds === null ? null : `key_pass_interval_seconds ${recommended.keyPassIntervalSeconds}`,
  ].filter((option) => option !== null);
  const lines = [
    `- Recommended: \`${recommended.strategy}\`${options.length > 0 ? ` with ${options.join(' and ')}` : ''}. ${recommended.reasons.join(' ')}`,
    ...refused,
    watermark === null
      ? null
      : `- Filter by change: \`${watermark.path}\` (${watermark.type}${watermark.stepSeconds === null ? '' : `, in steps of ${watermark.stepSeconds} s`}).`,
    one.feedKeptSeconds === null
      ? null
      : `- The feed is kept for ${duration(one.feedKeptSeconds)}; an older position leads to a full read.`,
    `- Offered: ${offered(patterns)}.`,
    one.hasKey ? null : '- The records have no key: every run adds what it reads as new records, and nothing is updated or deleted.',
    one.fullListing === 'complete'
      ? '- The end of a full read proves that everything was listed.'
      : '- A full read may miss rows that move meanwhile, so a delete is confirmed by the record itself or by a second read.',
    one.parent === null ? null : `- Read below each of \`${one.parent}\`, behind them.`,
    ...one.unfolds.map((child) => `- Its records hold \`${child.object}\`, which become a table of their own.`),
    `- Pages of at most ${one.pageSizeMax}. A change may show late by ${duration(one.visibilityLagSeconds)}${
      one.settledLagSeconds === null ? '' : `, and now and then by ${duration(one.settledLagSeconds)}: a settled pass finds it`
    }.`,
    `- Scopes: ${scopes.length === 0 ? 'none' : scopes.map((scope) => `\`${scope}\``).join(', ')}. [Documentation](${docsUrl}).`,
  ];
  return [`## ${object}`, `${label}.`, lines.filter((line) => line !== null).join('\n')].join('\n\n');
}

/** What its objects become, and what of a model it does not have. */
function unifiedSection(mappings: UnifiedMapping[]): string[] {
  if (mappings.length === 0) return [];
  const rows = mappings.map(({ category, model, object, version, where, fields }) => {
    const all = Object.keys(models.find((one) => one.category === category && one.name === model)!.fields);
    const missing = all.filter((name) => !Object.hasOwn(fields, name));
    return [
      `\`${category}/${model}\``,
      `\`${object}\`${where ? ', some of them' : ''}`,
      String(version),
      missing.map((name) => `\`${name}\``).join(', ') || 'nothing',
    ];
  });
  return [
    '## Unified models',
    'See [unified models](../unified-models.md).',
    table(['model', 'made of', 'version', 'what it does not have'], rows),
  ];
}

function offered(patterns: ProviderCapabilities['objects'][number]['patterns']): string {
  const words: Record<keyof typeof patterns, string> = {
    timestamp: 'filter by change',
    compare: 'full comparison',
    window: 'window',
    changeFeed: 'feed of changes',
    deleteFeed: 'deleted records told',
    keyListing: 'listing of keys alone',
    liveLookup: 'one record by its id',
    hubLookup: 'one record from the hub',
    hooks: 'hooks that tell of changes',
    upsert: 'writing back',
  };
  return (Object.keys(words) as (keyof typeof patterns)[]).flatMap((name) => (patterns[name] ? [words[name]] : [])).join(', ');
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function duration(seconds: number): string {
  if (seconds === 0) return 'nothing';
  const [unit, size] = units.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['second', 1];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function hostOf(url: string): string {
  return new URL(url).host;
}
