/** Shorter values are no secrets, and taking them out would make any sentence unreadable. */
const secretCharsMin = 4;

/** A text of somebody else's, without the secrets that it may repeat: as they are, as JSON and as part of a URL. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < secretCharsMin) continue;
    const json = JSON.stringify(secret).slice(1, -1);
    for (const form of new Set([secret, json, json.replaceAll('/', '\\/'), encodeURIComponent(secret)]))
      clean = clean.replaceAll(form, '[sealed]');
  }
  return clean;
}
