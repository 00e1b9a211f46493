import { Command } from 'commander';
import {
  recertification,
  revision,
  type GivenFacts,
  type NewFacts,
} from '../../enrolment/judged-facts.rule.js';
import { partsOfNewFacts } from '../../enrolment/parts-of-new-facts.js';
import { isWaiting } from '../../enrolment/proposal-status.js';
import { DomainError } from '../../kernel/errors.js';
import { parsePersonId, parseProgrammeId, streams } from '../../kernel/ids.js';
import { isRegion } from '../../kernel/region.js';
import { parseLocalDate, parsePeriod } from '../../kernel/time.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { movePersonParts } from '../../use-cases/persons/move-person.js';
import { execute } from '../../write-side/execute.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';
import { recording } from '../acting.js';
import { acting, action, actorOf, contextOf, type CommonOptions, type Run } from '../command.js';
import type { Engine } from '../compose.js';
import { readJsonFile } from '../json-file.js';

interface NewFactsOptions extends CommonOptions {
  readonly programme: string;
  readonly fromPeriod: string;
  readonly facts: string;
}
interface ReviseOptions extends NewFactsOptions {
  readonly reason: string;
}
interface RecertifyOptions extends NewFactsOptions {
  readonly nextDueOn: string;
}
interface MoveOptions extends CommonOptions {
  readonly region: string;
  readonly reason: string;
}

/** What came of it; `unmet`: criteria that the facts do not meet, for which it is suspended. */
interface Decided {
  readonly programmeId: string;
  readonly personId: string;
  readonly status: 'proposed' | NewFacts['decided'];
  readonly unmet: readonly string[];
  readonly events: number;
}

/** As over HTTP: the first supervisor proposes new facts, and they count by the second. */
async function sayNewFacts(
  options: NewFactsOptions,
  person: string,
  judge: (policies: ProgrammePolicies, given: GivenFacts, now: string) => NewFacts,
): Promise<Decided> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const personId = parsePersonId(person, 'person');
  const fromPeriod = parsePeriod(options.fromPeriod, 'fromPeriod');
  const facts = readJsonFile(options.facts);
  return recording(options.data, async (engine) => {
    const policies = await new PolicyReader(engine.store).programme(programmeId);
    const now = engine.clock.now();
    const judged = judge(policies, { fromPeriod, facts }, now);
    const { command, content, unmet, decided } = judged;
    const stream = streams.enrolment(programmeId, personId);
    const { events } = await execute(
      engine,
      partsOfNewFacts(policies, personId, judged),
      await asSupervisor(engine, options, command.type, stream),
    );
    const waits = isWaiting(await engine.store.readStream(stream), content);
    const status = waits ? 'proposed' : decided;
    return { programmeId, personId, status, unmet, events };
  });
}

/** The same words later are another command. */
const asSupervisor = async (
  { store }: Engine,
  options: CommonOptions,
  verb: string,
  stream: string,
): Promise<ReturnType<typeof contextOf>> =>
  contextOf(actorOf(options, 'supervisor'), verb, stream, await store.lastPosition());

function inWords({ status, unmet, events }: Decided, besides: string): string {
  const notMet = unmet.length === 0 ? '' : `; not met: ${unmet.join(', ')}`;
  if (status === 'proposed')
    return `proposed, and nothing is changed yet: it counts once another supervisor gives the same facts, month${besides}${notMet}`;
  if (events === 0) return 'the enrolment has these facts already';
  return unmet.length === 0 ? status : `${status}, and suspended${notMet}`;
}

async function revise({ out }: Run, options: ReviseOptions, person: string): Promise<void> {
  const { reason } = options;
  const result = await sayNewFacts(options, person, (policies, given, now) =>
    revision(policies, { ...given, reason }, now),
  );
  out.result(result, () => inWords(result, ''));
}

async function recertify({ out }: Run, options: RecertifyOptions, person: string): Promise<void> {
  const nextDueOn = parseLocalDate(options.nextDueOn, 'nextDueOn');
  const result = await sayNewFacts(options, person, (policies, given, now) =>
    recertification(policies, { ...given, nextDueOn }, now),
  );
  out.result(result, () => inWords(result, ' and day'));
}

async function move({ out }: Run, options: MoveOptions, person: string): Promise<void> {
  const personId = parsePersonId(person, 'person');
  const { region, reason } = options;
  if (!isRegion(region))
    throw new DomainError(
      'INVALID_OPTION',
      '--region takes an ISO 3166-2 code such as MA-06',
      'invalid',
      'region',
    );
  const { events } = await recording(options.data, async (engine) =>
    execute(
      engine,
      await movePersonParts(engine.store, { personId, region, reason }),
      await asSupervisor(engine, options, 'move', streams.person(personId)),
    ),
  );
  out.result({ personId, region, events }, () =>
    events > 0 ? `moved to ${region}` : `lives in ${region} already`,
  );
}

const ofNewFacts = (command: Command): Command =>
  acting(command)
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--from-period <YYYY-MM>', 'from this month on the facts are these')
    .requiredOption('--facts <file>', "JSON file with all facts, as the policy's factsSchema says");

export function enrolmentsCommand(): Command {
  const enrolments = new Command('enrolments').description(
    'new facts of enrolled households, said by two supervisors, and where they live',
  );
  ofNewFacts(enrolments.command('revise <person>'))
    .description(
      'revise the facts of a household; proposed by one supervisor, and done when another gives the same',
    )
    .requiredOption('--reason <text>', 'why; each has their own')
    .action(action(revise));
  ofNewFacts(enrolments.command('recertify <person>'))
    .description(
      'recertify a household until a day; proposed by one supervisor, and done when another gives the same',
    )
    .requiredOption('--next-due-on <YYYY-MM-DD>', 'when it is due again')
    .action(action(recertify));
  acting(enrolments.command('move <person>'))
    .description(
      'move a person and their enrolments to another region, by one supervisor who is responsible for both',
    )
    .requiredOption('--region <code>', 'where the person lives now, such as MA-06')
    .requiredOption('--reason <text>', 'how you know')
    .action(action(move));
  return enrolments;
}
