import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { Role } from '../../../kernel/decider.js';
import { DomainError } from '../../../kernel/errors.js';
import { parseProgrammeId, streams } from '../../../kernel/ids.js';
import { isSamePerson } from '../../../kernel/subject.js';
import { parseLocalDate } from '../../../kernel/time.js';
import { approveCycle } from '../../../use-cases/cycles/approve-cycle.js';
import { checkCycle, overrideFinding } from '../../../use-cases/cycles/check-cycle.js';
import type { Warning } from '../../../programme/calendar.rule.js';
import { warningsOf } from '../../../use-cases/cycles/cycle-warnings.js';
import { closeCycle } from '../../../use-cases/cycles/close-cycle.js';
import { readCycle } from '../../../cycle/cycle-reader.js';
import { openCycle, prepareCycle } from '../../../use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../../use-cases/cycles/reconcile-cycle.js';
import { releaseCycle } from '../../../use-cases/cycles/release-cycle.js';
import { abandonCycle, returnCycle } from '../../../use-cases/cycles/return-cycle.js';
import type { CommandResult } from '../../../write-side/execute.js';
import type { CommandContext } from '../../../write-side/context.js';
import { automated } from '../../acting.js';
import { acting, action, actorOf, contextOf, type Run } from '../../command.js';
import type { Engine } from '../../compose.js';
import { fieldLines } from '../../output.js';
import { idOf, ofCycle, type CycleOptions } from './options.js';

interface StepOptions extends CycleOptions {
  readonly hash?: string;
  readonly executionDate?: string;
  readonly reason?: string;
  readonly finding?: string;
  readonly anyDay?: boolean;
}

/** Who does a step of which cycle, and with what else it is the same step again. */
type ContextOfStep = (...parts: readonly (string | number)[]) => CommandContext;

/** One step of a cycle, done by somebody in a role. */
interface Step {
  readonly name: string;
  readonly role: Role;
  readonly description: string;
  readonly work: (
    engine: Engine,
    options: StepOptions,
    contextWith: ContextOfStep,
    run: Run,
  ) => Promise<object>;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined || value === '')
    throw new DomainError('OPTION_MISSING', `--${option} is needed here.`, 'invalid', option);
  return value;
}

/** What was done, and what whoever goes on should know of the cycle. */
async function warned(
  { store }: Engine,
  options: StepOptions,
  done: object,
  warnings?: readonly Warning[],
): Promise<object> {
  const said = warnings ?? (await warningsOf(store, idOf(options)));
  return said.length === 0 ? done : { ...done, warnings: said };
}

/**
 * What the same person said with the same words, and nothing happened to the cycle since that asks
 * for it again: a command that was interrupted after it had been recorded answers as it would have.
 */
async function doneBefore(
  { store }: Engine,
  cycleId: string,
  type: 'CycleApproved' | 'CycleReleased' | 'CycleClosed',
  { actor }: CommandContext,
  content: object,
): Promise<CommandResult | undefined> {
  const events = await store.readStream(streams.cycle(cycleId));
  const said = events.findLast((event) => DECIDES.has(event.type));
  const isSame =
    said?.type === type &&
    isSamePerson(said.meta.actor, actor.id) &&
    isDeepStrictEqual({ ...said.data, ...content }, said.data);
  return isSame ? { position: said.position, events: 0 } : undefined;
}
/** What decides where a cycle stands. */
const DECIDES: ReadonlySet<string> = new Set([
  'CyclePreparationStarted',
  'CyclePrepared',
  'CycleApproved',
  'CycleReturned',
  'CycleAbandoned',
  'CycleReleased',
  'CycleClosed',
]);

function addStep(cycle: Command, { name, role, description, work }: Step): Command {
  const takeStep = async (run: Run, options: StepOptions): Promise<void> => {
    const contextWith: ContextOfStep = (...parts) =>
      contextOf(actorOf(options, role), name, idOf(options), ...parts);
    const result = await automated(options.data, run, (engine) =>
      work(engine, options, contextWith, run),
    );
    run.out.result(result, () => fieldLines(result));
  };
  return ofCycle(acting(cycle.command(name)).description(description)).action(action(takeStep));
}

export function addPrepare(cycle: Command): void {
  addStep(cycle, {
    name: 'prepare',
    role: 'finance-officer',
    description:
      'order a payment for every enrolment payable in the period; again gives the same set',
    work: async (engine, options, contextWith, run) => {
      const progress = run.out.progress('enrolments');
      const done = await prepareCycle(
        engine,
        { programmeId: parseProgrammeId(options.programme, 'programme'), period: options.period },
        contextWith(),
        ({ done: so }) => progress(so),
        run.signal,
      );
      return warned(engine, options, done);
    },
  });
}

export function addOpen(cycle: Command): void {
  addStep(cycle, {
    name: 'open',
    role: 'finance-officer',
    description: 'open a month (preparing does it too), also again one that was abandoned',
    work: async (engine, options, contextWith) => {
      const programmeId = parseProgrammeId(options.programme, 'programme');
      await openCycle(engine, { programmeId, period: options.period }, contextWith());
      return { cycleId: idOf(options) };
    },
  });
}

