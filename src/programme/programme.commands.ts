import type { AccountHold } from '../kernel/accounts.js';
import type { EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';
import { parseProgrammeId, streams } from '../kernel/ids.js';
import { REGION } from '../kernel/region.js';
import { BIC } from '../kernel/text.js';
import { Command } from '../http/call.js';
import { part, fresh } from '../write-side/unit.js';
import {
  Currency,
  Day,
  Flag,
  FreeText,
  Json,
  ListOf,
  Line,
  ListOfText,
  Name,
  Nested,
  OneOf,
  Pattern,
  Period,
  ProgrammeCode,
  Text,
  Whole,
} from '../http/fields.js';
import { commandHandlers, commandHandler } from '../http/command-handlers.js';
import { CHECK_NAMES, type CheckRule } from './programme-controls.decider.js';
import { isPaying } from './is-paying.js';
import { programmeDecider } from './programme.decider.js';
import { proposalStatus } from './proposal-status.js';

class InThreeLanguages {
  @Line() fr!: string;
  @Line() ar!: string;
  @Line() en!: string;
}

class Debtor {
  @Name() name!: string;
  @Pattern(/^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$/, 'an IBAN without spaces') iban!: string;
  @Pattern(BIC, 'a BIC') bic!: string;
}

export class DefineProgramme extends Command {
  @ProgrammeCode() programmeId!: string;
  @Nested(() => InThreeLanguages) name!: InThreeLanguages;
  @Currency() currency!: string;
  @Text({ max: 64, example: 'Africa/Casablanca' }) timeZone!: string;
  @Nested(() => Debtor, { description: 'The account that pays.' }) debtor!: Debtor;
  @Whole(1, 365, { description: 'Days to decide an application.' }) decisionDays!: number;
  @Whole(1, 365, { description: 'Days to lodge an appeal.' }) appealDays!: number;
  @Whole(1, 365, { description: 'Days to decide an appeal.' }) appealDecisionDays!: number;
}

export class PublishPolicy extends Command {
  @Whole(1, 100_000) version!: number;
  @Day() announcedOn!: string;
  @Day() effectiveFrom!: string;
  @Period() firstPaidPeriod!: string;
  @Text() legalBasis!: string;
  @Flag({ description: 'True while a date or figure awaits confirmation by its source.' })
  unverified!: boolean;
  @Json({
    description: 'factsSchema, criteria and benefits; expressions in CEL. Amounts in minor units.',
  })
  policy!: EventData['PolicyPublished']['policy'];
}

type TermsAccount = EventData['PaymentTermsSet']['accounts'][number];

type Address = NonNullable<TermsAccount['address']>;
class DebtorAddress implements Address {
  @Text({ max: 70, optional: true, description: 'Without the number.' }) street?: string;
  @Text({ max: 16, optional: true }) building?: string;
  @Text({ max: 16, optional: true }) postCode?: string;
  @Text({ max: 35, optional: true }) town?: string;
  @Pattern(/^[A-Z]{2}$/, 'a country of ISO 3166-1') country!: string;
}

class PayeeAgent {
  @Pattern(/^([0-9]{3}|wallet|cash)$/, 'three digits, wallet or cash', {
    description: 'The three digits that a Moroccan account begins with, or wallet, or cash.',
  })
  bank!: string;
  @Pattern(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/, 'a BIC') bic!: string;
}

const SCHEME = /^[A-Z0-9]{1,4}$/;
const A_SCHEME = '1 to 4 capital letters and digits';
const REFERENCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,34}$/;
const A_REFERENCE = 'at most 35 letters, digits, dots, dashes and underscores';

