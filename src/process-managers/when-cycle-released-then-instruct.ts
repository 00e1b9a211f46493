import type { EventData } from '../../events/generated.js';
import { DomainError } from '../kernel/errors.js';
import { partsOfCycle, streams } from '../kernel/ids.js';
import { cycleDecider, type CycleCommand } from '../cycle/cycle.decider.js';
import type { CommandOf, Recorded } from '../kernel/decider.js';
import { pipelined, recordOne } from '../write-side/bulk.js';
import { part } from '../write-side/unit.js';
import { filesInstructed, foldCycle } from '../cycle/cycle-reader.js';
import { Instructing } from '../use-cases/instructions/instructing.js';
import { AUTOMATION, type Deps, type JobContext, type OnProgress } from '../write-side/context.js';
import { PolicyReader } from '../programme/policy-reader.js';
import type { ProcessManager } from './runner.js';

export interface InstructArgs {
  readonly cycleId: string;
  /** Credit transfers in one pain.001 file; default: as the payment terms of each account say. */
  readonly maxPerFile?: number;
}
export interface InstructSummary {
  readonly cycleId: string;
  readonly count: number;
  readonly totalMinor: string;
  readonly files: EventData['CycleInstructed']['files'];
  /**
   * Payments of the released set whose payee has no account that can be paid on, or one that is
   * held, or whose household is not due them any more; they stay outstanding.
   */
  readonly leftOut: number;
  /** True where the cycle was instructed before: nothing was recorded or written. */
  readonly already: boolean;
}

/**
 * Instructs every payment of a released cycle and writes its pain.001 files. PaymentInstructed is
 * the truth and comes first; a file is derived from it once all its payments are durable, so that a
 * run that was killed and started again leaves the same events and, byte for byte, the same files.
 * CycleInstructed then records their hashes.
 * @throws DomainError CYCLE_NOT_RELEASED, StoreError, VaultError, what the rail throws
 */
export async function instructCycle(
  deps: Deps,
  args: InstructArgs,
  { correlationId }: Pick<JobContext, 'correlationId'>,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<InstructSummary> {
  const { cycleId } = args;
  const base: JobContext = { actor: AUTOMATION, correlationId };
  const history = await deps.store.readStream(streams.cycle(cycleId));
  const done = history.findLast((event) => event.type === 'CycleInstructed');
  if (done) {
    const { count, totalMinor } = done.data;
    const files = filesInstructed(history) ?? [];
    return { cycleId, count, totalMinor, files, leftOut: 0, already: true };
  }
  const release = releaseOf(cycleId, history);
  const run = await instructingOf(deps, args, base, release, onProgress);
  try {
    await pipelined(run.pages(signal), (page) => run.instruct(page), signal);
    await run.finish();
  } finally {
    await run.abandon();
  }
  if (run.set.contentHash !== release.released.data.contentHash)
    throw new Error(
      `the payments of ${cycleId} are not the set that was released: ${run.set.count} in the log, ${release.released.data.count} released`,
    );
  const { count, files } = run;
  const totalMinor = String(run.totalMinor);
  await recordInstruction(deps, cycleId, { count, totalMinor, files }, base);
  return { cycleId, count, totalMinor, files, leftOut: run.set.count - count, already: false };
}

interface Release {
  /** Of the preparation that was released. */
  readonly round: number;
  readonly released: Recorded<'CycleReleased'>;
  /** Who prepared, approved and released it. */
  readonly people: readonly string[];
}

function releaseOf(cycleId: string, history: readonly Recorded[]): Release {
  const prepared = history.findLast((event) => event.type === 'CyclePrepared');
  const released = history.findLast((event) => event.type === 'CycleReleased');
  if (!prepared || !released)
    throw new DomainError(
      'CYCLE_NOT_RELEASED',
      `Cycle ${cycleId} is not released.`,
      'rule',
      'cycleId',
    );
  const { preparers, approver } = foldCycle(history);
  const people = [...preparers, approver, released.meta.actor];
  return { round: prepared.data.round, released, people };
}

/** Under the terms of the day of the release, whatever was set since. */
async function instructingOf(
  deps: Deps,
  { cycleId, maxPerFile }: InstructArgs,
  base: JobContext,
  { round, released, people }: Release,
  onProgress?: OnProgress,
): Promise<Instructing> {
  const { programmeId, period } = partsOfCycle(cycleId);
  const { position, time: createdAt } = released;
  const policies = new PolicyReader(deps.store);
  const { definition, terms, hold } = await policies.programme(programmeId, position);
  const { currency } = definition;
  const { executionDate } = released.data;
  return new Instructing(
    deps,
    base,
    { programmeId, period, terms, currency, executionDate, createdAt },
    {
      cycleId,
      round,
      position,
      hold,
      people,
      ...(maxPerFile === undefined ? {} : { maxPerFile }),
    },
    onProgress,
  );
}

const recordInstruction = (
  deps: Deps,
  cycleId: string,
  instruction: Omit<CommandOf<CycleCommand, 'RecordInstruction'>, 'type'>,
  base: JobContext,
): Promise<unknown> =>
  recordOne(
    deps,
    {
      verb: 'record-instruction',
      key: cycleId,
      parts: [
        part(streams.cycle(cycleId), cycleDecider, { type: 'RecordInstruction', ...instruction }),
      ],
    },
    base,
  );

/**
 * Instructs a cycle once its release is recorded, whoever released it and over whichever surface.
 */
export const whenCycleReleasedThenInstruct = (
  deps: Deps,
  options: { readonly maxPerFile?: number } = {},
): ProcessManager => ({
  name: 'when-cycle-released-then-instruct',
  handles: ['CycleReleased'],
  async handle(events, signal) {
    for (const event of events) {
      if (event.type !== 'CycleReleased') continue;
      await instructCycle(
        deps,
        { cycleId: event.data.cycleId, ...options },
        { correlationId: event.meta.correlation },
        undefined,
        signal,
      );
    }
  },
});
