import { invalid } from './errors.ts';

const pageSizeMax = 100;
const pageSizeDefault = 10;

export interface ListParameters {
  limit: number;
  startingAfter: string | null;
  endingBefore: string | null;
  isCreatedWithin: (created: number) => boolean;
}

/** Every list has these; anything else is refused: https://docs.stripe.com/api/pagination */
export function readParameters(query: URLSearchParams, { own, others }: { own: string[]; others: string[] }): ListParameters {
  const allowed = ['limit', 'starting_after', 'ending_before', 'created', ...own];
  for (const key of query.keys()) {
    const name = key.replace(/\[.*$/, '');
    if (name === 'expand' || others.includes(name)) throw invalid(name, `The sandbox does not simulate the parameter ${name}.`);
    if (!allowed.includes(name)) throw invalid(name, `Received unknown parameter: ${name}`, 'parameter_unknown');
  }
  const [startingAfter, endingBefore] = [query.get('starting_after'), query.get('ending_before')];
  if (startingAfter !== null && endingBefore !== null)
    throw invalid('ending_before', 'You cannot parameterize both starting_after and ending_before.');
  return { limit: limitIn(query), startingAfter, endingBefore, isCreatedWithin: createdIn(query) };
}

function limitIn(query: URLSearchParams): number {
  const text = query.get('limit');
  if (text === null) return pageSizeDefault;
  if (!/^-?\d{1,9}$/.test(text)) throw invalid('limit', `Invalid integer: ${text}`, 'parameter_invalid_integer');
  const limit = Number(text);
  if (limit < 1) throw invalid('limit', `This value must be greater than or equal to 1 (it currently is '${text}').`);
  if (limit > pageSizeMax) throw invalid('limit', `This value must be less than or equal to ${pageSizeMax} (it currently is '${text}').`);
  return limit;
}

const comparisons: Record<string, (created: number, bound: number) => boolean> = {
  gt: (created, bound) => created > bound,
  gte: (created, bound) => created >= bound,
  lt: (created, bound) => created < bound,
  lte: (created, bound) => created <= bound,
};

function createdIn(query: URLSearchParams): ListParameters['isCreatedWithin'] {
  const bounds = [...query].flatMap(([key, text]) => {
    if (key !== 'created' && !key.startsWith('created[')) return [];
    const operator = key.match(/^created\[(\w+)\]$/)?.[1];
    const holds = operator === undefined ? undefined : comparisons[operator];
    if (key !== 'created' && !holds) throw invalid('created', `Received unknown parameter: ${key}`, 'parameter_unknown');
    if (!/^\d{1,12}$/.test(text)) throw invalid(key, `Invalid integer: ${text}`, 'parameter_invalid_integer');
    return [(created: number) => (holds ? holds(created, Number(text)) : created === Number(text))];
  });
  return (created) => bounds.every((holds) => holds(created));
}

/** A list of texts: `types[]=a&types[]=b`, or with numbers in the brackets. */
export function textsIn(query: URLSearchParams, name: string, max: number): string[] | null {
  const texts = [...query].filter(([key]) => new RegExp(`^${name}\\[\\d*\\]$`).test(key)).map(([, text]) => text);
  if (query.has(name)) throw invalid(name, 'Invalid array');
  if (texts.length > max) throw invalid(name, `Array must have at most ${max} elements`);
  return texts.length === 0 ? null : texts;
}
