import { Command, Option } from 'commander';
import {
  listUncorrected,
  type UncorrectedView,
} from '../../../projections/correction/uncorrected.queries.js';
import { everyPage } from '../../../projections/engine/paging.js';
import { correctionsOf, readCorrection } from '../../correction/correction-reader.js';
import {
  approveCorrection,
  rejectCorrection,
} from '../../use-cases/corrections/decide-correction.js';
import { foldAdjustment } from '../../use-cases/folds.js';
import { proposeCorrection } from '../../use-cases/corrections/propose-correction.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import type { Proposal } from '../../correction/adjustment.state.js';
import type { CorrectionState } from '../../correction/correction.decider.js';
import { csvCell } from '../../kernel/csv.js';
import { DomainError } from '../../kernel/errors.js';
import { parseCorrectionId, parsePersonId, parseProgrammeId } from '../../kernel/ids.js';
import { parsePeriod } from '../../kernel/time.js';
import { automated, recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { table } from '../output.js';
import { askReadModels } from './rebuild.js';

interface ProposeOptions extends CommonOptions {
  readonly programme: string;
  readonly from: string;
  readonly basis: 'first-paid' | 'legal-effect';
  readonly person?: string;
  readonly reason: string;
}
interface ListOptions extends CommonOptions {
  readonly programme: string;
}
interface DecideOptions extends CommonOptions {
  readonly hash: string;
  readonly reason: string;
}

const COLUMNS = [
  'person',
  'region',
  'difference',
  'period',
  'causes',
  'benefit',
  'member',
  'paid',
  'due',
] as const;

/**
 * What a correction says of each household, as lines of CSV: one a household, month, benefit and
 * member. Amounts in minor units.
 */
export async function* itemsOf(
  engine: Engine,
  correctionId: string,
): AsyncGenerator<readonly string[]> {
  const { started } = await readCorrection(engine.store, correctionId);
  if (!started)
    throw new DomainError(
      'CORRECTION_NOT_FOUND',
      `There is no correction ${correctionId}.`,
      'not-found',
      'correctionId',
    );
  for await (const page of pagesOf(engine.store, `adjustment-${started.programmeId}-`)) {
    yield page.flatMap(({ events }) => {
      const { established, pending } = foldAdjustment(events);
      const proposal = [...established, ...(pending ? [pending] : [])].find(
        (one) => one.correctionId === correctionId,
      );
      return proposal ? linesOf(proposal) : [];
    });
  }
}

const linesOf = ({ personId, region, differenceMinor, periods }: Proposal): string[] =>
  periods.flatMap(({ period, causes, items }) =>
    items.map(({ code, member, paidMinor, dueMinor }) =>
      [
        personId,
        region,
        differenceMinor,
        period,
        causes.join(' '),
        code,
        member,
        paidMinor,
        dueMinor,
      ]
        .map(csvCell)
        .join(','),
    ),
  );

const viewOf = ({ status, started, proposed }: CorrectionState): object => ({
  ...started,
  ...proposed,
  status,
});
const inWords = (state: CorrectionState): string => {
  const { correctionId, fromPeriod, toPeriod, basis, reason } = state.started!;
  const found = state.proposed
    ? `${state.proposed.arrearsCount} arrears of ${state.proposed.arrearsMinor}, ${state.proposed.overpaidCount} overpayments of ${state.proposed.overpaidMinor} (minor units); content hash ${state.proposed.contentHash}`
    : 'not finished';
  return `${correctionId}: ${state.status}, ${fromPeriod} to ${toPeriod}, ${basis}: ${reason}\n  ${found}`;
};

async function propose(run: Run, options: ProposeOptions): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const args = {
    programmeId,
    fromPeriod: parsePeriod(options.from, 'from'),
    basis: options.basis,
    reason: options.reason,
    ...(options.person === undefined ? {} : { personId: parsePersonId(options.person, 'person') }),
  };
  const summary = await recording(options.data, (engine) => {
    const progress = run.out.progress('households');
    return proposeCorrection(
      engine,
      args,
      contextOf(actorOf(options, 'finance-officer'), 'propose-correction', programmeId),
      ({ done }) => progress(done),
      run.signal,
    );
  });
  run.out.result(summary, () =>
    [
      `${summary.correctionId}: ${summary.households} households recomputed, ${summary.fromPeriod} to ${summary.toPeriod}`,
      `${summary.arrearsCount} are owed ${summary.arrearsMinor}, ${summary.overpaidCount} were paid ${summary.overpaidMinor} too much (minor units)`,
      ...(summary.unevaluable?.count
        ? [`${summary.unevaluable.count} months were left as they were paid; --json names them`]
        : []),
      summary.status === 'settled' ? 'nothing to decide' : `content hash ${summary.contentHash}`,
    ].join('\n'),
  );
}

