import type { EventData } from '../../events/generated.js';
import { contentOfDismissal } from '../automation/set-aside.decider.js';
import type { AccountHold } from '../kernel/accounts.js';
import {
  contentOfRecertification,
  contentOfReinstatement,
  contentOfRevision,
} from '../enrolment/new-facts.rule.js';
import type { Recorded } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { proposed, withoutWordsOf, wordOf, type Proposal } from '../kernel/two-people.js';
import {
  areWeakerChecks,
  CLOSING,
  contentOfBackdating,
  contentOfChecks,
  contentOfHold,
  contentOfPolicy,
  contentOfTerms,
  DEFAULT_BACKDATED_MONTHS,
  DEFAULT_HOLD,
  holdOf,
  isWeakerHold,
  REOPENING,
} from '../programme/controls.rule.js';
import { isOverdueReason } from '../enrolment/overdue-reason.rule.js';
import { contentOfWaiver } from '../recovery/waiver.rule.js';
import { Era } from './era.js';
import type { Found } from './report.js';

interface Controls {
  hold: AccountHold;
  rules: EventData['ChecksConfigured']['rules'];
  isOpen: boolean;
  backdatedMonths: number;
}

/** Versions from which on an event of the type is decided by two, or is a proposal for it. */
const DECIDED_BY_TWO: Readonly<Record<string, number>> = {
  PolicyProposed: 1,
  PolicyPublished: 2,
  BackdatingLimitProposed: 1,
  EnrolmentReinstatementProposed: 1,
  EnrolmentReinstated: 2,
  PersonErasureProposed: 1,
  PersonErased: 2,
};

const ABOUT_PROGRAMMES: readonly EventData['ProgrammeProposalWithdrawn']['what'][] = [
  'policy',
  'terms',
  'hold',
  'checks',
  'backdating',
  'closing',
  'reopening',
];

/** Each has a reason of their own, and both say what is given up. */
const contentOfErasure = ({
  forfeitsArrears,
}: Pick<EventData['PersonErased'], 'forfeitsArrears'>): string =>
  forfeitsArrears === true ? 'gives arrears up' : '';

/**
 * I4 for what one person proposes and another decides: new facts of a household, its reinstatement,
 * a waiver of what it owes, a policy of an open programme, the accounts that it pays from, and
 * controls that are weakened. Events of old versions do not say how their actor came; what stands
 * before the first that does was decided under older rules. Policies, reinstatements and the limit
 * of dating back are decided by two from the first event on that only those rules make. Kept are
 * proposals that nobody decided on yet.
 */
export class ProposalsCheck {
  readonly #proposals = new Map<string, readonly Proposal[]>();
  readonly #controls = new Map<string, Controls>();
  #isUnderNewerRules = false;
  /** From the first closing or reopening on that two said. */
  #areClosingsByTwo = false;
  /** From the first proposal of a waiver on, or the first waiver that says who proposed it. */
  #areWaiversByTwo = false;
  /** The command that recertified a household last; it may reinstate it, too. */
  #recertifiedBy = '';
  /** Enrolments that are suspended, and whether only because nobody recertified them in time. */
  readonly #suspended = new Map<string, 'overdue' | 'otherwise'>();

  constructor(private readonly era = new Era()) {}

