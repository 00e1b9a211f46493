/** A number from 0 to below `below`. */
export type Next = (below: number) => number;

/** A parser or door, and what must hold of whatever it is given. */
export interface FuzzTarget {
  /** Inputs to begin with. */
  readonly seeds: readonly (string | Buffer)[];
  /** What to put into inputs, besides the texts that stand in the code. */
  readonly words: readonly string[];
  /** An input of the grammar, where there is one. */
  readonly generate?: (next: Next) => string | Buffer;
  /**
   * @returns what became of it: a code of ours, or that it was taken
   * @throws where something does not hold
   */
  check(input: Buffer): Promise<string> | string;
}

export interface LoadsTarget {
  /** Whose branches guide it: beginnings of paths below the build's folder. */
  readonly covers: readonly string[];
  /**
   * Branches come by for an input of no bytes, and for each byte, where more than usual are needed.
   */
  readonly limits?: { readonly workBase?: number; readonly workPerByte?: number };
  load(): Promise<FuzzTarget>;
}

/** A property that does not hold. */
export class Broken extends Error {
  constructor(what: string, cause?: unknown) {
    super(what, cause === undefined ? {} : { cause });
    this.name = 'Broken';
  }
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}

/** A refusal has a code and a sentence, and a place where it has one says something. */
export function refusedWell(error: {
  readonly code: string;
  readonly detail: string;
  readonly field?: string | undefined;
}): string {
  holds(/^[A-Z][A-Z0-9_]{2,}$/.test(error.code), `the code ${error.code}`);
  holds(error.detail.length >= 10, `${error.code} does not say what is wrong`);
  holds(error.detail.length < 3_000, `${error.code} says too much`);
  return error.code;
}

/** A list of one value from the beginning, so that a grammar can be written as one expression. */
export const one = <T>(next: Next, ...choices: readonly T[]): T => choices[next(choices.length)]!;