class PayingAccount {
  @Pattern(/^[A-Z0-9]{1,8}$/, '1 to 8 capital letters and digits', {
    description: 'Stands in message ids and names of files.',
  })
  accountId!: string;
  @Name() name!: string;
  @Pattern(BIC, 'a BIC') bic!: string;
  @OneOf(['iban', 'rib']) kind!: TermsAccount['kind'];
  @Pattern(/^([A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}|[0-9]{24})$/, 'an IBAN or a RIB without spaces')
  number!: string;
  @OneOf(['pain.001.001.09', 'pain.001.001.03'], {
    description: 'The message that the bank takes.',
  })
  format!: TermsAccount['format'];
  @OneOf(['unicode', 'latin'], { description: 'latin: names and texts are transliterated.' })
  characters!: TermsAccount['characters'];
  @Whole(1, 1_000_000, { description: 'Credit transfers in one file.' }) maxPerFile!: number;
  @Pattern(REFERENCE, A_REFERENCE, {
    optional: true,
    description: 'How the bank knows who sends the file.',
  })
  initiatorId?: string;
  @OneOf(['SLEV', 'SHAR', 'DEBT', 'CRED'], {
    optional: true,
    description: 'Who bears the charges (ChrgBr); absent: what was agreed with the bank.',
  })
  chargeBearer?: NonNullable<TermsAccount['chargeBearer']>;
  @Pattern(SCHEME, A_SCHEME, {
    optional: true,
    description: 'Code of the service level (SvcLvl), for example NURG or SEPA.',
  })
  serviceLevel?: string;
  @Pattern(REFERENCE, A_REFERENCE, { optional: true, description: 'Of the debtor (Dbtr/Id).' })
  identifier?: string;
  @Pattern(SCHEME, A_SCHEME, {
    optional: true,
    description: 'Code of the scheme of both identifiers, for example CUST or BANK.',
  })
  identifierScheme?: string;
  @Nested(() => DebtorAddress, { optional: true }) address?: DebtorAddress;
  @Pattern(/^[A-Z]{2}$/, 'a country of ISO 3166-1', {
    optional: true,
    description: "Country of the payees' postal address, where the bank demands one.",
  })
  payeeCountry?: string;
  @Pattern(/^[1-9][0-9]{0,2}$/, 'a calling code without +', {
    optional: true,
    description: "Put before a wallet's national number; absent: 212 for a bank in Morocco.",
  })
  callingCode?: string;
  @Pattern(SCHEME, A_SCHEME, {
    optional: true,
    description: 'Code of the identity document shown for cash; absent: NIDN.',
  })
  documentScheme?: string;
  @ListOf(() => PayeeAgent, 200, {
    optional: true,
    description: 'Banks of the payees (CdtrAgt); an account of none of them goes without.',
  })
  payeeAgents?: PayeeAgent[];
  @ListOfText(4, {
    optional: true,
    each: /^(iban|rib|wallet|cash)$/,
    what: 'iban, rib, wallet, cash',
    description: 'iban, rib, wallet, cash; absent: all.',
  })
  payeeKinds?: NonNullable<TermsAccount['payeeKinds']>;
  @ListOfText(1_000, {
    optional: true,
    each: REGION,
    what: 'ISO 3166-2 codes',
    description: 'ISO 3166-2 codes; absent: all.',
  })
  regions?: NonNullable<TermsAccount['regions']>;
}

export class SetPaymentTerms extends Command {
  @Line({
    max: 140,
    example: 'Aide sociale directe {period}',
    description: 'What the payee reads on the statement; {programme} and {period} are filled in.',
  })
  remittance!: string;
  @ListOf(() => PayingAccount, 64, {
    description:
      'A payment leaves from the first that takes its region and payee; where none does, from the account of the definition.',
  })
  accounts!: PayingAccount[];
}

class Rule {
  @OneOf(CHECK_NAMES) check!: CheckRule['check'];
  @OneOf(['block', 'warn'], {
    description: 'block: the cycle is not approved before a second person overrode what was found.',
  })
  level!: CheckRule['level'];
  @Whole(0, 1_000_000, {
    optional: true,
    description: 'shared-account: payees on one account; region-change and over-forecast: percent.',
  })
  limit?: number;
  @Pattern(/^[1-9][0-9]{0,17}$/, 'minor units', {
    optional: true,
    description: 'over-forecast: what a cycle was expected to cost, in minor units.',
  })
  amountMinor?: string;
}

export class ConfigureChecks extends Command {
  @ListOf(() => Rule, 20, {
    optional: true,
    description:
      'What is checked between preparing and approving a cycle; these replace those before. Absent: nothing.',
  })
  rules?: Rule[];
}

