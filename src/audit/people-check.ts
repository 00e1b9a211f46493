import type { Recorded } from '../kernel/decider.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';

/**
 * `content` is the hash of what the application says, `assessed` of what was last found eligible.
 */
interface Deciding {
  readonly authors: string[];
  recommender: string;
  rejecter: string;
  content: string;
  assessed: string;
}
/** `blocking` are findings of the last check; `answered` those that somebody overrode. */
interface CyclePeople {
  readonly preparers: string[];
  approver: string;
  checker?: string;
  readonly overriders: string[];
  readonly answered: Set<string>;
  blocking: readonly string[];
}

/**
 * I1 and I4: one identity, one person; one active enrolment a person and programme; and the people
 * of one decision differ. It proves the first half of I5 too: an approval is of content that was
 * found eligible, and an enrolment starts on content that was approved. Applications are forgotten
 * once nothing more can be decided about them, but for 24 bytes; a person takes 32.
 */
export class PeopleCheck {
  readonly #deciding = new Map<string, Deciding>();
  readonly #cycles = new Map<string, CyclePeople>();
  readonly #accountsBy = new Map<string, string>();
  readonly #approved = new KeyTable();
  readonly #identities = new KeyTable();
  /**
   * By identity: one more than the stream number of the person registered with it. By person's
   * stream: the identity.
   */
  #personOf = new Int32Array(1 << 12);
  #identityOf = new Int32Array(1 << 12);
  #held = new Uint8Array(1 << 12);

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    const { actor } = event.meta;
    switch (event.type) {
      case 'IdentityClaimed':
      case 'EnrolmentStarted':
        if (this.#isHeld(stream))
          found(
            'I1',
            event.type === 'IdentityClaimed'
              ? 'claimed while somebody holds it'
              : 'started while an enrolment is active',
          );
        if (
          event.type === 'EnrolmentStarted' &&
          this.#approved.find(`${event.data.applicationId} ${event.data.contentHash}`) < 0
        )
          found('I5', 'started on content that nobody approved');
        return this.#hold(stream, 1);
      case 'PersonRegistered': {
        const identity = this.#identities.add(event.data.identityHash);
        this.#personOf = fitting(this.#personOf, identity);
        this.#identityOf = fitting(this.#identityOf, stream);
        if (this.#personOf[identity] !== 0)
          found('I1', 'registered with an identity that somebody else is registered with');
        this.#personOf[identity] = stream + 1;
        this.#identityOf[stream] = identity;
        return;
      }
      case 'PersonErased':
        this.#personOf[this.#identityOf[stream] ?? -1] = 0;
        return;
      case 'IdentityReleased':
      case 'EnrolmentEnded':
        return this.#hold(stream, 0);
      case 'ApplicationSubmitted':
        this.#deciding.set(event.stream, {
          authors: [actor],
          recommender: '',
          rejecter: '',
          content: event.data.contentHash,
          assessed: '',
        });
        return;
      case 'ApplicationAmended': {
        const people = this.#deciding.get(event.stream);
        if (!people) return found('I4', 'amended after it was decided');
        people.authors.push(actor);
        people.content = event.data.contentHash;
        people.recommender = '';
        return;
      }
      case 'EligibilityDetermined': {
        const people = this.#deciding.get(event.stream);
        if (people) people.assessed = event.data.eligible ? event.data.contentHash : '';
        return;
      }
      case 'ApplicationRecommended': {
        const people = this.#deciding.get(event.stream);
        if (!people) return;
        if (people.authors.includes(actor))
          found('I4', 'recommended by who submitted or amended it');
        people.recommender = actor;
        return;
      }
      case 'ApplicationApproved':
      case 'ApplicationRejected': {
        const people = this.#deciding.get(event.stream);
        if (!people?.recommender) return found('I4', 'decided without a recommendation');
        if (people.authors.includes(actor) || people.recommender === actor)
          found('I4', 'decided by who submitted, amended or recommended it');
        if (event.data.contentHash !== people.content)
          found('I4', 'decided on other content than the application has');
        if (event.type === 'ApplicationRejected') {
          people.rejecter = actor;
          return;
        }
        if (event.data.contentHash !== people.assessed)
          found('I5', 'approved without having been found eligible');
        this.#approved.add(`${event.data.applicationId} ${event.data.contentHash}`);
        this.#deciding.delete(event.stream);
        return;
      }
      case 'AppealUpheld':
      case 'AppealDismissed': {
        const people = this.#deciding.get(event.stream);
        if (people?.rejecter === actor)
          found('I4', 'the appeal was decided by who rejected the application');
        if (people && event.type === 'AppealUpheld') people.recommender = '';
        return;
      }
      case 'ApplicationWithdrawn':
        this.#deciding.delete(event.stream);
        return;
      case 'PayeeAccountVerified':
        if (this.#accountsBy.get(event.stream) === `${event.data.accountId} ${actor}`)
          found('I4', 'the account was verified by who registered it');
        this.#accountsBy.delete(event.stream);
        return;
      case 'PayeeAccountRegistered':
        // Only the replacements that follow the first account are verified before they are paid;
        // the first is kept out to bound the memory.
        if (event.revision > 1)
          this.#accountsBy.set(event.stream, `${event.data.accountId} ${actor}`);
        return;
      case 'CyclePreparationStarted':
        this.#cycles.set(event.stream, {
          preparers: [actor],
          approver: '',
          overriders: [],
          answered: new Set(),
          blocking: [],
        });
        return;
      case 'CyclePrepared':
        this.#cycles.get(event.stream)?.preparers.push(actor);
        return;
      case 'CycleReturned':
        this.#cycles.delete(event.stream);
        return;
      case 'CycleChecked': {
        const people = this.#cycles.get(event.stream);
        if (!people) return;
        people.blocking = event.data.findings
          .filter(({ level }) => level === 'block')
          .map(({ findingId }) => findingId);
        people.checker = actor;
        return;
      }
      case 'CycleFindingOverridden': {
        const people = this.#cycles.get(event.stream);
        if (!people) return;
        if (people.preparers.includes(actor) || people.checker === actor)
          found('I4', 'a finding was overridden by who prepared or checked the cycle');
        people.overriders.push(actor);
        people.answered.add(event.data.findingId);
        return;
      }
      case 'CycleApproved': {
        const people = this.#cycles.get(event.stream);
        if (!people) return found('I4', 'approved without having been prepared');
        if (people.preparers.includes(actor)) found('I4', 'approved by who prepared it');
        if (people.overriders.includes(actor))
          found('I4', 'approved by who overrode a finding of it');
        if (people.blocking.some((findingId) => !people.answered.has(findingId)))
          found('I4', 'approved with findings that block it and that nobody overrode');
        people.approver = actor;
        return;
      }
      case 'CycleReleased': {
        const people = this.#cycles.get(event.stream);
        if (!people?.approver) return found('I4', 'released without an approval');
        if (people.preparers.includes(actor) || people.approver === actor)
          found('I4', 'released by who prepared or approved it');
        return;
      }
      default:
        return;
    }
  }

  #isHeld(stream: number): boolean {
    return this.#held[stream] === 1;
  }

  #hold(stream: number, value: 0 | 1): void {
    if (stream >= this.#held.length) {
      const grown = new Uint8Array(Math.max(stream + 1, this.#held.length * 2));
      grown.set(this.#held);
      this.#held = grown;
    }
    this.#held[stream] = value;
  }
}

/** The same numbers in an array with room for the index. */
function fitting(array: Int32Array<ArrayBuffer>, index: number): Int32Array<ArrayBuffer> {
  if (index < array.length) return array;
  const grown = new Int32Array(Math.max(index + 1, array.length * 2));
  grown.set(array);
  return grown;
}
