import { PAGE, type Api, type Results } from './api.js';
import { ROUNDS, type Behaviour, type Instruction, type Outcome } from './behaviour.js';

export interface RunOptions {
  readonly cycle: string;
  /**
   * Keep asking until nothing new came for so long; absent: stop at the first empty page (once
   * `expect` is there).
   */
  readonly idleMs?: number;
  /**
   * Instructions to see before an empty page is the end, for an engine that is still preparing its
   * answer.
   */
  readonly expect: number;
  readonly pollMs: number;
  /** How long to wait for the expected instructions. */
  readonly patienceMs: number;
  readonly wait: (ms: number) => Promise<void>;
  readonly onProgress?: (summary: Summary) => void;
}

/** Counts of what was read and said; `results` is what the engine made of it. */
export interface Summary {
  cycle: string;
  instructions: number;
  outcomes: Record<Outcome['outcome'], number>;
  requests: number;
  results: Record<string, number>;
}

/** Fewer instructions came than were expected. */
export class InstructionsMissing extends Error {}

/**
 * Reads all instructions of a cycle and answers each; returns when all that came is answered, the
 * late ones too.
 */
export async function run(api: Api, behaviour: Behaviour, options: RunOptions): Promise<Summary> {
  const summary: Summary = {
    cycle: options.cycle,
    instructions: 0,
    outcomes: { accepted: 0, settled: 0, rejected: 0, returned: 0, unknown: 0 },
    requests: 0,
    results: {},
  };
  const late: Instruction[] = [];
  let cursor: string | undefined;
  let idle = 0;
  for (;;) {
    const page = await api.instructions(options.cycle, cursor);
    if (page.instructions.length > 0) {
      idle = 0;
      cursor = page.cursor;
      summary.instructions += page.instructions.length;
      late.push(
        ...page.instructions.filter(
          (instruction) => behaviour.answers(instruction).later.length > 0,
        ),
      );
      await report(
        api,
        summary,
        page.instructions,
        (instruction) => behaviour.answers(instruction).now,
      );
      options.onProgress?.(summary);
      continue;
    }
    const missing = summary.instructions < options.expect;
    if (!missing)
      await report(
        api,
        summary,
        late.splice(0),
        (instruction) => behaviour.answers(instruction).later,
      );
    if (!missing && idle >= (options.idleMs ?? 0)) return summary;
    if (missing && idle >= options.patienceMs) {
      throw new InstructionsMissing(
        `Only ${summary.instructions} of the ${options.expect} expected instructions of ${options.cycle} came.`,
      );
    }
    await options.wait(options.pollMs);
    idle += options.pollMs;
  }
}

/**
 * Reports round by round, each in requests of at most a thousand. First and later attempts go in
 * requests of their own, so that a second run, which finds more attempts, says the rest in the very
 * requests of the first.
 */
async function report(
  api: Api,
  summary: Summary,
  instructions: readonly Instruction[],
  answersTo: (instruction: Instruction) => readonly (Outcome | undefined)[],
): Promise<void> {
  for (const same of Map.groupBy(instructions, (instruction) => instruction.attempt).values()) {
    for (let at = 0; at < same.length; at += PAGE) {
      const answers = same.slice(at, at + PAGE).map(answersTo);
      for (let round = 0; round < ROUNDS; round += 1) {
        const outcomes = answers.flatMap((rounds) => rounds[round] ?? []);
        if (outcomes.length === 0) continue;
        count(summary, outcomes, await api.report(outcomes));
      }
    }
  }
}

function count(summary: Summary, outcomes: readonly Outcome[], results: Results): void {
  summary.requests += 1;
  for (const { outcome } of outcomes) summary.outcomes[outcome] += 1;
  for (const [word, n] of Object.entries(results))
    summary.results[word] = (summary.results[word] ?? 0) + n;
}
