export const lookAtFolder = 'Look at the room and the rights of that folder, or set DATABASE_URL to a Postgres of your own. It says:';

const linesMax = 5;

/** Of what a server or initdb wrote, the last lines that say what is wrong; where none does, all of it. */
export function complaints(output: string): string {
  const lines = output.split('\n').filter((line) => /FATAL|PANIC|ERROR|DETAIL|HINT|error:|could not/.test(line));
  return (lines.length > 0 ? lines.slice(-linesMax).join('\n') : output).trim();
}
