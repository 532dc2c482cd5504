import { AppError } from '../base/errors.ts';
import { compilePath, readPath } from '../base/path.ts';
import { expandTemplate } from '../catalog/index.ts';
import type { CapturedValue, ProviderDefinition } from '../kit/index.ts';

/** Values that a connection captured once and needs ever after: instance_url, realm id, subdomain. Not secret. */
export type Captured = Record<string, string>;

const valueCharsMax = 500;

/**
 * Takes what the provider's declaration wants from one source. A value that does not match its pattern is refused here,
 * and again whenever it is used: hosts never follow from anything else.
 */
export function capture(provider: ProviderDefinition, from: CapturedValue['from'], source: unknown): Captured {
  const captured: Captured = {};
  for (const [name, declared] of Object.entries(provider.captured ?? {})) {
    if (declared.from !== from) continue;
    const found = readPath(source, compilePath(declared.path));
    const value = typeof found === 'number' ? String(found) : typeof found === 'string' ? found.trim() : '';
    if (value === '' && (!declared.required || declared.default !== undefined)) continue;
    if (value.length > valueCharsMax || !matchesWhole(declared.pattern, value)) throw refused(provider, name, declared, value === '');
    captured[name] = value;
  }
  return captured;
}

/**
 * What a refresh answers anew: Salesforce moves organisations and then says another instance_url. A value that is missing or
 * odd is left as it was, because a refusal here would lose the rotated token that came with it.
 */
export function recapture(provider: ProviderDefinition, answer: unknown): Captured {
  const captured: Captured = {};
  for (const [name, { from, path, pattern }] of Object.entries(provider.captured ?? {})) {
    const value = from === 'token' ? readPath(answer, compilePath(path)) : undefined;
    if (typeof value === 'string' && value.length <= valueCharsMax && matchesWhole(pattern, value)) captured[name] = value;
  }
  return captured;
}

/** A URL template of the provider with captured values, each matched with its pattern again. */
export function expandUrl(template: string, captured: Captured, provider: ProviderDefinition): string {
  return expandTemplate(template, captured, provider.captured);
}

/** A header's template. Patterns allow no line breaks, and `Headers` refuses them. */
export function expandValue(template: string, captured: Captured, provider: ProviderDefinition): string {
  return template.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const declared = provider.captured?.[name];
    if (!declared) return whole;
    const value = captured[name] ?? declared.default ?? '';
    if (!matchesWhole(declared.pattern, value)) throw refused(provider, name, declared, value === '');
    return value;
  });
}

export function matchesWhole(pattern: string, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value) && !/[\r\n]/.test(value);
}

function refused(provider: ProviderDefinition, name: string, declared: CapturedValue, isMissing: boolean): AppError {
  const title = declared.title ?? name;
  if (declared.from === 'form')
    return new AppError(
      'input_invalid',
      isMissing ? `${title} is missing.` : `${title} does not look right${declared.example ? `; an example: ${declared.example}` : ''}.`,
      {
        issues: [{ in: 'body', path: name, message: isMissing ? 'Required.' : 'Does not match the expected form.' }],
      },
    );
  return new AppError(
    'provider_rejected',
    `${provider.displayName} did not give ${title} in the expected form, so the account cannot be connected.`,
  );
}
