import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import {
  metadataEntriesMax,
  metadataKeyCharsMax,
  metadataValueCharsMax,
  sourceCharsMax,
  triggerSync,
  waitForRun,
  waitSecondsMax,
} from '../../../syncs/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Run, wireRun } from '../runs/schema.ts';
import { syncParams } from './schema.ts';

const TriggerSync = z
  .strictObject({
    full: z.boolean().optional().openapi({ description: 'Read everything again.' }),
    source: text(sourceCharsMax).optional().openapi({ description: 'Who asks. It stands on the run.', example: 'nightly-import' }),
    metadata: z
      .record(text(metadataKeyCharsMax), text(metadataValueCharsMax))
      .optional()
      .openapi({ description: `Anything that you want to find on the run again; at most ${metadataEntriesMax} entries.` }),
    wait_seconds: z.int().min(1).max(waitSecondsMax).optional().openapi({
      description: 'Answer when the run has ended, or after this many seconds with the run as it is then. Left out: at once.',
    }),
  })
  .openapi('TriggerSync');

export const triggerSyncEndpoint = endpoint({
  operationId: 'triggerSync',
  method: 'post',
  path: '/v1/syncs/{sync_id}:trigger',
  tag: 'syncs',
  summary: 'Trigger a sync',
  description:
    'Asks for a run now. While one is in progress the answer is that run, and exactly one more follows it, however often it was asked for; source and metadata then stand on the one that follows.',
  scope: 'syncs:write',
  params: syncParams,
  body: TriggerSync,
  status: 200,
  response: Run,
  errors: ['not_found', 'conflict'],
  async handle({ ctx, params, body: { full, source, metadata, wait_seconds: waitSeconds } }) {
    const run = await triggerSync({ ctx, input: { syncId: params.sync_id, full, source, metadata } });
    return wireRun(waitSeconds === undefined ? run : await waitForRun({ ctx, input: { runId: run.id, waitSeconds } }));
  },
});
