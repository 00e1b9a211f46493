import { Command } from 'commander';
import { foldRecovery } from '../../use-cases/folds.js';
import {
  onRecovery,
  planRecoveries,
  type PlanArgs,
} from '../../use-cases/corrections/plan-recoveries.js';
import type { CommandContext } from '../../write-side/context.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { DomainError } from '../../kernel/errors.js';
import type { Role } from '../../kernel/decider.js';
import { parsePersonId, parseProgrammeId, recoveryId, streams } from '../../kernel/ids.js';
import { formatAmount, parseAmount } from '../../kernel/money.js';
import { balanceMinor, recoveredMinor, type RecoveryState } from '../../recovery/recovery.state.js';
import { type RecoveryCommand } from '../../recovery/recovery.decider.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  wholeNumber,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { EXIT, fieldLines } from '../output.js';

interface RecoveryOptions extends CommonOptions {
  readonly programme: string;
  readonly person?: string;
  readonly share: number;
  readonly floor: string;
  readonly amount?: string;
  readonly reason: string;
  readonly replace?: boolean;
}

/** A debt and what became of it, amounts in major units. */
export function recoveryView(state: RecoveryState) {
  const {
    recoveryId: id,
    programmeId,
    personId,
    region,
    status,
    currency,
    plan,
    suspended,
  } = state;
  const shown = (minor: bigint): string => formatAmount(minor, currency);
  return {
    recoveryId: id,
    programmeId,
    personId,
    region,
    status,
    suspended,
    currency,
    overpaid: shown(state.overpaidMinor),
    recovered: shown(recoveredMinor(state)),
    waived: shown(state.waivedMinor),
    balance: shown(balanceMinor(state)),
    waiver: state.waivers.length > 0 ? 'proposed' : null,
    plan: plan ? { sharePercent: plan.sharePercent, floor: shown(BigInt(plan.floorMinor)) } : null,
    deductions: Object.entries(state.deductions).map(([paymentId, { amountMinor }]) => ({
      paymentId,
      amount: shown(amountMinor),
    })),
  };
}

async function stateOf(
  engine: Engine,
  programmeId: string,
  personId: string,
): Promise<RecoveryState> {
  const state = foldRecovery(
    await engine.store.readStream(streams.recovery(recoveryId(programmeId, personId))),
  );
  if (state.status === 'none')
    throw new DomainError(
      'RECOVERY_NOT_FOUND',
      'This household owes the programme nothing.',
      'not-found',
      'person',
    );
  return state;
}

/**
 * How much of a programme's overpayments is recovered, waived and left, over all its households.
 */
async function totalsOf(engine: Engine, programmeId: string) {
  const totals = {
    households: 0,
    open: 0,
    withoutPlan: 0,
    suspended: 0,
    overpaidMinor: 0n,
    recoveredMinor: 0n,
    waivedMinor: 0n,
    balanceMinor: 0n,
  };
  for await (const page of pagesOf(engine.store, `recovery-${programmeId}-`)) {
    for (const { events } of page) {
      const state = foldRecovery(events);
      totals.households += 1;
      if (state.status === 'open') totals.open += 1;
      if (state.status === 'open' && !state.plan) totals.withoutPlan += 1;
      if (state.suspended) totals.suspended += 1;
      totals.overpaidMinor += state.overpaidMinor;
      totals.recoveredMinor += recoveredMinor(state);
      totals.waivedMinor += state.waivedMinor;
      totals.balanceMinor += balanceMinor(state);
    }
  }
  return { programmeId, ...totals };
}

async function agreePlan(
  engine: Engine,
  household: { readonly programmeId: string; readonly personId: string },
  terms: Pick<PlanArgs, 'sharePercent' | 'floorMinor' | 'reason'>,
  context: CommandContext,
) {
  await onRecovery(engine, household, { type: 'AgreePlan', ...terms }, context);
  const state = await stateOf(engine, household.programmeId, household.personId);
  return { ...recoveryView(state), refusals: [] };
}

