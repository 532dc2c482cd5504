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

export const Application = z
  .object({
    id: idField('application', applicationExample),
    name: z.string().openapi({ description: 'Shown to your customers on the connect page.', example: 'Example CRM' }),
    return_urls: returnUrls,
    origins,
    created_at: timeField('When it was created.'),
  })
  .openapi('Application');

export function wireApplication({ id, name, returnUrls, origins, createdAt }: ApplicationOf): z.input<typeof Application> {
  return { id, name, return_urls: returnUrls, origins, created_at: wireTime(createdAt) };
}
