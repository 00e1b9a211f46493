import type { EventData } from '../../events/generated.js';
import { Command } from '../http/call.js';
import { Day, FreeText, Hash, Json, OneOf, ProgrammeCode, Uuid } from '../http/fields.js';
import type { Step } from '../write-side/unit.js';
import { type ApplicationCommand } from './application.decider.js';
import { type ApplicationState } from './application.state.js';

export type Facts = EventData['ApplicationSubmitted']['facts'];
const FACTS = {
  description:
    "As the policy's factsSchema says; pseudonymous: months instead of days, no name and no number.",
};

export class SubmitApplication extends Command {
  @ProgrammeCode() programmeId!: string;
  @Uuid() personId!: string;
  @Day({ description: "In the programme's time zone." }) receivedOn!: string;
  @OneOf(['counter', 'online']) channel!: 'counter' | 'online';
  @Json(FACTS) facts!: Facts;
}
export class AmendApplication extends Command {
  @Json(FACTS) facts!: Facts;
  @FreeText() reason!: string;
}
export class DetermineEligibility extends Command {}
export class RecommendApplication extends Command {
  @OneOf(['approve', 'reject']) recommendation!: 'approve' | 'reject';
  @Hash({ description: 'Of the application as it was seen.' }) contentHash!: string;
  @FreeText({ optional: true }) note?: string;
}
export class ReturnApplication extends Command {
  @FreeText() reason!: string;
}
export class ApproveApplication extends Command {
  @Hash({ description: 'Of the application as it was seen.' }) contentHash!: string;
}
export class RejectApplication extends Command {
  @Hash({ description: 'Of the application as it was seen.' }) contentHash!: string;
  @FreeText() reason!: string;
}
export class WithdrawApplication extends Command {
  @FreeText() reason!: string;
}
export class LodgeAppeal extends Command {
  @FreeText() grounds!: string;
}
export class DecideAppeal extends Command {
  @OneOf(['uphold', 'dismiss']) decision!: 'uphold' | 'dismiss';
  @FreeText() reason!: string;
}

export type Decided = Step<ApplicationState, ApplicationCommand>;