async function plan(run: Run, options: RecoveryOptions): Promise<number> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const { share: sharePercent, reason } = options;
  const result = await recording(options.data, async (engine) => {
    const { definition } = await new PolicyReader(engine.store).programme(programmeId);
    const floorMinor = String(parseAmount(options.floor, definition.currency, 'floor'));
    const terms = { sharePercent, floorMinor, reason };
    const context = contextOf(
      actorOf(options, 'finance-officer'),
      'plan-recovery',
      programmeId,
      options.person ?? '',
      sharePercent,
      floorMinor,
      await engine.store.lastPosition(),
    );
    if (options.person !== undefined) {
      const personId = parsePersonId(options.person, 'person');
      return agreePlan(engine, { programmeId, personId }, terms, context);
    }
    const progress = run.out.progress('recoveries');
    return planRecoveries(
      engine,
      { programmeId, ...terms, ...(options.replace ? { replace: true } : {}) },
      context,
      ({ done }) => progress(done),
      run.signal,
    );
  });
  run.out.result(result, () => fieldLines(result));
  return result.refusals.length > 0 ? EXIT.findings : EXIT.ok;
}

function addPlan(recovery: Command): void {
  acting(recovery.command('plan'))
    .description(
      'agree a plan with every household that owes and has none, or with one household (--person)',
    )
    .requiredOption('--programme <code>', 'programme')
    .option('--person <id>', 'one household; its plan is replaced')
    .requiredOption(
      '--share <percent>',
      'of each payment, before the deduction',
      wholeNumber('share', 1, 100),
    )
    .requiredOption(
      '--floor <decimal>',
      'what a family keeps of each payment at least, in major units',
    )
    .option('--reason <text>', 'why, or with whom', 'Agreed')
    .option('--replace', 'also where there is a plan')
    .action(action(plan));
}

/** One decision on a household's debt, by somebody in a role. */
interface Step {
  readonly name: string;
  readonly role: Role;
  readonly description: string;
  readonly commandOf: (options: RecoveryOptions, state: RecoveryState) => RecoveryCommand;
}

function addStep(recovery: Command, { name, role, description, commandOf }: Step): Command {
  const takeStep = async ({ out }: Run, options: RecoveryOptions): Promise<void> => {
    const programmeId = parseProgrammeId(options.programme, 'programme');
    const personId = parsePersonId(options.person ?? '', 'person');
    const view = await recording(options.data, async (engine) => {
      const context = contextOf(
        actorOf(options, role),
        name,
        programmeId,
        personId,
        await engine.store.lastPosition(),
      );
      const command = commandOf(options, await stateOf(engine, programmeId, personId));
      await onRecovery(engine, { programmeId, personId }, command, context);
      return recoveryView(await stateOf(engine, programmeId, personId));
    });
    out.result(view, () => fieldLines(view));
  };
  return acting(recovery.command(name))
    .description(description)
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--person <id>', 'household')
    .requiredOption('--reason <text>', 'why')
    .action(action(takeStep));
}

function addWaive(recovery: Command): void {
  addStep(recovery, {
    name: 'waive',
    role: 'finance-controller',
    description:
      'let a household off, wholly or in part; it is waived once a second person, a finance controller, says the same amount',
    commandOf: ({ amount, reason }, state) => ({
      type: 'WaiveOverpayment',
      amountMinor: String(
        amount === undefined ? balanceMinor(state) : parseAmount(amount, state.currency),
      ),
      reason,
    }),
  }).option('--amount <decimal>', 'in major units (default: all that is left)');
}

function addSuspend(recovery: Command): void {
  addStep(recovery, {
    name: 'suspend',
    role: 'supervisor',
    description: 'deduct nothing while an appeal runs',
    commandOf: ({ reason }) => ({ type: 'SuspendRecovery', reason }),
  });
}

function addResume(recovery: Command): void {
  addStep(recovery, {
    name: 'resume',
    role: 'supervisor',
    description: 'deduct again',
    commandOf: ({ reason }) => ({ type: 'ResumeRecovery', reason }),
  });
}

async function showStatus({ out }: Run, options: RecoveryOptions): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const { person } = options;
  const result = await withEngine(options.data, async (engine): Promise<object> => {
    if (person === undefined) return totalsOf(engine, programmeId);
    return recoveryView(await stateOf(engine, programmeId, parsePersonId(person, 'person')));
  });
  out.result(result, () => fieldLines(result));
}

function addStatus(recovery: Command): void {
  reading(recovery.command('status'))
    .description(
      'how much is recovered, waived and left: of a programme, or of one household (--person)',
    )
    .requiredOption('--programme <code>', 'programme')
    .option('--person <id>', 'household')
    .action(action(showStatus));
}

export function recoveryCommand(): Command {
  const recovery = new Command('recovery').description(
    'what households were paid too much: plans, waivers, appeals, and what is left',
  );
  addPlan(recovery);
  addWaive(recovery);
  addSuspend(recovery);
  addResume(recovery);
  addStatus(recovery);
  return recovery;
}
