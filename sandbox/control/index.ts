import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from '../dialect.ts';
import { readBody, tryParseJson } from '../http.ts';
import { isJsonObject, type Json, writeJson } from '../json.ts';
import type { World } from '../world.ts';
import { verbs } from './verbs.ts';

interface Control {
  world: World;
  dialects: Dialect[];
  request: IncomingMessage;
  response: ServerResponse;
}

/** POST /control/{verb} with a JSON body: what tests, demo and bench command. Not part of any simulated SaaS. */
export async function handleControl({ world, dialects, request, response }: Control): Promise<void> {
  const verb = request.url?.slice('/control/'.length).split('?', 1)[0] ?? '';
  const reply = (status: number, body: Json) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(writeJson(body));
  };
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!run) return reply(404, { error: `Unknown verb ${verb}; there are ${Object.keys(verbs).join(', ')}.` });
  const text = await readBody(request);
  const input = text === '' ? {} : tryParseJson(text);
  if (!isJsonObject(input)) return reply(400, { error: 'The body must be a JSON object.' });
  try {
    reply(200, (await run({ world, dialects, input })) ?? {});
  } catch (error) {
    reply(400, { error: error instanceof Error ? error.message : String(error) });
  }
}
