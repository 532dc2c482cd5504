import { getApplication } from '../../../tenancy/index.ts';
import { endpoint } from '../../endpoint.ts';
import { Application, wireApplication } from './schema.ts';

export const getApplicationEndpoint = endpoint({
  operationId: 'getApplication',
  method: 'get',
  path: '/v1/application',
  tag: 'applications',
  summary: 'Get your application',
  description: 'The application that the API key belongs to.',
  scope: 'application:read',
  status: 200,
  response: Application,
  errors: [],
  handle: async ({ ctx }) => wireApplication(await getApplication({ ctx })),
});
