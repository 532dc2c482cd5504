import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes and half minutes: begun last, they would keep one core waiting for the other. */
const longest = ['test/simulation/simulation.test.ts', 'test/flows/hooks.test.ts', 'test/flows/restarts.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longest.some((path) => moduleId.endsWith(path));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Bounds for a machine that is busy with something else: what a test waits for it waits for exactly, however long it takes.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores: more workers than cores only make the timeouts tight.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
});
