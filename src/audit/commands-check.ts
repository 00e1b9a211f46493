import type { Recorded } from '../kernel/decider.js';
import { eventId } from '../kernel/ids.js';
import { isSamePerson } from '../kernel/subject.js';
import type { Found } from './report.js';

/** More events than any command has whose parts were written one by one, between others'. */
const MOST = 1_000;

/**
 * I8 for the events of a command: each has the id that is a function of the command and of its
 * place in it, none before it is missing, and those that were written together say the same of when
 * and why.
 */
export class CommandsCheck {
  #before: Recorded | undefined;
  #index = -1;

  /** @param areTogether what a command writes is written at once, with nothing in between */
  constructor(private readonly areTogether: boolean) {}

  add(event: Recorded, found: Found): void {
    const before = this.#before;
    this.#before = event;
    const isNext = before?.meta.command === event.meta.command;
    if (isNext && (this.areTogether || before.stream === event.stream))
      requireSame(before, event, found);
    const wanted = isNext ? this.#index + 1 : 0;
    this.#index = this.#placeOf(event, wanted);
    if (this.#index < 0) found('I8', 'its id is not of its command');
    else if (this.areTogether && this.#index !== wanted)
      found('I8', `event ${this.#index} of its command, and ${wanted} should be here`);
  }

  /** -1 where the id is of none. */
  #placeOf({ id, meta: { command } }: Recorded, wanted: number): number {
    if (eventId(command, wanted) === id) return wanted;
    for (let index = 0; index < MOST; index += 1) if (eventId(command, index) === id) return index;
    return -1;
  }
}

/** Parts of a command may be by different actors: a person's, and the engine's own. */
function requireSame(one: Recorded, other: Recorded, found: Found): void {
  const { actor, channel, authentication } = other.meta;
  if (
    (one.meta.channel !== channel || one.meta.authentication !== authentication) &&
    isSamePerson(one.meta.actor, actor)
  )
    found('I8', 'its actor came in another way than with the rest of the command');
  if (one.time !== other.time) found('I8', `at ${other.time}; its command was at ${one.time}`);
  if (
    one.meta.correlation !== other.meta.correlation ||
    one.meta.causation !== other.meta.causation
  )
    found('I8', 'correlated with, or caused by, something else than its command');
}
