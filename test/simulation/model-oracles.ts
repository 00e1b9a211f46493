import type { Recorded } from '../../src/kernel/decider.js';
import { partsOfPayment } from '../../src/kernel/ids.js';
import { accounts } from './model-accounts-oracle.js';
import { BIRTH_GRANT, FIRST_PAID, FLOOR, RATES, type Facts } from './model-programme.js';

/**
 * What each oracle holds against a log; written for reading, with nothing of the engine's own
 * rules.
 */
export function oracles(events: readonly Recorded[]): string[] {
  return [
    ...identities(events),
    ...people(events),
    ...payments(events),
    ...budgets(events),
    ...orders(events),
    ...paidOnce(events),
    ...order(events),
    ...accounts(events),
  ];
}

/** I1 */
function* identities(events: readonly Recorded[]): Generator<string> {
  const held = new Set<string>();
  const registered = new Map<string, string>();
  for (const { type, stream, position, data } of events) {
    if (type === 'PersonRegistered') {
      if (registered.has(data.identityHash))
        yield `I1 at ${position}: the identity is another person's`;
      registered.set(data.identityHash, data.personId);
    }
    if (type === 'PersonErased')
      for (const [hash, personId] of registered)
        if (personId === data.personId) registered.delete(hash);
    if (type === 'IdentityClaimed' || type === 'EnrolmentStarted') {
      if (held.has(stream)) yield `I1 at ${position}: ${stream} is held already`;
      held.add(stream);
    }
    if (type === 'IdentityReleased' || type === 'EnrolmentEnded') held.delete(stream);
  }
}

/**
 * I2: at most one live instruction and one net settlement a payment, and none while the other is
 * there.
 */
function* payments(events: readonly Recorded[]): Generator<string> {
  const live = new Map<string, number>();
  const paidBy = new Map<string, number>();
  const breaks = new Map<string, number>();
  const backInPart = new Set<string>();
  for (const event of events) {
    const at = `I2 at ${event.position}: ${event.type}`;
    switch (event.type) {
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        if (live.has(event.stream)) yield `${at} while attempt ${live.get(event.stream)} is live`;
        if (paidBy.has(event.stream)) yield `${at} though it is paid`;
        live.set(event.stream, event.data.attempt);
        break;
      case 'PaymentSettled':
        if (paidBy.has(event.stream)) yield `${at}, for the second time`;
        if (live.get(event.stream) !== event.data.attempt)
          yield `${at} of an attempt that is not live`;
        live.delete(event.stream);
        paidBy.set(event.stream, event.data.attempt);
        break;
      case 'PaymentRejected':
      case 'PaymentReturned':
        if ((live.get(event.stream) ?? paidBy.get(event.stream)) !== event.data.attempt)
          yield `${at} of an attempt that is not live`;
        live.delete(event.stream);
        paidBy.delete(event.stream);
        break;
      case 'PaymentCancelled':
        if (live.has(event.stream) || paidBy.has(event.stream))
          yield `${at} though it was instructed`;
        break;
      case 'PaymentBreakRecorded':
        breaks.set(event.data.breakId, event.data.attempt);
        break;
      case 'PaymentBreakResolved': {
        const attempt = breaks.get(event.data.breakId)!;
        if (!event.data.resolution.startsWith('counted-as')) break;
        const of = `${event.stream} ${attempt}`;
        if (isLatePart(event, paidBy.get(event.stream), attempt) && backInPart.has(of)) break;
        if (event.data.returnedMinor !== undefined) backInPart.add(of);
        if ((live.get(event.stream) ?? attempt) !== attempt)
          yield `${at} while another attempt is live`;
        if ((paidBy.get(event.stream) ?? attempt) !== attempt)
          yield `${at} though another attempt paid`;
        live.delete(event.stream);
        if (event.data.resolution === 'counted-as-settled') paidBy.set(event.stream, attempt);
        else paidBy.delete(event.stream);
      }
    }
  }
}

/** What came back of another attempt than the one that paid. */
const isLatePart = (
  { data }: Extract<Recorded, { type: 'PaymentBreakResolved' }>,
  paidBy: number | undefined,
  attempt: number | undefined,
): boolean =>
  data.resolution === 'counted-as-returned' && paidBy !== undefined && paidBy !== attempt;

