import { z } from '@hono/zod-openapi';
import { text } from '../../../base/text.ts';
import type { Application as ApplicationOf } from '../../../tenancy/index.ts';
import { idField, timeField, wireTime } from '../../wire/common.ts';

export const applicationExample = 'app_01k9d3v5m2q8r7s6t5v4w3x2y1';

export const nameInput = text(200).openapi({ description: 'Shown to your customers on the connect page.', example: 'Example CRM' });

export const returnUrls = z.array(z.string()).openapi({
  description: 'Where the connect flow may return to: exact https URLs (http on localhost), or prefixes that end in "/".',
  example: ['https://app.example.com/integrations'],
});

export const origins = z.array(z.string()).openapi({
  description: 'Origins of your pages: they may open the connect popup, and read with customer tokens.',
  example: ['https://app.example.com'],
});

export const AlertRules = z
  .strictObject({
    failed_rows_percent: z.number().min(0.1).max(100).nullable().openapi({
      description: 'Of the records that a run read, the share that it had to set aside; runs of fewer than ten are not judged.',
      example: 10,
    }),
    run_seconds_max: z.int().min(60).max(2_592_000).nullable().openapi({ description: 'How long a run may take.', example: 21_600 }),
    intervals_without_success: z
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .openapi({ description: 'How many of its intervals, an hour at least, a sync may be without success.', example: 3 }),
    held: z.boolean().openapi({ description: 'When deletes are held for a person.', example: true }),
    needs_reauth: z.boolean().openapi({ description: 'When a customer has to connect again.', example: true }),
    destination_unavailable: z.boolean().openapi({ description: 'When a destination of your own cannot be used.', example: true }),
  })
  .openapi('AlertRules', { description: 'When an alert is raised; null or false: never.' });

export const Application = z
  .object({
    id: idField('application', applicationExample),
    name: z.string().openapi({ description: 'Shown to your customers on the connect page.', example: 'Example CRM' }),
    return_urls: returnUrls,
    origins,
    alert_rules: AlertRules,
    created_at: timeField('When it was created.'),
  })
  .openapi('Application');

export function wireApplication({ id, name, returnUrls, origins, alertRules, createdAt }: ApplicationOf): z.input<typeof Application> {
  const { failedRowsPercent, runSecondsMax, intervalsWithoutSuccess, isHeld, needsReauth, isDestinationDown } = alertRules;
  return {
    ...{ id, name, return_urls: returnUrls, origins },
    alert_rules: {
      ...{ failed_rows_percent: failedRowsPercent, run_seconds_max: runSecondsMax },
      ...{ intervals_without_success: intervalsWithoutSuccess, held: isHeld, needs_reauth: needsReauth },
      destination_unavailable: isDestinationDown,
    },
    created_at: wireTime(createdAt),
  };
}
