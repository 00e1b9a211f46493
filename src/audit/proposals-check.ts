import type { EventData } from '../../events/generated.js';
import type { AccountHold } from '../kernel/accounts.js';
import { contentOfRecertification, contentOfRevision } from '../enrolment/new-facts.rule.js';
import type { Recorded } from '../kernel/decider.js';
import { proposed, wordOf, type Proposal } from '../kernel/two-people.js';
import {
  areWeakerChecks,
  contentOfChecks,
  contentOfHold,
  contentOfTerms,
  DEFAULT_HOLD,
  holdOf,
  isWeakerHold,
} from '../programme/controls.rule.js';
import type { Found } from './report.js';

interface Controls {
  hold: AccountHold;
  rules: EventData['ChecksConfigured']['rules'];
}

/**
 * I4 for what one person proposes and another decides: new facts of a household, the accounts that
 * a programme pays from, and controls that are weakened. Events of old versions do not say how their
 * actor came; what stands before the first that does was decided under older rules. Kept are
 * proposals that nobody decided on yet.
 */
export class ProposalsCheck {
  readonly #proposals = new Map<string, readonly Proposal[]>();
  readonly #controls = new Map<string, Controls>();
  #isUnderRules = false;

  add(event: Recorded, found: Found): void {
    if (event.meta.channel !== undefined) this.#isUnderRules = true;
    switch (event.type) {
      case 'EntitlementRevisionProposed':
        return this.#proposed(event, contentOfRevision(event.data));
      case 'EnrolmentRecertificationProposed':
        return this.#proposed(event, contentOfRecertification(event.data));
      case 'EntitlementRevised':
        return this.#decided(event, contentOfRevision(event.data), 'facts that one', found);
      case 'EnrolmentRecertified':
        return this.#decided(event, contentOfRecertification(event.data), 'facts that one', found);
      case 'EnrolmentStarted':
        this.#proposals.delete(event.stream);
        return;
      default:
        return this.#ofProgramme(event, found);
    }
  }

  #ofProgramme(event: Recorded, found: Found): void {
    switch (event.type) {
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
        return;
    }
  }

  #controlsOf(stream: string): Controls {
    const known = this.#controls.get(stream) ?? { hold: DEFAULT_HOLD, rules: [] };
    this.#controls.set(stream, known);
    return known;
  }

  #answered({ stream }: Recorded, about: string): void {
    this.#proposals.delete(stream + about);
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
    if (this.#isUnderRules && wordOf(before, { by: meta.actor, content }) !== 'second')
      found('I4', `${what} person alone said`);
  }
}