/**
 * What each payment costs in the end, by stream: the oracle that money is compared with. What a
 * bank kept of money that came back is lost.
 */
export function paidInTheEnd(events: readonly Recorded[]): ReadonlyMap<string, bigint> {
  const amounts = new Map<string, bigint>();
  const stands = new Map<string, 'paid' | 'back'>();
  const kept = new Map<string, bigint>();
  const paidBy = new Map<string, number>();
  const breaks = new Map<string, number>();
  for (const event of events) {
    const { stream } = event;
    if (event.type === 'PaymentBreakRecorded') breaks.set(event.data.breakId, event.data.attempt);
    if (event.type === 'PaymentSettled') paidBy.set(stream, event.data.attempt);
    if (event.type === 'PaymentOrdered') amounts.set(stream, BigInt(event.data.amountMinor));
    if (event.type === 'PaymentSettled') stands.set(stream, 'paid');
    if (event.type === 'PaymentReturned') stands.set(stream, 'back');
    if (event.type === 'PaymentRejected' || event.type === 'PaymentReinstructed')
      stands.delete(stream);
    if (event.type !== 'PaymentBreakResolved') continue;
    const attempt = breaks.get(event.data.breakId)!;
    if (event.data.resolution === 'counted-as-settled') {
      stands.set(stream, 'paid');
      paidBy.set(stream, attempt);
    }
    if (event.data.resolution !== 'counted-as-returned') continue;
    const amount = amounts.get(stream)!;
    const back = BigInt(event.data.returnedMinor ?? amount);
    const before = kept.get(stream) ?? 0n;
    if (stands.get(stream) === 'paid' && isLatePart(event, paidBy.get(stream), attempt)) {
      kept.set(stream, before > back ? before - back : 0n);
      continue;
    }
    const stood = event.data.furtherPart ? 'back' : stands.get(stream);
    if (stood === 'paid') kept.set(stream, before + amount - back);
    if (stood === 'back') kept.set(stream, before > back ? before - back : 0n);
    if (!event.data.furtherPart) stands.set(stream, 'back');
  }
  const cost = new Map([...kept].filter(([, minor]) => minor > 0n));
  for (const [stream, status] of stands)
    if (status === 'paid') cost.set(stream, (cost.get(stream) ?? 0n) + amounts.get(stream)!);
  return cost;
}

/** I3 at every position. */
function* budgets(events: readonly Recorded[]): Generator<string> {
  let allotted = 0n;
  let reserved = 0n;
  let spent = 0n;
  let overdrawn = 0n;
  for (const { type, data, position } of events) {
    if (type === 'BudgetAllotted') allotted += BigInt(data.amountMinor);
    else if (type === 'BudgetAdjusted') allotted += BigInt(data.deltaMinor);
    else if (type === 'BudgetReserved') reserved += BigInt(data.amountMinor);
    else if (type === 'BudgetReservationReleased') reserved -= BigInt(data.amountMinor);
    else if (type === 'BudgetSpent') {
      reserved -= BigInt(data.amountMinor);
      spent += BigInt(data.amountMinor);
    } else if (type === 'BudgetRefunded') {
      reserved += BigInt(data.amountMinor);
      spent -= BigInt(data.amountMinor);
    }
    // A reservation made up on the spot and what it is for are recorded together.
    const beyond = reserved + spent - allotted;
    if (type === 'BudgetOverdrawn') overdrawn += BigInt(data.amountMinor);
    else if (beyond < overdrawn) overdrawn = beyond > 0n ? beyond : 0n;
    if (beyond > overdrawn || reserved < 0n || spent < 0n)
      yield `I3 at ${position}: ${reserved} reserved and ${spent} spent of ${allotted}`;
  }
}

/** What a cycle's decision rests on. */
const beforeCycle = ({ type }: Recorded): readonly Recorded['type'][] => [
  'CyclePreparationStarted',
  'CyclePrepared',
  ...(type === 'CycleReleased' ? (['CycleApproved'] as const) : []),
];
const BEFORE_OTHERS: readonly Recorded['type'][] = [
  'ApplicationSubmitted',
  'ApplicationAmended',
  'CorrectionStarted',
  'CorrectionProposed',
];

