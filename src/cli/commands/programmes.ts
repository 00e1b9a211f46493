import { existsSync } from 'node:fs';
import type { AccountHold } from '../../kernel/accounts.js';
import { Command, Option } from 'commander';
import { budgetDecider } from '../../budget/budget.decider.js';
import { sameAllotment } from '../../budget/budget.state.js';
import { asdPolicies, asdProgramme } from '../../eligibility/reference/asd.js';
import { DomainError } from '../../kernel/errors.js';
import { PolicyReader } from '../../programme/policy-reader.js';
import { parseProgrammeId, streams } from '../../kernel/ids.js';
import { parseAmount } from '../../kernel/money.js';
import { isPaying } from '../../programme/is-paying.js';
import { programmeDecider, type ProgrammeCommand } from '../../programme/programme.decider.js';
import {
  stepsTo,
  type PolicyPublication,
  type ProgrammeDefinition,
} from '../../programme/set-up.rule.js';
import { execute } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import { requireFitTexts } from '../../write-side/written-texts.js';
import { recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  wholeNumber,
  type CommonOptions,
  type Run,
} from '../command.js';
import { addBackdating, addCalendar, manage, type OfProgramme } from './programme-settings.js';
import { addWouldFail } from './would-fail.js';
import type { Engine } from '../compose.js';
import { sizeIn } from '../../composition/config.js';
import { readProgrammeFile, readSettingFile } from '../programme-file.js';
import type { Actor } from '../../kernel/decider.js';

interface HoldOptions extends OfProgramme {
  readonly days: number;
  readonly verified: AccountHold['verification'];
}
interface AllotOptions extends OfProgramme {
  readonly year: number;
  readonly amount: string;
  readonly currency: string;
  readonly reference: string;
}

interface SetUp {
  readonly programmeId: string;
  readonly policies: number;
  readonly recorded: number;
  /** Versions for an open programme that a second manager has not said yet. */
  readonly waiting: number;
}

/**
 * Defines a programme, publishes its policies in order and opens it, all of it or nothing. What is
 * there already stays; again changes nothing. A programme that is open takes one more version at a
 * time, from two managers.
 * @throws DomainError PROGRAMME_DIFFERS where what is there is not what is given, POLICY_INVALID
 * and
 *   what the programme refuses
 */
export async function setUpProgramme(
  engine: Engine,
  definition: ProgrammeDefinition,
  policies: readonly PolicyPublication[],
  manager: Actor,
): Promise<SetUp> {
  const { programmeId } = definition;
  const stream = streams.programme(programmeId);
  const known = await engine.store.readStream(stream);
  const { commands, differences } = stepsTo(known, definition, policies);
  const [different] = differences;
  if (different)
    throw new DomainError(
      'PROGRAMME_DIFFERS',
      `In the file ${different.what} has another ${different.fields.join(', ')} than what is recorded; a rule is changed by a new policy version.`,
      'conflict',
      different.fields[0],
    );
  const paying = await isPaying(engine.store, programmeId);
  const steps = paying ? commands.map(whilePaying) : commands;
  const { events } =
    commands.length === 0
      ? { events: 0 }
      : await execute(
          engine,
          [part(stream, programmeDecider, ...steps)],
          contextOf(manager, 'programme', programmeId, known.length),
        );
  const published = new Set(
    (await engine.store.readStream(stream)).flatMap((event) =>
      event.type === 'PolicyPublished' ? [event.data.version] : [],
    ),
  );
  const waiting = policies.filter(({ version }) => !published.has(version)).length;
  return { programmeId, policies: policies.length, recorded: events, waiting };
}

const whilePaying = (command: ProgrammeCommand): ProgrammeCommand =>
  command.type === 'PublishPolicy' ? { ...command, isPaying: true } : command;

export async function allotBudget(
  engine: Engine,
  args: {
    readonly programmeId: string;
    readonly fiscalYear: number;
    readonly amountMinor: string;
    readonly currency: string;
    readonly reference: string;
  },
  officer: Actor,
): Promise<{ events: number; position: number }> {
  const { definition } = await new PolicyReader(engine.store).programme(args.programmeId);
  const stream = streams.budget(args.programmeId, args.fiscalYear);
  const known = await engine.store.readStream(stream);
  const same = sameAllotment(known, args);
  if (same) return { events: 0, position: same.position };
  return execute(
    engine,
    [
      part(stream, budgetDecider, {
        type: 'AllotBudget',
        ...args,
        programmeCurrency: definition.currency,
      }),
    ],
    contextOf(officer, 'allot', args.programmeId, args.fiscalYear, args.reference),
  );
}

/**
 * Where there is no folder yet: what is refused makes none. @throws DomainError as setUpProgramme
 */
function requireAccepted(
  definition: ProgrammeDefinition,
  policies: readonly PolicyPublication[],
  manager: Actor,
): void {
  const { commands } = stepsTo([], definition, policies);
  const { programmeId } = definition;
  part(streams.programme(programmeId), programmeDecider, ...commands)
    .decide([], contextOf(manager, 'programme', programmeId, 0))
    .forEach(requireFitTexts);
}

