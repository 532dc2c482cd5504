/** The address of a provider config's hooks, as the vendor registers it at the provider. */
export function hookUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/hooks/${token}`;
}
