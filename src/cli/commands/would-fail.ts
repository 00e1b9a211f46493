import type { Command } from 'commander';
import type { EventData } from '../../../events/generated.js';
import { DomainError } from '../../kernel/errors.js';
import { parseProgrammeId } from '../../kernel/ids.js';
import { wouldFail } from '../../use-cases/policies/would-fail.js';
import type { WouldFail } from '../../use-cases/policies/would-fail.rule.js';
import { action, reading, wholeNumber, type CommonOptions, type Run } from '../command.js';
import { withEngine } from '../compose.js';
import { readJsonFile } from '../json-file.js';
import { EXIT, table } from '../output.js';

type Publication = Pick<EventData['PolicyPublished'], 'version' | 'firstPaidPeriod' | 'policy'>;
interface Options extends CommonOptions {
  readonly programme: string;
  readonly policyVersion?: number;
}

const COLUMNS = ['person', 'region', 'facts since', 'not met', 'cannot be applied'];
const rowOf = ({ personId, region, factsFrom, unmet, why = '' }: WouldFail): readonly string[] => [
  personId,
  region,
  factsFrom,
  unmet.join(', '),
  why,
];

const isPublication = (one: Partial<Publication> | null): one is Publication =>
  typeof one?.version === 'number' && typeof one.firstPaidPeriod === 'string';

/**
 * The version asked for, else the last of what a file says, whatever that is.
 * @throws DomainError INVALID_OPTION
 */
export function chosen(said: unknown, asked: number | undefined): Publication {
  const { policies } = (said ?? {}) as { readonly policies?: unknown };
  const publications = Array.isArray(policies) ? policies.filter(isPublication) : [];
  const found = publications.findLast(({ version }) => asked === undefined || version === asked);
  if (!found)
    throw new DomainError(
      'INVALID_OPTION',
      'The file has no such version of a policy.',
      'invalid',
      'policy-version',
    );
  return found;
}

async function tell({ out, signal }: Run, options: Options, file: string): Promise<number> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const {
    version,
    firstPaidPeriod: period,
    policy,
  } = chosen(readJsonFile(file), options.policyVersion);
  const households: WouldFail[] = [];
  const progress = out.progress('enrolments');
  const summary = await withEngine(options.data, (engine) =>
    wouldFail(
      engine,
      { programmeId, policy, version, period },
      {
        onFound: (found) => households.push(...found),
        onProgress: ({ done }) => progress(done),
        signal,
      },
    ),
  );
  out.result({ ...summary, version, households }, () =>
    households.length === 0
      ? `Version ${version} takes everybody who is paid in ${period}.`
      : table([COLUMNS, ...households.map(rowOf)]),
  );
  return households.length === 0 ? EXIT.ok : EXIT.findings;
}

export function addWouldFail(programmes: Command): void {
  reading(programmes.command('would-fail <file>'))
    .description(
      'whom a policy version of a JSON file {policies} would not take, of those who are enrolled and paid in its first month, and why; nothing is published or recorded (exit code 3 where there is somebody)',
    )
    .requiredOption('--programme <code>', 'programme')
    .option(
      '--policy-version <n>',
      'which version (default: the last of the file)',
      wholeNumber('policy-version', 1, 9_999),
    )
    .action(action(tell));
}
