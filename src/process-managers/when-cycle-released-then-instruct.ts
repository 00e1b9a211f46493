import type { EventData } from '../../events/generated.js';
import { DomainError } from '../kernel/errors.js';
import { partsOfCycle, streams } from '../kernel/ids.js';
import { cycleDecider } from '../cycle/cycle.decider.js';
import { pipelined, recordOne } from '../write-side/bulk.js';
import { part } from '../write-side/unit.js';
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
   * held; they stay outstanding.
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
  const { programmeId, period } = partsOfCycle(cycleId);
  const history = await deps.store.readStream(streams.cycle(cycleId));
  const done = history.findLast((event) => event.type === 'CycleInstructed');
  if (done)
    return {
      cycleId,
      count: done.data.count,
      totalMinor: done.data.totalMinor,
      files: done.data.files,
      leftOut: 0,
      already: true,
    };
  const prepared = history.findLast((event) => event.type === 'CyclePrepared');
  const released = history.findLast((event) => event.type === 'CycleReleased');
  if (!prepared || !released)
    throw new DomainError(
      'CYCLE_NOT_RELEASED',
      `Cycle ${cycleId} is not released.`,
      'rule',
      'cycleId',
    );
  const { definition, terms, hold } = await new PolicyReader(deps.store).programme(
    programmeId,
    released.position,
  );
  const run = new Instructing(
    deps,
    base,
    {
      programmeId,
      period,
      terms,
      currency: definition.currency,
      executionDate: released.data.executionDate,
      createdAt: released.time,
    },
    {
      cycleId,
      round: prepared.data.round,
      position: released.position,
      hold,
      ...(args.maxPerFile === undefined ? {} : { maxPerFile: args.maxPerFile }),
    },
    onProgress,
  );
  try {
    await pipelined(run.pages(signal), (page) => run.instruct(page), signal);
    await run.finish();
  } finally {
    await run.abandon();
  }
  if (run.set.contentHash !== released.data.contentHash) {
    throw new Error(
      `the payments of ${cycleId} are not the set that was released: ${run.set.count} in the log, ${released.data.count} released`,
    );
  }
  const { files } = run;
  await recordOne(
    deps,
    {
      verb: 'record-instruction',
      key: cycleId,
      parts: [
        part(streams.cycle(cycleId), cycleDecider, {
          type: 'RecordInstruction',
          count: run.count,
          totalMinor: String(run.totalMinor),
          files,
        }),
      ],
    },
    base,
  );
  return {
    cycleId,
    count: run.count,
    totalMinor: String(run.totalMinor),
    files,
    leftOut: run.set.count - run.count,
    already: false,
  };
}

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
