import { Command } from '../../http/call.js';
import { FreeText, OneOf, Pattern, ProgrammeCode, Uuid } from '../../http/fields.js';
import { PAYMENT_ID } from '../../kernel/ids.js';
import { PROPOSAL_KINDS, type ProposalKind } from '../../kernel/two-people.js';

export class WithdrawProposal extends Command {
  @OneOf(PROPOSAL_KINDS, { description: 'As the list of proposals names it.' })
  kind!: ProposalKind;
  @ProgrammeCode({ optional: true, description: 'Of what concerns a programme or an enrolment.' })
  programmeId?: string;
  @Uuid({ optional: true, description: 'Of what concerns a person or an enrolment.' })
  personId?: string;
  @Pattern(PAYMENT_ID, 'a payment id', {
    optional: true,
    description: 'Of an outcome or a break.',
  })
  paymentId?: string;
  @Uuid({ optional: true, description: 'Of a break; it is in `detail`.' }) breakId?: string;
  @Uuid({ optional: true, description: 'Of an entry.' }) entryId?: string;
  @Pattern(/^[a-z][a-z0-9]{1,30}-[0-9]{4}$/, 'a correction id', {
    optional: true,
    description: 'Of a correction.',
  })
  correctionId?: string;
  @Uuid({ optional: true, description: 'Of what was set aside.' }) eventId?: string;
  @Pattern(/^[a-z][a-z0-9-]{0,99}$/, 'the name of an automation', {
    optional: true,
    description: 'Of what was set aside.',
  })
  automation?: string;
  @FreeText({ max: 500, description: 'Why it is taken back.' }) reason!: string;
}
