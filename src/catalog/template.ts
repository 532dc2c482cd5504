import { AppError } from '../base/errors.ts';
import type { CapturedValue } from '../kit/index.ts';

/**
 * A provider's URL with the connection's captured values. Each value is matched with its pattern here, whatever was
 * checked when it was captured, and can fill only the place where it stands: an origin, labels of a host, one path
 * segment or one query value. It never brings a scheme, a port, user names or another path with it.
 */
export function expandTemplate(template: string, captured: Record<string, string>, declared: Record<string, CapturedValue> = {}): string {
  const expanded = template.replace(/\{(\w+)\}/g, (_whole, name: string, offset: number) => {
    const value = capturedValue(name, captured, declared);
    const before = template.slice(0, offset);
    return place(value, name, before);
  });
  const url = URL.canParse(expanded) ? new URL(expanded) : null;
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.port !== '')
    throw new AppError('input_invalid', 'The address of the account is not a plain https address. Connect the account again.', {
      internal: `the template ${template} gave no plain https URL`,
    });
  return expanded;
}

/** The names in a template. */
export function templateNames(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

function capturedValue(name: string, captured: Record<string, string>, declared: Record<string, CapturedValue>): string {
  const definition = Object.hasOwn(declared, name) ? declared[name] : undefined;
  if (definition === undefined) throw new Error(`The template uses {${name}}, which the provider does not declare.`);
  const value = (Object.hasOwn(captured, name) ? captured[name] : undefined) ?? definition.default;
  if (value === undefined || !new RegExp(`^(?:${definition.pattern})$`).test(value) || /[\s\\]/.test(value))
    throw refused(name, definition);
  return value;

  function refused(missing: string, { title }: CapturedValue): AppError {
    return new AppError('input_invalid', `${title ?? missing} is missing or not in the expected form. Connect the account again.`);
  }
}

/** Where a value stands decides what it may be; what does not fit is a mistake of the pattern, so it is told to the developer. */
function place(value: string, name: string, before: string): string {
  if (before === '') return origin(value, name);
  if (/^https:\/\/[^/?#]*$/.test(before)) return hostLabels(value, name);
  if (value === '.' || value === '..') throw misfit(name, 'one path segment');
  return encodeURIComponent(value);
}

function origin(value: string, name: string): string {
  if (!URL.canParse(value) || new URL(value).origin !== value || !value.startsWith('https://')) throw misfit(name, 'an https origin');
  return value;
}

function hostLabels(value: string, name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(value)) throw misfit(name, 'labels of a host');
  return value;
}

function misfit(name: string, expected: string): AppError {
  return new AppError('input_invalid', 'The address of the account is not in the expected form. Connect the account again.', {
    internal: `the value of {${name}} is not ${expected}`,
  });
}