/** I4: walks back from each decision to who did what it rests on. */
function* people(events: readonly Recorded[]): Generator<string> {
  for (const event of events) {
    if (
      ![
        'ApplicationApproved',
        'ApplicationRejected',
        'CycleApproved',
        'CycleReleased',
        'CorrectionApproved',
      ].includes(event.type)
    )
      continue;
    const past = events.filter(
      ({ stream, revision }) => stream === event.stream && revision < event.revision,
    );
    const since = past.slice(
      past.findLastIndex(({ type }) => type === 'CycleReturned' || type === 'CycleAbandoned') + 1,
    );
    const before = event.stream.startsWith('cycle-') ? beforeCycle(event) : BEFORE_OTHERS;
    const others = since.filter(({ type }) => before.includes(type));
    const recommended = past.findLast(({ type }) => type === 'ApplicationRecommended');
    if (recommended) others.push(recommended);
    if (event.stream.startsWith('application-') && !recommended)
      yield `I4 at ${event.position}: nobody recommended`;
    if (others.some(({ meta }) => meta.actor === event.meta.actor))
      yield `I4 at ${event.position}: ${event.type} by somebody who took part before`;
  }
}

/**
 * I5 and I7: the amount by a formula of its own, and whether the enrolment was payable, both as of
 * the cycle's position.
 */
function* orders(events: readonly Recorded[]): Generator<string> {
  const months = new Map<string, string>();
  const asOfs = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'CyclePreparationStarted') asOfs.set(event.data.cycleId, event.data.asOf);
    // What was never instructed may be ordered by another cycle.
    if (event.type === 'PaymentCancelled') {
      const cancelled = partsOfPayment(event.data.paymentId);
      for (const [month, by] of months)
        if (month.startsWith(cancelled.personId) && by === cancelled.period) months.delete(month);
    }
    if (event.type !== 'PaymentOrdered') continue;
    const { programmeId, personId, period } = event.data;
    // What corrections add or take is another oracle's.
    const items = event.data.items.filter(({ code }) => code !== 'arrears' && code !== 'recovery');
    const amountMinor = String(items.reduce((sum, item) => sum + BigInt(item.amountMinor), 0n));
    const asOf = asOfs.get(`${programmeId}-${period}`)!;
    const past = events.filter(
      ({ position, stream }) =>
        position <= asOf && stream === `enrolment-${programmeId}-${personId}`,
    );
    const life = lifeIn(past, period);
    if (!payable(life, period) && !isOver(life, period))
      yield `I7 at ${event.position}: ${period} is not payable`;
    if (
      events.some(
        ({ type, stream, position }) =>
          type === 'PersonErased' && stream === `person-${personId}` && position <= asOf,
      )
    )
      yield `I7 at ${event.position}: the person was erased`;
    const version = (month: string): number =>
      Math.max(
        ...events
          .filter((e) => e.position <= asOf && e.type === 'PolicyPublished')
          .map((e) => (e.type === 'PolicyPublished' ? e.data.version : 0))
          .filter((v) => FIRST_PAID[v]! <= month),
      );
    const paid = [...new Set(items.map((item) => item.period))];
    let expected = 0;
    for (const month of paid) {
      expected += due(factsIn(lifeIn(past, month), month), version(month), month);
      const before = months.get(`${personId} ${month}`);
      if (before !== undefined && before !== period)
        yield `I5 at ${event.position}: ${month} was ordered in ${before}`;
      months.set(`${personId} ${month}`, period);
      if (month !== period && !payable(lifeIn(past, month), month))
        yield `I7 at ${event.position}: the arrears of ${month} are not payable`;
    }
    if ((!paid.includes(period) && !isOver(life, period)) || String(expected) !== amountMinor)
      yield `I5 at ${event.position}: ${amountMinor} ordered, ${expected} due`;
  }
}

/**
 * No month is ordered for an identity that a payment which stands has for it, whoever the identity
 * was registered for then.
 */
