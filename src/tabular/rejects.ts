import { WholeFile } from '../adapters/durable-files/whole-file.js';
import { csvField, withoutFormula } from '../kernel/csv.js';
import type { Reject } from './household-row.js';

const HEADER = 'line;column;code;reason\n';
const BUFFER_CHARACTERS = 65_536;

/** A column's name is the user's: a spreadsheet must not run it. */
const lineOf = ({ line, column, code, reason }: Reject): string =>
  `${line};${csvField(withoutFormula(column), ';')};${code};${csvField(reason, ';')}\n`;

/**
 * Writes a rejects file: CSV with `;`, a line for everything wrong. It appears under its name only
 * when it is whole, and a run that is started again writes it afresh from the same input.
 */
export class RejectsFile {
  #count = 0;
  readonly #file: WholeFile;
  #buffer = HEADER;

  constructor(readonly path: string) {
    this.#file = new WholeFile(path);
  }

  /** Lines written so far, without the header. */
  get count(): number {
    return this.#count;
  }

  add(rejects: readonly Reject[]): void {
    for (const reject of rejects) this.#buffer += lineOf(reject);
    this.#count += rejects.length;
    if (this.#buffer.length >= BUFFER_CHARACTERS) this.#flush();
  }

  /** Makes the file durable and gives it its name. */
  commit(): void {
    this.#flush();
    this.#file.commit();
  }

  /** Leaves nothing behind. */
  discard(): void {
    this.#file.discard();
  }

  #flush(): void {
    this.#file.write(this.#buffer);
    this.#buffer = '';
  }
}

/**
 * Does work whose refused lines go to a file: it has its name once the work is done, and nothing of
 * it is left where the work fails.
 */
export async function withRejects<T>(
  path: string,
  work: (rejects: RejectsFile) => Promise<T>,
): Promise<T> {
  const rejects = new RejectsFile(path);
  try {
    const result = await work(rejects);
    rejects.commit();
    return result;
  } catch (error) {
    rejects.discard();
    throw error;
  }
}
