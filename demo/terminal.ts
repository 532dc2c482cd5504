import process from 'node:process';

/** What the demo shows: chapters, steps with progress bars, and checks that decide the exit code. */
export interface Terminal {
  chapter(title: string): void;
  line(text: string): void;
  /** A bar that moves while `work` reports; without a terminal only its end is printed. */
  progress<T>(title: string, work: (report: (done: number, total: number) => void) => Promise<T>): Promise<T>;
  /** Prints the claim with its proof; a false one fails the demo at its end. */
  check(claim: string, isTrue: boolean, proof: string): void;
  failures(): string[];
}

const barChars = 28;
const titleChars = 44;

export function createTerminal(out: NodeJS.WriteStream = process.stdout): Terminal {
  const failed: string[] = [];
  const paint = (code: number, text: string) => (out.isTTY && !process.env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text);
  const write = (text: string) => out.write(`${text}\n`);
  return {
    chapter: (title) => void write(`\n${paint(1, title)}\n`),
    line: (text) => void write(`  ${text}`),
    async progress(title, work) {
      const begun = performance.now();
      let last = { done: 0, total: 0 };
      const draw = (end: string) => `  ${title.padEnd(titleChars)} ${bar(last)} ${String(last.done).padStart(7)}${end}`;
      const result = await work((done, total) => {
        last = { done, total: Math.max(total, done) };
        if (out.isTTY) out.write(`\r${draw('')}`);
      });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      write(`${out.isTTY ? '\r' : ''}${draw(paint(2, `  ${seconds} s`))}`);
      return result;
    },
    check(claim, isTrue, proof) {
      if (!isTrue) failed.push(claim);
      write(`  ${isTrue ? paint(32, 'agrees') : paint(31, 'DIFFERS')}  ${claim}  ${paint(2, proof)}`);
    },
    failures: () => failed,
  };
}

function bar({ done, total }: { done: number; total: number }): string {
  const filled = total === 0 ? barChars : Math.round((done / total) * barChars);
  return `${'█'.repeat(filled)}${'░'.repeat(barChars - filled)}`;
}
