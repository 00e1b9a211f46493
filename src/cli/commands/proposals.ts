import { Command, Option } from 'commander';
import { everyPage } from '../../../projections/engine/paging.js';
import { ALL_KINDS, type Kind } from '../../../projections/proposals/kinds.js';
import {
  listProposals,
  type ProposalView,
} from '../../../projections/proposals/proposals.queries.js';
import { parseProgrammeId } from '../../kernel/ids.js';
import { action, common, type CommonOptions, type Run } from '../command.js';
import { withEngine } from '../compose.js';
import { table } from '../output.js';
import { askReadModels } from './rebuild.js';

interface ListOptions extends CommonOptions {
  readonly programme?: string;
  readonly kind?: Kind;
}

const COLUMNS = ['position', 'kind', 'about', 'region', 'proposed by', 'at', 'content'];
const rowOf = (one: ProposalView): readonly string[] => [
  String(one.position),
  one.kind,
  one.paymentId ?? one.entryId ?? one.correctionId ?? one.personId ?? one.programmeId ?? '',
  one.region ?? '',
  one.proposedBy,
  one.proposedAt,
  JSON.stringify(one.detail),
];

async function list(run: Run, { data, programme, kind }: ListOptions): Promise<void> {
  const filter = {
    ...(programme === undefined ? {} : { programmeId: parseProgrammeId(programme, 'programme') }),
    ...(kind === undefined ? {} : { kinds: [kind] }),
  };
  const items = await withEngine(data, (engine) =>
    askReadModels(engine, run, async (reads) => {
      const found: ProposalView[] = [];
      const pages = everyPage((page) => listProposals(reads, filter, page), run.signal);
      for await (const page of pages) found.push(...page);
      return found;
    }),
  );
  run.out.result({ items }, () =>
    items.length === 0 ? 'none' : table([COLUMNS, ...items.map(rowOf)]),
  );
}

export function proposalsCommand(): Command {
  const proposals = new Command('proposals').description('what waits for a second person');
  common(proposals.command('list'))
    .description('what one person said that counts once another says the same, longest first')
    .option('--programme <code>', 'of this programme only')
    .addOption(new Option('--kind <kind>', 'of this kind only').choices(ALL_KINDS))
    .action(action(list));
  return proposals;
}
