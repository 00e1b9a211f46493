import { createAuditCheck } from '../../src/audit/check.js';
import type { EventData, EventType } from '../../events/generated.js';
import { MAY_CAUSE } from '../../src/audit/roles-check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { eventId, uuidOf } from '../../src/kernel/ids.js';
import type { Op } from '../simulation/model-world.js';
import { play } from '../simulation/model-histories.js';

type Of<T extends EventType> = Extract<Recorded, { readonly type: T }>;
type Wanted<T extends EventType> = (event: Of<T>) => boolean;

export const op = (kind: string, who: number, a = 0, b = 0): Op => ({
  kind,
  a,
  b,
  who,
  staleBy: 0,
  odd: false,
  wrong: undefined,
});

/**
 * Two cycles of a small programme, from the first application to the books: payments accepted,
 * settled, rejected and instructed again, one that came back, a rejected application and its
 * appeal, a suspension to come, a verified account.
 */
const GOOD = play({
  start: 'instructed',
  households: 4,
  ops: [
    op('report', 0, 0, 2),
    op('report', 0, 0, 0),
    op('report', 0, 0, 3),
    op('reinstruct', 0),
    op('report', 0, 0, 0),
    op('spend', 0),
    op('submit', 0, 1, 9),
    op('determine', 1),
    op('recommend', 1),
    op('decide', 2),
    op('appeal', 0),
    op('decideAppeal', 3, 0, 1),
    op('account', 0, 0, 1),
    op('verify', 1, 0, 1),
    { ...op('verify', 1, 0, 1), odd: true },
    op('suspend', 2, 0, 3),
    op('prepare', 0),
    op('approve', 1),
    op('release', 2),
    op('instruct', 3),
    op('report', 0, 0, 0),
    op('spend', 0),
    op('report', 3, 0, 4),
    op('spend', 0),
    op('reconcile', 0),
    op('reconcile', 0, 1),
  ],
}).log.events;

const BY_ITSELF = {
  role: 'automation',
  channel: 'automation',
  authentication: 'system',
} as const;

/**
 * A household that was paid too much, and one too little: a correction, its approval, and the next
 * cycle with both.
 */
export const CORRECTED = play({
  start: 'carrying',
  households: 1,
  ops: [op('approve', 1), op('release', 2), op('instruct', 3)],
}).log.events;

/**
 * A copy of a log that obeys every rule, to be falsified by hand. Edits stay in place, so that
 * positions mean the same.
 */
export class Tampered {
  readonly events: Recorded[];

  constructor(good: readonly Recorded[] = GOOD) {
    this.events = structuredClone(good as Recorded[]);
  }

  /** Up to an event, and as if a version had written it that did not say how an actor came. */
  asOlder(last: Recorded): void {
    this.events.length = last.position + 1;
    for (const event of [...this.events]) {
      const { channel, authentication, ...meta } = event.meta;
      this.replace(event, { v: 1, meta });
    }
  }

  /** The first event of a type that is wanted. */
  find<T extends EventType>(type: T, wanted: Wanted<T> = () => true): Of<T> {
    const found = this.events.find(
      (event): event is Of<T> => event.type === type && wanted(event as Of<T>),
    );
    if (!found) throw new Error(`the good log has no such ${type}`);
    return found;
  }
  /** The last event of a type. */
  last<T extends EventType>(type: T): Of<T> {
    return this.find(
      type,
      ({ position }) =>
        !this.events.some((later) => later.type === type && later.position > position),
    );
  }

  /** Puts another event in the place of one. */
  replace(event: Recorded, change: object): Recorded {
    const other = { ...event, ...change } as Recorded;
    this.events[this.events.indexOf(event)] = other;
    return other;
  }
  edit<T extends EventType>(event: Of<T>, data: Partial<EventData[T]>): Recorded {
    return this.replace(event, { data: { ...event.data, ...data } });
  }
  by(event: Recorded, actor: string): Recorded {
    return this.replace(event, { meta: { ...event.meta, actor } });
  }

