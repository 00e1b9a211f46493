import { Command, Option } from 'commander';
import { everyPage } from '../../../projections/engine/paging.js';
import { kindsOf } from '../../../projections/proposals/kinds.js';
import {
  listProposals,
  waitingSince,
  type WaitingProposal,
} from '../../../projections/proposals/proposals.queries.js';
import { requireRole, type Actor } from '../../kernel/decider.js';
import { parseProgrammeId } from '../../kernel/ids.js';
import { PROPOSAL_KINDS, type ProposalKind } from '../../kernel/two-people.js';
import { proposersOf, withdrawalPart } from '../../use-cases/proposals/withdraw-proposal.js';
import { execute } from '../../write-side/execute.js';
import { recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  reading,
  type CommonOptions,
  type Run,
} from '../command.js';
import { withEngine } from '../compose.js';
import { table } from '../output.js';
import { askReadModels } from './rebuild.js';

interface ListOptions extends CommonOptions {
  readonly programme?: string;
  readonly kind?: ProposalKind;
}

interface WithdrawOptions extends CommonOptions {
  readonly kind: ProposalKind;
  readonly programme?: string;
  readonly person?: string;
  readonly payment?: string;
  readonly break?: string;
  readonly entry?: string;
  readonly correction?: string;
  readonly event?: string;
  readonly automation?: string;
  readonly reason: string;
}

const COLUMNS = ['position', 'kind', 'about', 'region', 'proposed by', 'at', 'days', 'content'];
const rowOf = (one: WaitingProposal): readonly string[] => [
  String(one.position),
  one.kind,
  one.paymentId ?? one.entryId ?? one.correctionId ?? one.personId ?? one.programmeId ?? '',
  one.region ?? '',
  one.proposedBy,
  one.proposedAt,
  one.isStale ? `${one.ageDays} (stale)` : String(one.ageDays),
  JSON.stringify(one.detail),
];

/** Of a token, what its account may confirm, in its regions, as over HTTP. */
function mayRead(actor: Actor | undefined): {
  kinds: readonly ProposalKind[];
  regions?: readonly string[];
} {
  const isVouchedFor = actor !== undefined && actor.via?.authentication !== 'none';
  return {
    kinds: isVouchedFor ? kindsOf(actor.role) : PROPOSAL_KINDS,
    ...(actor?.regions === undefined ? {} : { regions: actor.regions }),
  };
}

async function list(run: Run, { data, programme, kind, actor }: ListOptions): Promise<void> {
  const { kinds, ...inRegions } = mayRead(actor);
  const filter = {
    ...(programme === undefined ? {} : { programmeId: parseProgrammeId(programme, 'programme') }),
    kinds: kinds.filter((one) => kind === undefined || one === kind),
    ...inRegions,
  };
  const items = await withEngine(data, (engine) =>
    askReadModels(engine, run, async (reads) => {
      const found: WaitingProposal[] = [];
      const now = engine.clock.now();
      const pages = everyPage((page) => listProposals(reads, filter, page), run.signal);
      for await (const page of pages) found.push(...page.map((one) => waitingSince(one, now)));
      return found;
    }),
  );
  run.out.result({ items }, () =>
    items.length === 0 ? 'none' : table([COLUMNS, ...items.map(rowOf)]),
  );
}

async function withdraw(run: Run, options: WithdrawOptions): Promise<void> {
  const { data, kind, programme, person, payment, entry, correction, event, reason } = options;
  const actor = actorOf(options, 'finance-officer');
  // Without a token somebody acts in the role that proposes the kind.
  const unsigned = actor.via?.authentication === 'none';
  const proposers = proposersOf(kind);
  const proposer = unsigned ? { ...actor, role: proposers[0]! } : actor;
  requireRole({ actor: proposer }, ...proposers);
  const said = withdrawalPart(kind, {
    reason,
    ...(programme === undefined ? {} : { programmeId: programme }),
    ...(person === undefined ? {} : { personId: person }),
    ...(payment === undefined ? {} : { paymentId: payment }),
    ...(options.break === undefined ? {} : { breakId: options.break }),
    ...(entry === undefined ? {} : { entryId: entry }),
    ...(correction === undefined ? {} : { correctionId: correction }),
    ...(event === undefined ? {} : { eventId: event }),
    ...(options.automation === undefined ? {} : { automation: options.automation }),
  });
  const result = await recording(data, (engine) =>
    execute(engine, [said], contextOf(proposer, 'withdraw', kind, said.stream)),
  );
  run.out.result(result, () => 'withdrawn');
}

function addWithdraw(proposals: Command): void {
  acting(proposals.command('withdraw'))
    .description('take back what you proposed yourself and nobody confirmed yet')
    .addOption(
      new Option('--kind <kind>', 'as the list names it')
        .choices(PROPOSAL_KINDS)
        .makeOptionMandatory(),
    )
    .option('--programme <code>', 'of what concerns a programme or an enrolment')
    .option('--person <id>', 'of what concerns a person or an enrolment')
    .option('--payment <id>', 'of an outcome or a break')
    .option('--break <id>', 'of a break')
    .option('--entry <id>', 'of an entry')
    .option('--correction <id>', 'of a correction')
    .option('--event <id>', 'of what was set aside')
    .option('--automation <name>', 'of what was set aside')
    .requiredOption('--reason <text>', 'why')
    .action(action(withdraw));
}

export function proposalsCommand(): Command {
  const proposals = new Command('proposals').description('what waits for a second person');
  reading(proposals.command('list'))
    .description('what one person said that counts once another says the same, longest first')
    .option('--programme <code>', 'of this programme only')
    .addOption(new Option('--kind <kind>', 'of this kind only').choices(PROPOSAL_KINDS))
    .action(action(list));
  addWithdraw(proposals);
  return proposals;
}
