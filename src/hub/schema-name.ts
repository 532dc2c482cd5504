/** The hub's schema of an application in a destination: named after the application, so that a person finds it in psql. */
export function hubSchemaName(applicationId: string): string {
  return `hub_${applicationId.replace(/^app_/, '')}`;
}
