import { z } from '@hono/zod-openapi';
import { createApplication } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { NewApiKey, wireNewApiKey } from '../api-keys/schema.ts';
import { Application, nameInput, origins, returnUrls, wireApplication } from './schema.ts';

const CreateApplication = z
  .strictObject({ name: nameInput, return_urls: returnUrls.optional(), origins: origins.optional() })
  .openapi('CreateApplication');

const CreatedApplication = z
  .object({ application: Application, api_key: NewApiKey })
  .openapi('CreatedApplication', { description: 'The application and its first API key, whose text is shown this once.' });

export const createApplicationEndpoint = endpoint({
  operationId: 'createApplication',
  method: 'post',
  path: '/v1/applications',
  tag: 'applications',
  summary: 'Create an application',
  description: 'Creates an application with its hosted destination and a first API key. The key is shown in this answer and never again.',
  scope: 'operator',
  body: CreateApplication,
  status: 201,
  response: CreatedApplication,
  errors: [],
  async handle({ ctx, body: { name, return_urls, origins } }) {
    const { application, apiKey } = await createApplication({
      ctx,
      input: { name, ...(return_urls === undefined ? {} : { returnUrls: return_urls }), ...(origins === undefined ? {} : { origins }) },
    });
    return { application: wireApplication(application), api_key: wireNewApiKey(apiKey) };
  },
});
