import type { Mutation } from './mutations.ts';

export const webhooks: Mutation[] = [
  {
    id: 'number-inside-the-writer',
    promise: 2,
    breaks: 'an event gets its number in the transaction that emits it, so that a reader goes past one that commits late',
    edits: [
      {
        file: 'src/events/emit.ts',
        find: 'await tx.event.createMany({ data: rows });',
        replace: 'await tx.event.createMany({ data: rows.map((row, place) => ({ ...row, number: Date.now() * 1000 + place })) });',
      },
    ],
    test: {
      file: 'test/webhooks/stamper.test.ts',
      title: 'an event that commits late gets a later number than what was committed before it, and leaves no hole',
    },
  },
  {
    id: 'position-before-deliveries',
    promise: 1,
    breaks: 'an endpoint’s place in the log moves before its deliveries are there',
    edits: [
      {
        file: 'src/webhooks/plan-deliveries.ts',
        find: 'await movePosition(tx, endpoint, owner)',
        replace: 'await movePosition(ctx.db.prisma, endpoint, owner)',
      },
    ],
    test: {
      file: 'test/webhooks/delivery.test.ts',
      title: 'deliveries and the place in the log move together: when they cannot be made, nothing has moved',
    },
  },
  {
    id: 'bad-endpoint-blocks',
    promise: 7,
    breaks: 'webhook endpoints are served one behind the other',
    edits: [{ file: 'src/jobs/event-loop.ts', find: 'const endpointsAtOnceMax = 8;', replace: 'const endpointsAtOnceMax = 1;' }],
    test: {
      file: 'test/webhooks/delivery.test.ts',
      title: 'an endpoint that answers nothing delays no other one, and is itself not stormed',
    },
  },
  {
    id: 'filter-of-customers-ignored',
    promise: 7,
    breaks: 'an endpoint of some customers hears of all of them',
    edits: [
      {
        file: 'src/webhooks/plan-deliveries.ts',
        find: 'const { customerIds = null, providers = null, objects = null } = endpoint.filters;',
        replace: 'const { providers = null, objects = null } = endpoint.filters;\n  const customerIds = null;',
      },
    ],
    test: {
      file: 'test/webhooks/records.test.ts',
      title: 'an endpoint of one customer gets no record of another, and what was purged is not sent, replayed or not',
    },
  },
  {
    id: 'webhook-to-private',
    promise: 8,
    breaks: 'webhooks are sent past the guard of addresses',
    edits: [
      {
        file: 'src/webhooks/send.ts',
        find: 'await egress.send(url, {',
        replace: "await (await import('../connect/http-out.ts')).createHttpOut({ isGuarded: false }).send(new URL(url), {",
      },
    ],
    test: {
      file: 'test/hostile/webhooks.test.ts',
      title: 'is not reached by an endpoint that names it all the same, nor by a name that leads there: one sentence for all',
    },
  },
  {
    id: 'one-secret-only',
    promise: 8,
    breaks: 'the secret before a rotation signs no more, so that receivers cannot change over',
    edits: [
      {
        file: 'src/webhooks/secrets.ts',
        find: 'if (previousSecretSealed === null) return [newest];',
        replace: 'if (previousSecretSealed !== undefined) return [newest];',
      },
    ],
    test: {
      file: 'test/webhooks/delivery.test.ts',
      title: 'after a rotation messages carry both signatures for a day, then the new one alone',
    },
  },
];