export class SetAccountHold extends Command {
  @Whole(0, 365, {
    description: "Days for which a payee's changed account is not paid on; 0: none.",
  })
  days!: number;
  @OneOf(['none', 'changed', 'every'], {
    optional: true,
    description:
      'Which accounts are not paid on before another person verified them; absent: changed.',
  })
  verification?: AccountHold['verification'];
}

export class OpenProgramme extends Command {}
export class CloseProgramme extends Command {
  @FreeText() reason!: string;
}
export class ReopenProgramme extends Command {
  @FreeText({ description: 'What is left to be done.' }) reason!: string;
}

const idOf = (command: Command): string => parseProgrammeId(command.param('programmeId'));

export const programmeHandlers = commandHandlers(
  commandHandler(
    DefineProgramme,
    ({
      programmeId,
      name,
      currency,
      timeZone,
      debtor,
      decisionDays,
      appealDays,
      appealDecisionDays,
    }) => ({
      parts: [
        fresh(streams.programme(programmeId), programmeDecider, {
          type: 'DefineProgramme',
          programmeId,
          name: { ...name },
          currency,
          timeZone,
          debtor: { ...debtor },
          decisionDays,
          appealDays,
          appealDecisionDays,
        }),
      ],
      answer: { programmeId },
      status: 201,
    }),
  ),
  commandHandler(PublishPolicy, async (command, { requireFit, store }) => {
    const programmeId = idOf(command);
    const { version, announcedOn, effectiveFrom, firstPaidPeriod, legalBasis, unverified, policy } =
      command;
    await requireFit(policy);
    const hash = contentHash(policy);
    const publish = {
      type: 'PublishPolicy',
      programmeId,
      version,
      announcedOn,
      effectiveFrom,
      firstPaidPeriod,
      legalBasis,
      unverified,
      policy,
      contentHash: hash,
    } as const;
    const asked = (await isPaying(store, programmeId)) ? { ...publish, isPaying: true } : publish;
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, asked)],
      answer: { programmeId, version, contentHash: hash },
      answerAfter: proposalStatus(publish, 'published'),
      status: 201,
    };
  }),
  commandHandler(SetPaymentTerms, (command) => {
    const programmeId = idOf(command);
    const accounts = command.accounts.map((account) => ({
      ...account,
      ...(account.address ? { address: { ...account.address } } : {}),
      ...(account.payeeAgents
        ? { payeeAgents: account.payeeAgents.map((agent) => ({ ...agent })) }
        : {}),
    })) as EventData['PaymentTermsSet']['accounts'];
    const { remittance } = command;
    const set = { type: 'SetPaymentTerms', programmeId, remittance, accounts } as const;
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, set)],
      answer: { programmeId },
      answerAfter: proposalStatus(set),
    };
  }),
  commandHandler(ConfigureChecks, (command) => {
    const programmeId = idOf(command);
    const rules = (command.rules ?? []).map((rule) => ({ ...rule })) as CheckRule[];
    const configure = { type: 'ConfigureChecks', programmeId, rules } as const;
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, configure)],
      answer: { programmeId },
      answerAfter: proposalStatus(configure),
    };
  }),
  commandHandler(SetAccountHold, (command) => {
    const programmeId = idOf(command);
    const { days, verification = 'changed' } = command;
    const set = { type: 'SetAccountHold', programmeId, days, verification } as const;
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, set)],
      answer: { programmeId },
      answerAfter: proposalStatus(set),
    };
  }),
  commandHandler(ReopenProgramme, (command) => {
    const reopen = {
      type: 'ReopenProgramme',
      programmeId: idOf(command),
      reason: command.reason,
    } as const;
    const { programmeId } = reopen;
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, reopen)],
      answer: { programmeId },
      answerAfter: proposalStatus(reopen, 'open'),
    };
  }),
  commandHandler(OpenProgramme, (command) => {
    const programmeId = idOf(command);
    return {
      parts: [
        part(streams.programme(programmeId), programmeDecider, {
          type: 'OpenProgramme',
          programmeId,
        }),
      ],
      answer: { programmeId },
    };
  }),
);
