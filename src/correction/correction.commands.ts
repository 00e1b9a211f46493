import { Command } from '../http/call.js';
import { FreeText, Hash, OneOf, Period, ProgrammeCode, Uuid } from '../http/fields.js';

export class ProposeCorrection extends Command {
  @ProgrammeCode() programmeId!: string;
  @Period({
    description:
      'First month that is recomputed; the last is the last month with a released cycle.',
  })
  fromPeriod!: string;
  @OneOf(['first-paid', 'legal-effect'], {
    optional: true,
    description:
      'A month is due under the policy first paid in it (the default), or under the newest in legal effect.',
  })
  basis?: 'first-paid' | 'legal-effect';
  @Uuid({ optional: true, description: 'One household only.' }) personId?: string;
  @FreeText({ description: 'The late fact, or the act.' }) reason!: string;
}
export class ApproveCorrection extends Command {
  @Hash({ description: 'Of what was proposed, as it was seen.' }) contentHash!: string;
}
export class RejectCorrection extends Command {
  @FreeText() reason!: string;
}
