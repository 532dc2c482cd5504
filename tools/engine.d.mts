interface Engine {
  raw: {
    diff(input: unknown): Promise<{ exitCode: number; stdout: string | null }>;
    diagnoseMigrationHistory(input: unknown): Promise<Record<string, unknown>>;
    applyMigrations(input: unknown): Promise<{ appliedMigrationNames: string[] }>;
  };
}

export function createEngine(url: string, datamodels: [string, string][]): Promise<Engine>;
