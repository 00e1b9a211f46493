import { contentOfRecertification, contentOfRevision } from '../enrolment/new-facts.rule.js';
import type { Recorded } from '../kernel/decider.js';
import { proposed, wordOf, type Proposal } from '../kernel/two-people.js';
import type { Found } from './report.js';

/**
 * I4 for what one person proposes and another decides: new facts of a household. Events of old
 * versions do not say how their actor came; what stands before the first that does was decided under
 * older rules. Kept are proposals that nobody decided on yet.
 */
export class ProposalsCheck {
  readonly #proposals = new Map<string, readonly Proposal[]>();
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
        return;
    }
  }

  #proposed({ stream, meta }: Recorded, content: string): void {
    const before = this.#proposals.get(stream) ?? [];
    this.#proposals.set(stream, proposed(before, { by: meta.actor, content }));
  }

  /** What another person proposed; everything that was proposed before is answered by it. */
  #decided({ stream, meta }: Recorded, content: string, what: string, found: Found): void {
    const before = this.#proposals.get(stream) ?? [];
    this.#proposals.delete(stream);
    if (this.#isUnderRules && wordOf(before, { by: meta.actor, content }) !== 'second')
      found('I4', `${what} person alone said`);
  }
}
