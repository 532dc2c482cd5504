import type { Mutation } from './mutations.ts';

export const clocks: Mutation[] = [
  {
    id: 'feed-by-its-times',
    promise: 1,
    breaks: 'of two items of a feed about one record the one with the newer time stands, though the other came later',
    edits: [{ file: 'src/hub/prepare-slice.ts', find: 'if (record.isInOrder && other.isInOrder) return true;', replace: '' }],
    test: {
      file: 'src/hub/prepare-slice.test.ts',
      title: 'of the items of a feed the later one wins, whatever the times say: a clock can be set back',
    },
  },
  {
    id: 'times-of-another-clock',
    promise: 1,
    breaks: 'a time that the provider’s clock, set back since, has not reached yet holds off what a log tells',
    edits: [{ file: 'src/hub/rule.ts', find: ' = 0 and t._syncline_modified_at', replace: ' = -1 and t._syncline_modified_at' }],
    test: {
      file: 'test/flows/feeds.test.ts',
      title:
        'H53 D18 with the provider’s clock set back, what the log tells last is what the hub holds: of one read, and against what was stored before',
    },
  },
  {
    id: 'slow-answer-for-a-set-back',
    promise: 1,
    breaks: 'an answer that was long on its way is taken for a clock that was set back',
    edits: [
      { file: 'src/engine/inbound/ask.ts', find: 'slice.ctx.clock.now().getTime() - tookMs;', replace: 'slice.ctx.clock.now().getTime();' },
    ],
    test: { file: 'src/engine/inbound/ask.test.ts', title: 'H53 an answer that is long on its way shows no clock that was set back' },
  },
  {
    id: 'deletions-below-their-pointer',
    promise: 1,
    breaks: 'a pointer into a feed of deletions, or the end of a window, that lies ahead of the provider’s clock is believed',
    edits: [
      {
        file: 'src/engine/inbound/run-slice.ts',
        find: 'if (isRead && beganAheadOfClock(slice)) throw new ClockBehind();',
        replace: 'beganAheadOfClock(slice);',
      },
    ],
    test: {
      file: 'test/flows/feeds.test.ts',
      title: 'H53 D25 with the provider’s clock set back behind the pointer into the feed of deletions, what is deleted meanwhile is found',
    },
  },
  {
    id: 'session-that-ended-unnamed',
    promise: 1,
    breaks: 'a session that ends while a hub is opened is taken for a failure of ours',
    edits: [
      {
        file: 'src/hub/open.ts',
        find: "    await client.query('commit');\n    isSpoilt = false;\n  } finally {",
        replace:
          "    await client.query('commit');\n    isSpoilt = false;\n  } catch {\n    throw new Error('the hub could not be prepared');\n  } finally {",
      },
    ],
    test: {
      file: 'test/hub/layout.test.ts',
      title: 'a session that ends while a hub is brought up to date is told as what it is, a destination that cannot be reached',
    },
  },
];