function* paidOnce(events: readonly Recorded[]): Generator<string> {
  const identities = new Map<string, string>();
  const closed = new Set<string>();
  const failed = new Map<string, boolean>();
  const ordered = new Map<string, Extract<Recorded, { type: 'PaymentOrdered' }>>();
  for (const event of events) {
    const { type, stream, position, data } = event;
    if (type === 'PersonRegistered') identities.set(data.personId, data.identityHash);
    if (type === 'CycleClosed') closed.add(data.cycleId);
    if (type === 'PaymentCancelled') ordered.delete(stream);
    if (type === 'PaymentRejected' || type === 'PaymentReturned') failed.set(stream, true);
    if (type === 'PaymentSettled' || type === 'PaymentReinstructed') failed.set(stream, false);
    if (type === 'PaymentBreakResolved' && data.resolution.startsWith('counted-as'))
      failed.set(stream, data.resolution === 'counted-as-returned');
    if (type !== 'PaymentOrdered') continue;
    const months = monthsOf(data);
    for (const [other, { data: before }] of ordered) {
      if (identities.get(before.personId) !== identities.get(data.personId)) continue;
      const lapsed = failed.get(other) && closed.has(`${before.programmeId}-${before.period}`);
      if (lapsed || before.personId === data.personId) continue;
      for (const month of monthsOf(before))
        if (months.has(month)) yield `${month} at ${position}: ${stream}, and before by ${other}`;
    }
    ordered.set(stream, event);
  }
}

const monthsOf = ({
  items,
}: Extract<Recorded, { type: 'PaymentOrdered' }>['data']): ReadonlySet<string> =>
  new Set(items.filter(({ code }) => code !== 'recovery').map(({ period }) => period));

/** The enrolment that a month is of: the last that began by then. */
function lifeIn(past: readonly Recorded[], month: string): readonly Recorded[] {
  const begun = (event: Recorded): boolean =>
    event.type === 'EnrolmentStarted' && event.data.startPeriod <= month;
  const from = Math.max(0, past.findLastIndex(begun));
  const next = past.findIndex(({ type }, i) => i > from && type === 'EnrolmentStarted');
  return past.slice(from, next < 0 ? undefined : next);
}

/** What is left of an enrolment that is over may be paid in a later period. */
const isOver = (life: readonly Recorded[], period: string): boolean =>
  life.some((event) => event.type === 'EnrolmentEnded' && event.data.lastPeriod < period);

function payable(life: readonly Recorded[], month: string): boolean {
  let result = false;
  for (const event of life) {
    if (event.type === 'EnrolmentStarted') result = event.data.startPeriod <= month;
    if (event.type === 'EnrolmentSuspended' && event.data.fromPeriod <= month) result = false;
    if (event.type === 'EnrolmentReinstated' && event.data.fromPeriod <= month) result = true;
  }
  return (
    result &&
    !life.some((event) => event.type === 'EnrolmentEnded' && month > event.data.lastPeriod)
  );
}

function factsIn(life: readonly Recorded[], month: string): Facts {
  let facts: unknown;
  for (const event of life) {
    if (event.type === 'EnrolmentStarted') facts = event.data.facts;
    if (
      (event.type === 'EntitlementRevised' || event.type === 'EnrolmentRecertified') &&
      event.data.fromPeriod <= month
    )
      facts = event.data.facts;
  }
  return facts as Facts;
}

function due({ children }: Facts, version: number, month: string): number {
  const counted = children.slice(0, 3);
  return (
    Math.max(
      FLOOR,
      counted.filter(({ birthMonth }) => birthMonth <= month).length * RATES[version]!,
    ) +
    counted.filter(({ birthMonth }) => birthMonth === month).length * BIRTH_GRANT
  );
}

/** I8 */
function* order(events: readonly Recorded[]): Generator<string> {
  const ids = new Set<string>();
  const revisions = new Map<string, number>();
  for (const [index, { id, stream, revision, position }] of events.entries()) {
    if (position !== index || revision !== (revisions.get(stream) ?? -1) + 1 || ids.has(id))
      yield `I8 at ${index}`;
    revisions.set(stream, revision);
    ids.add(id);
  }
}