function addPropose(corrections: Command): void {
  acting(corrections.command('propose'))
    .description(
      'recompute every household from a month on and propose what differs; killed half way, run it again',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--from <YYYY-MM>', 'first month that is recomputed')
    .requiredOption('--reason <text>', 'the late fact, or the act')
    .addOption(
      new Option(
        '--basis <basis>',
        'a month is due under the policy first paid in it, or the newest in legal effect',
      )
        .choices(['first-paid', 'legal-effect'])
        .default('first-paid'),
    )
    .option('--person <id>', 'one household only')
    .action(action(propose));
}

async function list({ out }: Run, options: ListOptions): Promise<void> {
  const all = await withEngine(options.data, (engine) =>
    correctionsOf(engine.store, parseProgrammeId(options.programme, 'programme')),
  );
  out.result({ items: all.map(viewOf) }, () => all.map(inWords).join('\n') || 'none');
}

function addList(corrections: Command): void {
  reading(corrections.command('list'))
    .description('the corrections of a programme')
    .requiredOption('--programme <code>', 'programme')
    .action(action(list));
}

const DUE_COLUMNS = ['payment', 'region', 'state', 'amount', 'reason', 'moved at position'];
const dueRow = (one: UncorrectedView): readonly string[] => [
  one.paymentId,
  one.region,
  one.status,
  `${one.amountMinor} ${one.currency}`,
  one.reason ?? '',
  String(one.movedPosition),
];

async function due(run: Run, { data, programme, actor }: ListOptions): Promise<void> {
  const filter = {
    programmeId: parseProgrammeId(programme, 'programme'),
    ...(actor?.regions === undefined ? {} : { regions: actor.regions }),
  };
  const items = await withEngine(data, (engine) =>
    askReadModels(engine, run, async (reads) => {
      const found: UncorrectedView[] = [];
      const pages = everyPage((page) => listUncorrected(reads, filter, page), run.signal);
      for await (const page of pages) found.push(...page);
      return found;
    }),
  );
  run.out.result({ items }, () =>
    items.length === 0 ? 'none' : table([DUE_COLUMNS, ...items.map(dueRow)]),
  );
}

function addDue(corrections: Command): void {
  reading(corrections.command('due'))
    .description(
      'payments of closed cycles that did not arrive, came back or were paid after all, and that no correction has looked at since; amounts in minor units',
    )
    .requiredOption('--programme <code>', 'programme')
    .action(action(due));
}

async function show({ signal }: Run, options: CommonOptions, id: string): Promise<void> {
  await withEngine(options.data, async (engine) => {
    process.stdout.write(`${COLUMNS.join(',')}\n`);
    for await (const lines of itemsOf(engine, parseCorrectionId(id, 'correction'))) {
      signal.throwIfAborted();
      if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
    }
  });
}

function addShow(corrections: Command): void {
  reading(corrections.command('show <correction>'))
    .description(
      'what a correction says of each household, month by month and child by child, as CSV on standard output',
    )
    .action(action(show));
}

async function approve(run: Run, options: DecideOptions, id: string): Promise<void> {
  const correctionId = parseCorrectionId(id, 'correction');
  const { hash: contentHash } = options;
  const state = await automated(options.data, run, async (engine, acted) => {
    await approveCorrection(
      engine,
      { correctionId, contentHash },
      contextOf(
        actorOf(options, 'finance-controller'),
        'approve-correction',
        correctionId,
        contentHash,
      ),
    );
    await acted();
    return readCorrection(engine.store, correctionId);
  });
  run.out.result(viewOf(state), () => inWords(state));
}

function addApprove(corrections: Command): void {
  acting(corrections.command('approve <correction>'))
    .description(
      'approve exactly what was proposed, as another person: arrears go into the next cycle, overpayments are owed',
    )
    .requiredOption('--hash <sha256>', 'content hash that `corrections propose` or `list` printed')
    .action(action(approve));
}

async function reject({ out }: Run, options: DecideOptions, id: string): Promise<void> {
  const correctionId = parseCorrectionId(id, 'correction');
  const result = await recording(options.data, (engine) =>
    rejectCorrection(
      engine,
      { correctionId, reason: options.reason },
      contextOf(actorOf(options, 'finance-controller'), 'reject-correction', correctionId),
    ),
  );
  out.result({ correctionId, ...result }, () => `${correctionId} is rejected`);
}

function addReject(corrections: Command): void {
  acting(corrections.command('reject <correction>'))
    .description('drop what was proposed')
    .requiredOption('--reason <text>', 'why')
    .action(action(reject));
}

export function correctionsCommand(): Command {
  const corrections = new Command('corrections').description(
    'recompute months that were paid: arrears and overpayments, proposed by one person and approved by another',
  );
  addPropose(corrections);
  addList(corrections);
  addDue(corrections);
  addShow(corrections);
  addApprove(corrections);
  addReject(corrections);
  return corrections;
}
