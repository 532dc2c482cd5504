import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A recorded exchange, its body in place. */
export interface Exchange {
  /** Where it stands, for messages: file#index. */
  place: string;
  request: { method: string; url: string; query?: Record<string, string>; body?: unknown };
  response: { status: number; headers: Record<string, string>; body: unknown };
}

const root = fileURLToPath(new URL('.', import.meta.url));

/** The text of a file of this folder: `readReal('hubspot/endpoints.json')`. A missing fixture throws. */
export function readReal(file: string): string {
  return readFileSync(`${root}${file}`, 'utf8');
}

/** The `data` of a file that is no recording. */
export function loadData<T>(file: string): T {
  const { data } = JSON.parse(readReal(file)) as { data?: T };
  if (data === undefined) throw new Error(`${file} has no data.`);
  return data;
}

/** The exchanges of one recorded file, or of all files of a folder, in the order in which they were recorded. */
export function loadExchanges(path: string): Exchange[] {
  if (!path.endsWith('.json')) return filesIn(path).flatMap((file) => loadExchanges(`${path}/${file}`));
  const { exchanges } = JSON.parse(readReal(path)) as { exchanges?: Omit<Exchange, 'place'>[] };
  if (!exchanges) throw new Error(`${path} has no exchanges.`);
  return exchanges.map((exchange, index) => {
    const body = exchange.response.body as { $same_body_as_exchange?: number } | null;
    const same = typeof body === 'object' && body !== null ? body.$same_body_as_exchange : undefined;
    const response = same === undefined ? exchange.response : { ...exchange.response, body: exchanges[same]?.response.body };
    return { ...exchange, response, place: `${path}#${index}` };
  });
}

function filesIn(folder: string): string[] {
  const files = readdirSync(`${root}${folder}`).filter((file) => file.endsWith('.json'));
  if (files.length === 0) throw new Error(`${folder} has no recordings.`);
  return files.sort();
}

/** The path of the request below its host. */
export function pathOf({ request }: Exchange): string {
  return new URL(request.url).pathname;
}
