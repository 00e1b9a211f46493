import type { EventData } from '../../events/generated.js';
import { compilePolicy } from '../eligibility/policy.js';
import { contentHash } from '../kernel/canonical.js';
import { parseProgrammeId, streams } from '../kernel/ids.js';
import { Command } from '../shell/call.js';
import { part, fresh } from '../shell/execute.js';
import { Currency, Day, Flag, Json, Nested, Pattern, Period, ProgrammeCode, Text, Whole } from '../shell/fields.js';
import { handlers, on } from '../shell/handlers.js';
import { programmeDecider } from './programme.decider.js';

class InThreeLanguages {
  @Text() fr!: string;
  @Text() ar!: string;
  @Text() en!: string;
}

class Debtor {
  @Text({ max: 140 }) name!: string;
  @Pattern(/^[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}$/, 'an IBAN without spaces') iban!: string;
  @Pattern(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/, 'a BIC') bic!: string;
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
  @Flag({ description: 'True while a date or figure awaits confirmation by its source.' }) unverified!: boolean;
  @Json({ description: 'factsSchema, criteria and benefits; expressions in CEL. Amounts in minor units.' }) policy!: EventData['PolicyPublished']['policy'];
}

export class OpenProgramme extends Command {}
export class CloseProgramme extends Command { @Text() reason!: string; }

const idOf = (command: Command): string => parseProgrammeId(command.param('programmeId'));

export const programmeHandlers = handlers(
  on(DefineProgramme, ({ programmeId, name, currency, timeZone, debtor, decisionDays, appealDays, appealDecisionDays }) => ({
    parts: [fresh(streams.programme(programmeId), programmeDecider, {
      type: 'DefineProgramme', programmeId, name: { ...name }, currency, timeZone, debtor: { ...debtor }, decisionDays, appealDays, appealDecisionDays,
    })],
    answer: { programmeId }, status: 201,
  })),
  on(PublishPolicy, (command) => {
    const programmeId = idOf(command);
    const { version, announcedOn, effectiveFrom, firstPaidPeriod, legalBasis, unverified, policy } = command;
    compilePolicy(policy);
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, {
        type: 'PublishPolicy', programmeId, version, announcedOn, effectiveFrom, firstPaidPeriod, legalBasis, unverified, policy, contentHash: contentHash(policy),
      })],
      answer: { programmeId, version, contentHash: contentHash(policy) }, status: 201,
    };
  }),
  on(OpenProgramme, (command) => {
    const programmeId = idOf(command);
    return { parts: [part(streams.programme(programmeId), programmeDecider, { type: 'OpenProgramme', programmeId })], answer: { programmeId } };
  }),
  on(CloseProgramme, (command) => {
    const programmeId = idOf(command);
    return { parts: [part(streams.programme(programmeId), programmeDecider, { type: 'CloseProgramme', programmeId, reason: command.reason })], answer: { programmeId } };
  }),
);
