import { z } from '@hono/zod-openapi';
import { updateApplication } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { AlertRules, Application, nameInput, origins, returnUrls, wireApplication } from './schema.ts';

const UpdateApplication = z
  .strictObject({
    name: nameInput.optional(),
    return_urls: returnUrls.optional(),
    origins: origins.optional(),
    alert_rules: AlertRules.partial().optional(),
  })
  .openapi('UpdateApplication');

export const updateApplicationEndpoint = endpoint({
  operationId: 'updateApplication',
  method: 'patch',
  path: '/v1/application',
  tag: 'applications',
  summary: 'Update your application',
  description: 'Changes what is given and leaves the rest. Lists are replaced whole.',
  scope: 'application:write',
  body: UpdateApplication,
  status: 200,
  response: Application,
  errors: [],
  handle: async ({ ctx, body: { name, return_urls, origins, alert_rules } }) =>
    wireApplication(
      await updateApplication({
        ctx,
        input: {
          ...{ name, returnUrls: return_urls, origins },
          alertRules: alert_rules && {
            failedRowsPercent: alert_rules.failed_rows_percent,
            runSecondsMax: alert_rules.run_seconds_max,
            intervalsWithoutSuccess: alert_rules.intervals_without_success,
            isHeld: alert_rules.held,
            needsReauth: alert_rules.needs_reauth,
            isDestinationDown: alert_rules.destination_unavailable,
          },
        },
      }),
    ),
});
