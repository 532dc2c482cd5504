import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import type { Outcome } from './play.ts';

interface Results {
  outcomes: Outcome[];
  deaths: { kills: number; freezes: number };
  minutes: number;
}

/** What was played and what it met, to keep: bench/results/. */
export function saveResults(file: string, { outcomes, deaths, minutes }: Results): void {
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, memory_gb: Math.round(totalmem() / 2 ** 30), node: process.version };
  const seeds = outcomes.map(({ plan }) => plan.seed);
  const result = {
    machine,
    seeds: { count: seeds.length, from: Math.min(...seeds), to: Math.max(...seeds) },
    minutes: Number(minutes.toFixed(1)),
    ...deaths,
    failed: outcomes.filter(({ violations }) => violations.length > 0).map(({ plan, violations }) => ({ seed: plan.seed, violations })),
    subjects: total(outcomes.map(({ plan }) => ({ [plan.subject.name]: 1 }))),
    steps: total(outcomes.flatMap(({ plan }) => [...plan.prelude, ...plan.steps].map((step) => ({ [step.do]: 1 })))),
    faults: total(outcomes.map(({ faults }) => faults)),
    runs: total(outcomes.map(({ runs }) => runs)),
  };
  mkdirSync('bench/results', { recursive: true });
  writeFileSync(path.join('bench/results', file), `${JSON.stringify(result, null, 2)}\n`);
}

/** The sums of some counts, by name in order. */
function total(counts: Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of counts) for (const [name, count] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).sort(([a], [b]) => (a < b ? -1 : 1)));
}
