import type { Plan, Step } from './plan.ts';

/** What a failing seed shows: what happened, in order, and how to see it again. */
export function describePlan({ seed, subject, size, settings, prelude, steps }: Plan): string {
  const lines = [...prelude.map((step) => `before connecting: ${describeStep(step)}`), ...steps.map(describeStep)];
  return [
    `seed ${seed}: ${subject.name}, ${size} records, ${JSON.stringify(settings)}`,
    ...lines.map((line, i) => `  ${String(i + 1).padStart(2)}. ${line}`),
    `See it again: npm run simulate -- --seed ${seed}`,
    'The steps follow from the seed; their timing does not: repeat with --times 20 when it does not fail at once.',
  ].join('\n');
}

function describeStep(step: Step): string {
  const { do: name, ...rest } = step;
  const details = Object.entries(rest).map(([key, value]) => `${key} ${describeValue(value)}`);
  return [name.replaceAll('_', ' '), details.join(', ')].filter(Boolean).join(': ');
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} of the records`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