  /**
   * Leaves events out, so that nothing else tells: positions, revisions, ids and what names them
   * are made anew.
   */
  drop(...events: readonly Recorded[]): void {
    const positions = events.map(({ position }) => position);
    const moved = (at: number): number => at - positions.filter((dropped) => dropped <= at).length;
    const left = this.events.filter((event) => !events.includes(event));
    this.events.length = 0;
    const ids = new Map<string, string>();
    for (const event of left) {
      const { meta, data, stream } = event;
      const before = this.events.findLast((one) => one.stream === stream);
      const index = this.#indexIn(meta.command);
      const id = eventId(meta.command, index);
      ids.set(event.id, id);
      const named: Record<string, unknown> = { ...data };
      for (const key of ['asOf', 'throughPosition'])
        if (typeof named[key] === 'number') named[key] = moved(named[key]);
      const causation = meta.causation === undefined ? {} : { causation: ids.get(meta.causation) };
      const again: object = {
        ...event,
        id,
        data: named,
        meta: { ...meta, ...causation },
        position: this.events.length,
        revision: (before?.revision ?? -1) + 1,
      };
      this.events.push(again as Recorded);
    }
  }

  /** How many events of a command are the last. */
  #indexIn(command: string): number {
    let index = 0;
    while (this.events.at(-1 - index)?.meta.command === command) index += 1;
    return index;
  }

  /** Commits one more event to a stream, in a role that may cause it. */
  append<T extends EventType>(
    stream: string,
    type: T,
    data: EventData[T],
    actor = MAY_CAUSE[type].includes('automation') ? 'automation' : 'somebody',
  ): Recorded {
    const position = this.events.length;
    const revision = this.events.filter((event) => event.stream === stream).length;
    const command = uuidOf('tampered', position);
    const event = {
      ...this.events[0]!,
      time: this.events.at(-1)!.time,
      id: eventId(command, 0),
      stream,
      revision,
      type,
      data,
      position,
      meta: {
        ...this.events[0]!.meta,
        command,
        actor,
        ...(actor === 'automation'
          ? BY_ITSELF
          : { role: MAY_CAUSE[type].find((role) => role !== 'automation') }),
      },
    } as Recorded;
    this.events.push(event);
    return event;
  }

  /** Enrols somebody else as one person is enrolled, from an application of their own. */
  enrolLike(person: string, personId: string): void {
    const { data } = this.find('EnrolmentStarted', (event) => event.data.personId === person);
    const applicationId = uuidOf('application of', personId);
    const like = this.events.filter(({ stream }) => stream === `application-${data.applicationId}`);
    for (const event of like) {
      const { type, data: said, meta } = event;
      const copy = this.append(`application-${applicationId}`, type, said, meta.actor);
      const named = { applicationId, ...('personId' in said ? { personId } : {}) };
      this.replace(copy, { data: { ...said, ...named } });
    }
    const started = { ...data, personId, applicationId };
    this.append(`enrolment-${data.programmeId}-${personId}`, 'EnrolmentStarted', started);
  }

  /** Orders for somebody in a cycle that begins now, as was ordered for another. */
  orderLater(order: EventData['PaymentOrdered'], personId: string, period: string): Recorded {
    const cycleId = `${order.programmeId}-${period}`;
    const paymentId = `${cycleId}-${personId}`;
    const { data: opened } = this.find('CycleOpened');
    this.append(`cycle-${cycleId}`, 'CycleOpened', { ...opened, cycleId, period });
    const asOf = this.events.length - 1;
    this.append(`cycle-${cycleId}`, 'CyclePreparationStarted', { cycleId, round: 1, asOf });
    return this.append(`payment-${paymentId}`, 'PaymentOrdered', {
      ...order,
      paymentId,
      personId,
      period,
      round: 1,
    });
  }
}

/** What the audit finds, each after its position. */
export function foundIn(log: Tampered): readonly string[] {
  const check = createAuditCheck();
  for (const event of log.events) check.add(event);
  return check.finish().violations.map(({ position, detail }) => `${position} ${detail}`);
}

/** When an event would have been, so many milliseconds before. */
export const earlier = ({ time }: Recorded, ms: number): string =>
  new Date(Date.parse(time) - ms).toISOString();