export function addCheck(cycle: Command): void {
  addStep(cycle, {
    name: 'check',
    role: 'finance-officer',
    description:
      'check the prepared set again for what its programme configured (preparing does it first)',
    work: async (engine, options, contextWith, run) => {
      const progress = run.out.progress('payments');
      const position = await engine.store.lastPosition();
      const done = await checkCycle(
        engine,
        { cycleId: idOf(options) },
        contextWith(position),
        ({ done: so }) => progress(so),
        run.signal,
      );
      return warned(engine, options, done);
    },
  });
}

export function addOverride(cycle: Command): void {
  addStep(cycle, {
    name: 'override',
    role: 'finance-controller',
    description: 'answer for a finding that blocks the cycle',
    work: async (engine, options, contextWith) => {
      const findingId = required(options.finding, 'finding');
      const reason = required(options.reason, 'reason');
      const cycleId = idOf(options);
      const position = await engine.store.lastPosition();
      const result = await overrideFinding(
        engine,
        { cycleId, findingId, reason },
        contextWith(findingId, position),
      );
      return { cycleId, ...result };
    },
  })
    .option('--finding <id>', 'id that `cycle check` or `cycle status` printed')
    .option('--reason <text>', 'why it may be paid all the same');
}

export function addApprove(cycle: Command): void {
  addStep(cycle, {
    name: 'approve',
    role: 'finance-controller',
    description: 'reserve the total on the budget and approve exactly the prepared set',
    work: async (engine, options, contextWith) => {
      const contentHash = required(options.hash, 'hash');
      const cycleId = idOf(options);
      const context = contextWith(contentHash);
      const result =
        (await doneBefore(engine, cycleId, 'CycleApproved', context, { contentHash })) ??
        (await approveCycle(engine, { cycleId, contentHash }, context));
      return warned(engine, options, { cycleId, ...result });
    },
  }).option('--hash <sha256>', 'content hash that `cycle prepare` or `cycle status` printed');
}

export function addRelease(cycle: Command): void {
  addStep(cycle, {
    name: 'release',
    role: 'finance-controller',
    description: 'release the approved set: payments are instructed and pain.001 files written',
    work: async (engine, options, contextWith) => {
      const cycleId = idOf(options);
      const approved = await readCycle(engine.store, cycleId);
      const executionDate = parseLocalDate(
        required(options.executionDate, 'execution-date'),
        'executionDate',
      );
      const contentHash = options.hash ?? approved.contentHash;
      const day = { executionDate, anyDay: options.anyDay === true };
      const warnings = await warningsOf(engine.store, cycleId, day, engine.clock.now());
      const context = contextWith();
      const content = { contentHash, executionDate };
      const result =
        (await doneBefore(engine, cycleId, 'CycleReleased', context, content)) ??
        (await releaseCycle(engine, { cycleId, ...content }, context));
      return warned(engine, options, { cycleId, ...result }, warnings);
    },
  })
    .option('--hash <sha256>', 'content hash (default: the approved one)')
    .option('--execution-date <YYYY-MM-DD>', 'when the bank is to pay')
    .option(
      '--any-day',
      'that day is meant, though it is past, far away or one on which banks are closed',
    );
}

export function addReturn(cycle: Command): void {
  addStep(cycle, {
    name: 'return',
    role: 'finance-controller',
    description:
      'send a cycle that is being prepared, or is prepared, back with a reason; it can be prepared again',
    work: async (engine, options, contextWith) => {
      const cycleId = idOf(options);
      const reason = required(options.reason, 'reason');
      const position = await engine.store.lastPosition();
      return returnCycle(engine, { cycleId, reason }, contextWith(reason, position));
    },
  }).option('--reason <text>', 'why');
}

export function addAbandon(cycle: Command): void {
  addStep(cycle, {
    name: 'abandon',
    role: 'finance-controller',
    description:
      'give up a month that was opened by mistake or cannot be prepared, with a reason; other months go on',
    work: async (engine, options, contextWith) => {
      const cycleId = idOf(options);
      const reason = required(options.reason, 'reason');
      const position = await engine.store.lastPosition();
      const result = await abandonCycle(engine, { cycleId, reason }, contextWith(reason, position));
      return { cycleId, ...result };
    },
  }).option('--reason <text>', 'why');
}

export function addReconcile(cycle: Command): void {
  addStep(cycle, {
    name: 'reconcile',
    role: 'finance-officer',
    description: 'record how many payments stand where, to the centime',
    work: async (engine, options, contextWith, run) => {
      const progress = run.out.progress('payments');
      const position = await engine.store.lastPosition();
      return reconcileCycle(
        engine,
        { cycleId: idOf(options) },
        contextWith(position),
        ({ done }) => progress(done),
        run.signal,
      );
    },
  });
}

export function addClose(cycle: Command): void {
  addStep(cycle, {
    name: 'close',
    role: 'finance-officer',
    description:
      'close a reconciled cycle without open breaks; what was not paid is freed on the budget',
    work: async (engine, options, contextWith) => {
      const cycleId = idOf(options);
      const context = contextWith();
      return (
        (await doneBefore(engine, cycleId, 'CycleClosed', context, {})) ??
        (await closeCycle(engine, { cycleId }, context))
      );
    },
  });
}
