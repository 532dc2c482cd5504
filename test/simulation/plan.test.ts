import { expect, test } from 'vitest';
import { faultKinds } from '../../sandbox/faults.ts';
import { describePlan } from './describe.ts';
import { planOf, type Step } from './plan.ts';
import { subjects } from './subjects.ts';

const plans = Array.from({ length: 600 }, (_, i) => planOf(i + 1));
const steps: Step[] = plans.flatMap((plan) => [...plan.prelude, ...plan.steps]);

test('a plan follows from its seed alone, and another seed has another one', () => {
  for (const { seed } of plans.slice(0, 20)) expect(planOf(seed)).toEqual(planOf(seed));
  expect(new Set(plans.map(({ seed: _seed, ...plan }) => JSON.stringify(plan))).size).toBe(plans.length);
});

test('every subject, every kind of step and every fault that the sandbox knows has its turn', () => {
  expect(new Set(plans.map(({ subject }) => subject.name))).toEqual(new Set(subjects.map(({ name }) => name)));
  const kinds: Record<Step['do'], true> = {
    ...{ create: true, update: true, edit_silently: true, delete: true, remove: true, restore: true, recreate: true },
    ...{ fault: true, change_between_pages: true, expire_tokens: true, end_grant: true, pause_and_resume: true, reset: true },
    ...{
      forget_feed: true,
      switch_strategy: true,
      set_clock: true,
      trigger: true,
      wait_for_run: true,
      rest: true,
      kill: true,
      freeze: true,
    },
  };
  expect(new Set(steps.map((step) => step.do))).toEqual(new Set(Object.keys(kinds)));
  const faults = new Set(steps.flatMap((step) => (step.do === 'fault' ? [step.fault.kind] : [])));
  // Records that change between two pages are a step of their own: they need records that exist then.
  expect([...faults, 'mutate'].sort()).toEqual([...faultKinds].sort());
});

test('no plan deletes so much that the guard would hold it, nor moves the clock while writes wait to become visible', () => {
  for (const { size, settings, steps: own } of plans) {
    const deletes = own.map((step) => {
      if (step.do === 'delete' || step.do === 'remove') return step.picks.length;
      return step.do === 'change_between_pages' ? step.deletes.length : 0;
    });
    expect(deletes.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(size * 0.06);
    if (settings.visibilityLagMs > 0) expect(own.filter((step) => step.do === 'set_clock')).toEqual([]);
  }
});

test('a description says what happened and how to see it again', () => {
  const text = describePlan(plans[6]!);
  expect(text).toContain('seed 7: ');
  expect(text).toContain('npm run simulate -- --seed 7');
  expect(text.split('\n')).toHaveLength(plans[6]!.prelude.length + plans[6]!.steps.length + 3);
});
