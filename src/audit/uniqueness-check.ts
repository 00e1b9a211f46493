import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { KeyTable } from './key-table.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

/**
 * I1: one identity, one person, who it is released from; one active enrolment a person and
 * programme. 60 bytes a person.
 */
export class UniquenessCheck {
  readonly #identities = new KeyTable();
  /** Identities, each with a person that it was claimed for. */
  readonly #claims = new KeyTable();
  /** By stream of an identity: one more than the number of the claim by which it is held. */
  #claimOf = new Int32Array(FIRST_ROOM);
  /** By identity: one more than the stream number of the person registered with it. */
  #personOf = new Int32Array(FIRST_ROOM);
  /** By person's stream: the identity. */
  #identityOf = new Int32Array(FIRST_ROOM);
  /** By stream of an identity or an enrolment: whether somebody holds it. */
  #held = new Uint8Array(FIRST_ROOM);

  /** By identity: those who were registered with it and are erased. */
  readonly #erased = new Map<number, readonly string[]>();
  /** By person: those who were registered with the same identity before, and are erased. */
  readonly #before = new Map<string, readonly string[]>();

  /** Who had the person's identity before. */
  earlierOf(personId: string): readonly string[] {
    return this.#before.get(personId) ?? [];
  }

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'IdentityClaimed':
        if (this.#isHeld(stream)) found('I1', 'claimed while somebody holds it');
        this.#claimOf = withRoomFor(this.#claimOf, stream, Int32Array);
        this.#claimOf[stream] = this.#claims.add(claimOf(event.data)) + 1;
        return this.#hold(stream, 1);
      case 'EnrolmentStarted':
        if (this.#isHeld(stream)) found('I1', 'started while an enrolment is active');
        return this.#hold(stream, 1);
      case 'IdentityReleased':
        this.#requireErased(event.data, found);
        if (this.#claims.find(claimOf(event.data)) + 1 !== (this.#claimOf[stream] ?? 0))
          found('I1', 'released from somebody who does not hold it');
        return this.#hold(stream, 0);
      case 'EnrolmentEnded':
        return this.#hold(stream, 0);
      case 'PersonRegistered':
        return this.#registered(event.data, stream, found);
      case 'PersonErased':
        return this.#wasErased(event.data.personId, this.#identityOf[stream]);
      default:
        return;
    }
  }

  /** An identity is free again where its person is erased, or was never registered with it. */
  #requireErased({ identityHash }: EventData['IdentityReleased'], found: Found): void {
    const identity = this.#identities.find(identityHash);
    if (identity >= 0 && this.#personOf[identity] !== 0)
      found('I1', 'released while somebody is registered with it');
  }

  #wasErased(personId: string, identity: number | undefined): void {
    if (identity === undefined) return;
    this.#personOf[identity] = 0;
    this.#erased.set(identity, [...(this.#erased.get(identity) ?? []), personId]);
  }

  #registered(
    { identityHash, personId }: EventData['PersonRegistered'],
    stream: number,
    found: Found,
  ): void {
    if (this.#claims.find(claimOf({ identityHash, personId })) < 0)
      found('I1', 'registered with an identity that was not claimed for them');
    const identity = this.#identities.add(identityHash);
    this.#personOf = withRoomFor(this.#personOf, identity, Int32Array);
    this.#identityOf = withRoomFor(this.#identityOf, stream, Int32Array);
    if (this.#personOf[identity] !== 0)
      found('I1', 'registered with an identity that somebody else is registered with');
    const before = this.#erased.get(identity);
    if (before) this.#before.set(personId, before);
    this.#personOf[identity] = stream + 1;
    this.#identityOf[stream] = identity;
  }

  #isHeld(stream: number): boolean {
    return this.#held[stream] === 1;
  }

  #hold(stream: number, value: 0 | 1): void {
    this.#held = withRoomFor(this.#held, stream, Uint8Array);
    this.#held[stream] = value;
  }
}

const claimOf = ({ identityHash, personId }: EventData['IdentityClaimed']): string =>
  `${identityHash} ${personId}`;