async function define(
  { out }: Run,
  options: CommonOptions,
  file: string | undefined,
): Promise<void> {
  const { programme, policies } =
    file === undefined
      ? { programme: asdProgramme, policies: asdPolicies }
      : readProgrammeFile(file);
  const manager = actorOf(options, 'programme-manager');
  if (!existsSync(options.data) && !sizeIn().distributed)
    requireAccepted(programme, policies, manager);
  const result = await recording(
    options.data,
    (engine) => setUpProgramme(engine, programme, policies, manager),
    { create: true },
  );
  out.result(
    result,
    () =>
      `${result.programmeId}: ${result.policies} policy versions; ${result.recorded} events recorded${result.waiting === 0 ? '' : `; ${result.waiting} not published before another manager says the same`}`,
  );
}

function addDefine(programmes: Command): void {
  acting(programmes.command('define [file]'))
    .description(
      'define a programme with its policies from a JSON file {programme, policies}; without a file, the reference programme asd; one more policy of an open programme is published once a second manager says the same',
    )
    .action(action(define));
}

async function setTerms({ out }: Run, options: OfProgramme, file: string): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const terms = readSettingFile(file, 'PaymentTermsSet', programmeId);
  const result = await recording(options.data, (engine) =>
    manage(engine, options, 'payment-terms', { type: 'SetPaymentTerms', ...terms }),
  );
  out.result(result, () => {
    if (result.status === 'proposed')
      return 'proposed; they are set once another manager says the same';
    return result.events > 0
      ? 'set, for cycles released from now on'
      : 'these terms are set already';
  });
}

function addTerms(programmes: Command): void {
  acting(programmes.command('terms <file>'))
    .description(
      'set the accounts that a programme pays from, what their banks take and what payees read, from a JSON file {remittance, accounts}; set once a second manager says the same',
    )
    .requiredOption('--programme <code>', 'programme')
    .action(action(setTerms));
}

async function configureChecks({ out }: Run, options: OfProgramme, file: string): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const checks = readSettingFile(file, 'ChecksConfigured', programmeId);
  const result = await recording(options.data, (engine) =>
    manage(engine, options, 'checks', { type: 'ConfigureChecks', ...checks }),
  );
  out.result(result, () => {
    if (result.status === 'proposed')
      return 'proposed: something would pass that does not now; configured once another manager says the same';
    return result.events > 0 ? 'configured' : 'these checks are configured already';
  });
}

function addChecks(programmes: Command): void {
  acting(programmes.command('checks <file>'))
    .description(
      'configure what prepared cycles are checked for before they are approved, from a JSON file {rules}; weaker checks take two managers who say the same',
    )
    .requiredOption('--programme <code>', 'programme')
    .action(action(configureChecks));
}

async function setHold({ out }: Run, options: HoldOptions): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const { days, verified: verification } = options;
  const result = await recording(options.data, (engine) =>
    manage(engine, options, 'account-hold', {
      type: 'SetAccountHold',
      programmeId,
      days,
      verification,
    }),
  );
  out.result(result, () => {
    if (result.status === 'proposed')
      return 'proposed: accounts would be held less; set once another manager says the same';
    return result.events > 0 ? 'set' : 'this hold is set already';
  });
}

function addHold(programmes: Command): void {
  acting(programmes.command('hold'))
    .description(
      'set what an account waits for before it is paid on: days after a change, and verification by another person; a weaker hold takes two managers who say the same',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption(
      '--days <n>',
      'days of 24 hours after a change; 0: none',
      wholeNumber('days', 0, 365),
    )
    .addOption(
      new Option('--verified <which>', 'accounts that another person must have verified')
        .choices(['none', 'changed', 'every'])
        .default('changed'),
    )
    .action(action(setHold));
}

async function allot({ out }: Run, options: AllotOptions): Promise<void> {
  const result = await recording(options.data, (engine) =>
    allotBudget(
      engine,
      {
        programmeId: parseProgrammeId(options.programme, 'programme'),
        fiscalYear: options.year,
        currency: options.currency,
        amountMinor: String(parseAmount(options.amount, options.currency)),
        reference: options.reference,
      },
      actorOf(options, 'finance-officer'),
    ),
  );
  out.result(result, () => (result.events > 0 ? 'allotted' : 'this allotment is there already'));
}

function addAllot(programmes: Command): void {
  acting(programmes.command('allot'))
    .description('allot money to a programme for a fiscal year')
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--year <YYYY>', 'fiscal year', wholeNumber('year', 2000, 2200))
    .requiredOption('--amount <decimal>', 'in major units, for example 25000000.00')
    .option('--currency <code>', 'ISO 4217', 'MAD')
    .requiredOption('--reference <text>', 'the act that allots it')
    .action(action(allot));
}

export function programmesCommand(): Command {
  const programmes = new Command('programmes').description(
    'define programmes and allot their budgets',
  );
  addDefine(programmes);
  addTerms(programmes);
  addChecks(programmes);
  addHold(programmes);
  addCalendar(programmes);
  addBackdating(programmes);
  addWouldFail(programmes);
  addAllot(programmes);
  return programmes;
}