  add(event: Recorded, found: Found): void {
    this.era.add(event);
    if (event.v >= (DECIDED_BY_TWO[event.type] ?? Infinity)) this.#isUnderNewerRules = true;
    switch (event.type) {
      case 'EntitlementRevisionProposed':
        return this.#proposed(event, contentOfRevision(event.data));
      case 'EnrolmentRecertificationProposed':
        return this.#proposed(event, contentOfRecertification(event.data));
      case 'EntitlementRevised':
        return this.#decided(event, contentOfRevision(event.data), 'facts that one', found);
      case 'EnrolmentReinstatementProposed':
        return this.#proposed(event, contentOfReinstatement(event.data));
      case 'PersonErasureProposed':
        return this.#proposed(event, contentOfErasure(event.data));
      case 'PersonErased':
        if (!this.#isUnderNewerRules) return this.#answered(event, '');
        return this.#decided(event, contentOfErasure(event.data), 'an erasure that one', found);
      case 'EnrolmentReinstated':
        return this.#reinstated(event, found);
      case 'EnrolmentRecertified':
        this.#recertifiedBy = `${event.stream} ${event.meta.command}`;
        return this.#decided(event, contentOfRecertification(event.data), 'facts that one', found);
      case 'EnrolmentSuspended':
        return this.#held(event);
      case 'EnrolmentStarted':
      case 'EnrolmentEnded':
        this.#proposals.delete(event.stream);
        this.#suspended.delete(event.stream);
        return;
      case 'OverpaymentWaiverWithdrawn':
      case 'EnrolmentProposalWithdrawn':
      case 'PersonErasureWithdrawn':
        return this.#withdrawn(event, '', found);
      case 'ProgrammeProposalWithdrawn':
        return this.#withdrawn(event, event.data.what, found);
      case 'SetAsideDismissalWithdrawn':
        return this.#withdrawn(event, event.data.automation, found);
      case 'SetAsideDismissalProposed':
        return this.#proposed(event, contentOfDismissal(event.data), event.data.automation);
      case 'SetAsideDismissed':
        return this.#dismissed(event, found);
      case 'OverpaymentWaiverProposed':
        this.#areWaiversByTwo = true;
        return this.#proposed(event, contentOfWaiver(event.data));
      case 'OverpaymentWaived':
        return this.#waived(event, found);
      case 'RecoveryCompleted':
        return this.#answered(event, '');
      default:
        return this.#ofProgramme(event, found);
    }
  }

  #waived(event: Recorded<'OverpaymentWaived'>, found: Found): void {
    if (event.v >= 2) this.#areWaiversByTwo = true;
    if (!this.#areWaiversByTwo) return this.#answered(event, '');
    const content = contentOfWaiver(event.data);
    const before = this.#proposals.get(event.stream) ?? [];
    if (!before.some((one) => one.by === event.data.proposedBy && one.content === content))
      found('I4', 'it is said that somebody proposed it who did not');
    this.#decided(event, content, 'a waiver that one', found);
  }

  #dismissed(event: Recorded<'SetAsideDismissed'>, found: Found): void {
    const { automation, proposedBy } = event.data;
    const before = this.#proposals.get(event.stream + automation) ?? [];
    if (!before.some(({ by }) => by === proposedBy))
      found('I4', 'it is said that somebody proposed it who did not');
    const content = contentOfDismissal(event.data);
    this.#decided(event, content, 'a dismissal that one', found, automation);
  }

  #ofProgramme(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'ProgrammeOpened':
        this.#controlsOf(event.stream).isOpen = true;
        return;
      case 'CycleOpened':
        // Older versions paid by programmes that nobody had opened.
        this.#controlsOf(streams.programme(event.data.programmeId)).isOpen = true;
        return;
      case 'PolicyProposed':
        return this.#proposed(event, contentOfPolicy(event.data), 'policy');
      case 'BackdatingLimitProposed':
        return this.#proposed(event, contentOfBackdating(event.data), 'backdating');
      case 'PolicyPublished':
        if (!this.#controlsOf(event.stream).isOpen || !this.#isUnderNewerRules)
          return this.#answered(event, 'policy');
        return this.#decided(
          event,
          contentOfPolicy(event.data),
          'a policy that one',
          found,
          'policy',
        );
      case 'BackdatingLimitSet':
        return this.#limited(event, found);
      case 'PaymentTermsProposed':
        return this.#proposed(event, contentOfTerms(event.data), 'terms');
      case 'AccountHoldProposed':
        return this.#proposed(event, contentOfHold(event.data), 'hold');
      case 'ChecksProposed':
        return this.#proposed(event, contentOfChecks(event.data), 'checks');
      case 'PaymentTermsSet': {
        const content = contentOfTerms(event.data);
        return this.#decided(event, content, 'paying accounts that one', found, 'terms');
      }
      case 'AccountHoldSet': {
        const controls = this.#controlsOf(event.stream);
        const before = controls.hold;
        controls.hold = holdOf(event.data);
        if (!isWeakerHold(before, controls.hold)) return this.#answered(event, 'hold');
        const content = contentOfHold(event.data);
        return this.#decided(event, content, 'a weaker hold that one', found, 'hold');
      }
      case 'ChecksConfigured': {
        const controls = this.#controlsOf(event.stream);
        const before = controls.rules;
        controls.rules = event.data.rules;
        if (!areWeakerChecks(before, controls.rules)) return this.#answered(event, 'checks');
        const content = contentOfChecks(event.data);
        return this.#decided(event, content, 'weaker checks that one', found, 'checks');
      }
      default:
        return this.#ofItsLife(event, found);
    }
  }

  #ofItsLife(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'ProgrammeClosingProposed':
        this.#areClosingsByTwo = true;
        return this.#proposed(event, CLOSING, 'closing');
      case 'ProgrammeReopeningProposed':
        this.#areClosingsByTwo = true;
        return this.#proposed(event, REOPENING, 'reopening');
      case 'ProgrammeClosed':
        return this.#closed(event, found);
      case 'ProgrammeReopened':
        this.#areClosingsByTwo = true;
        return this.#decided(event, REOPENING, 'a reopening that one', found, 'reopening');
      default:
        return;
    }
  }

  /** Whatever waited then does not count after a reopening. */
  #closed(event: Recorded<'ProgrammeClosed'>, found: Found): void {
    if (event.v >= 2) this.#areClosingsByTwo = true;
    if (this.#areClosingsByTwo)
      this.#decided(event, CLOSING, 'a closing that one', found, 'closing');
    for (const about of ABOUT_PROGRAMMES) this.#answered(event, about);
  }

  #held({ stream, data }: Recorded<'EnrolmentSuspended'>): void {
    const isOtherwise =
      this.#suspended.get(stream) === 'otherwise' || !isOverdueReason(data.reason);
    this.#suspended.set(stream, isOtherwise ? 'otherwise' : 'overdue');
  }

  /** Who is recertified late is paid again by it; who was suspended for anything else is not. */
  #reinstated(event: Recorded<'EnrolmentReinstated'>, found: Found): void {
    const { stream, meta, data } = event;
    const wasOverdue = this.#suspended.get(stream) === 'overdue';
    this.#suspended.delete(stream);
    const isPartOfRecertification = this.#recertifiedBy === `${stream} ${meta.command}`;
    if ((isPartOfRecertification && wasOverdue) || !this.#isUnderNewerRules)
      return this.#answered(event, '');
    this.#decided(event, contentOfReinstatement(data), 'a reinstatement that one', found);
  }

  #limited(event: Recorded<'BackdatingLimitSet'>, found: Found): void {
    const controls = this.#controlsOf(event.stream);
    const before = controls.backdatedMonths;
    controls.backdatedMonths = event.data.months;
    if (event.data.months <= before || !this.#isUnderNewerRules)
      return this.#answered(event, 'backdating');
    const content = contentOfBackdating(event.data);
    this.#decided(event, content, 'a longer dating back that one', found, 'backdating');
  }

  #controlsOf(stream: string): Controls {
    const known = this.#controls.get(stream) ?? {
      hold: DEFAULT_HOLD,
      rules: [],
      isOpen: false,
      backdatedMonths: DEFAULT_BACKDATED_MONTHS,
    };
    this.#controls.set(stream, known);
    return known;
  }

  #answered({ stream }: Recorded, about: string): void {
    this.#proposals.delete(stream + about);
  }

  /** By who said it, and nobody else. */
  #withdrawn({ stream, meta }: Recorded, about: string, found: Found): void {
    const before = this.#proposals.get(stream + about) ?? [];
    const left = withoutWordsOf(before, meta.actor);
    if (left.length === before.length) found('I4', 'withdrawn by who had proposed nothing');
    this.#proposals.set(stream + about, left);
  }

  /** @param about of several things that are proposed on one stream, each by itself */
  #proposed({ stream, meta }: Recorded, content: string, about = ''): void {
    const before = this.#proposals.get(stream + about) ?? [];
    this.#proposals.set(stream + about, proposed(before, { by: meta.actor, content }));
  }

  /** What another person proposed; everything that was proposed before is answered by it. */
  #decided(
    { stream, meta }: Recorded,
    content: string,
    what: string,
    found: Found,
    about = '',
  ): void {
    const before = this.#proposals.get(stream + about) ?? [];
    this.#proposals.delete(stream + about);
    if (this.era.isNew && wordOf(before, { by: meta.actor, content }) !== 'second')
      found('I4', `${what} person alone said`);
  }
}
