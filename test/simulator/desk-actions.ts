import {
  ApproveApplication,
  DetermineEligibility,
  RecommendApplication,
  SubmitApplication,
} from '../../src/application/application.commands.js';
import {
  ApproveCycle,
  CloseCycle,
  OpenCycle,
  PrepareCycle,
  ReconcileCycle,
  ReinstructPayments,
  ReleaseCycle,
  AbandonCycle,
  ReturnCycle,
} from '../../src/cycle/cycle.commands.js';
import { cycleDecider } from '../../src/cycle/cycle.decider.js';
import type { CycleState } from '../../src/cycle/cycle.state.js';
import { fold, type Recorded } from '../../src/kernel/decider.js';
import { addDays, addMonths } from '../../src/kernel/time.js';
import { CancelPayment, ResolveBreak } from '../../src/payment/payment.commands.js';
import { RegisterPerson } from '../../src/person/person.commands.js';
import { foldApplication, foldPayment } from '../../src/use-cases/folds.js';
import { FIRST_MONTH, PROGRAMME, type Setting } from './beginning.js';
import type { Office, Told } from './office.js';

/** The streams of a kind, as somebody who looks at the log sees them. */
export function streamsOf(events: readonly Recorded[], prefix: string): readonly Recorded[][] {
  const streams = new Map<string, Recorded[]>();
  for (const event of events) {
    if (!event.stream.startsWith(prefix)) continue;
    const known = streams.get(event.stream);
    if (known) known.push(event);
    else streams.set(event.stream, [event]);
  }
  return [...streams.values()];
}

export const cyclesIn = (events: readonly Recorded[]): readonly CycleState[] =>
  streamsOf(events, 'cycle-')
    .map((stream) => fold(cycleDecider, stream))
    .filter(({ status }) => status !== 'none' && status !== 'abandoned')
    .sort((a, b) => (a.period < b.period ? -1 : 1));

export const nextMonth = (events: readonly Recorded[]): string => {
  const last = cyclesIn(events).at(-1);
  return last ? addMonths(last.period, 1) : FIRST_MONTH;
};

const today = ({ ground }: Office, days = 0): string => addDays(ground.scheduler.today, days);

/** Somebody new at the counter: registered, and their application submitted. */
export async function apply(office: Office, { rows }: Setting, n: number): Promise<void> {
  const row = rows[n % rows.length]!;
  const clerk = office.person('intake');
  const { nationalId, name, region, account } = row;
  const { kind, number } = account;
  const registered = await office.ask(clerk, {
    type: RegisterPerson,
    path: '/persons',
    body: { nationalId, name, region, account: { kind, number } },
  });
  const { personId } = registered.body;
  if (typeof personId !== 'string') return;
  const submitted = await office.ask(clerk, {
    type: SubmitApplication,
    path: '/applications',
    body: {
      programmeId: PROGRAMME,
      personId,
      receivedOn: `${FIRST_MONTH}-20`,
      channel: 'counter',
      facts: row.facts,
    },
  });
  const { applicationId } = submitted.body;
  if (typeof applicationId !== 'string') return;
  await decideOn(office, applicationId);
  await decideOn(office, applicationId);
}

/** The next thing that an application waits for, by whoever may do it. */
export async function decide(office: Office, n: number): Promise<void> {
  const open = streamsOf(office.events, 'application-')
    .map(foldApplication)
    .filter(({ status }) => ['submitted', 'determined', 'recommended'].includes(status));
  if (open.length === 0) return;
  await decideOn(office, open[n % open.length]!.applicationId);
}

async function decideOn(office: Office, applicationId: string): Promise<void> {
  const { status, eligible, contentHash } = foldApplication(
    office.events.filter(({ stream }) => stream === `application-${applicationId}`),
  );
  const params = { applicationId };
  const path = `/applications/${applicationId}`;
  if (status === 'submitted')
    await office.ask(office.person('case-officer'), {
      type: DetermineEligibility,
      path: `${path}/determination`,
      params,
    });
  else if (status === 'determined' && eligible)
    await office.ask(office.person('case-officer'), {
      type: RecommendApplication,
      path: `${path}/recommendation`,
      params,
      body: { recommendation: 'approve', contentHash },
    });
  else if (status === 'recommended')
    await office.ask(office.person('supervisor'), {
      type: ApproveApplication,
      path: `${path}/approval`,
      params,
      body: { contentHash },
    });
}

/** The last for which there is money. */
const LAST_MONTH = '2026-12';

/** Opens the next month and has it prepared. */
export async function openNext(office: Office): Promise<void> {
  const period = nextMonth(office.events);
  if (period > LAST_MONTH) return;
  const officer = office.person('finance-officer');
  const cycleId = `${PROGRAMME}-${period}`;
  const body = { programmeId: PROGRAMME, period };
  await office.ask(officer, { type: OpenCycle, path: '/cycles', body });
  await office.ask(officer, {
    type: PrepareCycle,
    path: `/cycles/${cycleId}/prepare`,
    params: { cycleId },
  });
}

/** What a cycle waits for, by whoever may do it. */
export async function goOn(
  office: Office,
  cycle: CycleState,
  n?: number,
): Promise<Told | undefined> {
  const { cycleId, contentHash, status } = cycle;
  const params = { cycleId };
  const path = `/cycles/${cycleId}`;
  const officer = office.person('finance-officer', n);
  const controller = office.person('finance-controller', n);
  switch (status) {
    case 'open':
    case 'preparing':
    case 'returned': {
      const told = await office.ask(officer, {
        type: PrepareCycle,
        path: `${path}/prepare`,
        params,
      });
      // A later month was prepared past it and pays what it could not: that is the way out.
      return told.body['code'] === 'LATER_CYCLE_STARTED' ? abandon(office, cycleId) : told;
    }
    case 'prepared':
      return office.ask(controller, {
        type: ApproveCycle,
        path: `${path}/approval`,
        params,
        body: { contentHash },
      });
    case 'approved':
      return office.ask(controller, {
        type: ReleaseCycle,
        path: `${path}/release`,
        params,
        body: { contentHash, executionDate: today(office, 3), anyDay: true },
      });
    case 'instructed':
      await office.ask(officer, { type: ReconcileCycle, path: `${path}/reconcile`, params });
      return undefined;
    default:
      return undefined;
  }
}

/** Some look at what was so a while ago. */
const seenBy = ({ events }: Office, n: number): readonly Recorded[] =>
  n % 5 === 0 ? events.slice(0, -(n % 7) || undefined) : events;

const ofCycle = (office: Office, n: number): CycleState | undefined => {
  const cycles = cyclesIn(seenBy(office, n));
  return cycles.length === 0 ? undefined : cycles[n % cycles.length];
};

function abandon(office: Office, cycleId: string): Promise<Told> {
  return office.ask(office.person('finance-controller'), {
    type: AbandonCycle,
    path: `/cycles/${cycleId}/abandon`,
    params: { cycleId },
    body: { reason: 'paid by the later ones' },
  });
}

export async function giveUp(office: Office, n: number): Promise<void> {
  const cycle = ofCycle(office, n);
  if (cycle) await abandon(office, cycle.cycleId);
}

/** Does the next thing; `n` says for which cycle, and whether two do it at once. */
export async function proceed(office: Office, n: number): Promise<void> {
  const cycle = ofCycle(office, n);
  if (!cycle) return;
  const people = n % 3 === 0 ? 2 : 1;
  await Promise.all(Array.from({ length: people }, () => goOn(office, cycle)));
}

export async function giveBack(office: Office, n: number): Promise<void> {
  const cycle = ofCycle(office, n);
  if (!cycle) return;
  const { cycleId } = cycle;
  await office.ask(office.person('finance-controller'), {
    type: ReturnCycle,
    path: `/cycles/${cycleId}/return`,
    params: { cycleId },
    body: { reason: 'look again' },
  });
}

export async function reinstructOne(office: Office, n: number): Promise<void> {
  const cycle = ofCycle(office, n);
  if (cycle) await reinstruct(office, cycle.cycleId);
}

export async function reinstruct(office: Office, cycleId: string): Promise<void> {
  await office.ask(office.person('finance-officer'), {
    type: ReinstructPayments,
    path: `/cycles/${cycleId}/reinstruct`,
    params: { cycleId },
    body: { executionDate: today(office, 3), sameAccount: true, anyDay: true },
  });
}

export async function close(office: Office, cycleId: string): Promise<Told> {
  return office.ask(office.person('finance-officer'), {
    type: CloseCycle,
    path: `/cycles/${cycleId}/close`,
    params: { cycleId },
  });
}

export async function closeOne(office: Office, n: number): Promise<void> {
  const cycle = ofCycle(office, n);
  if (cycle) await close(office, cycle.cycleId);
}

/**
 * A finance officer cancels what was left out of a released cycle's files: its payee was erased.
 */
export async function cancelLeftOut(office: Office): Promise<void> {
  const released = cyclesIn(office.events).filter(({ status }) => status === 'instructed');
  for (const stream of streamsOf(office.events, 'payment-')) {
    const { paymentId, status } = foldPayment(stream);
    if (status !== 'ordered' || !released.some(({ cycleId }) => paymentId.startsWith(cycleId)))
      continue;
    await office.ask(office.person('finance-officer'), {
      type: CancelPayment,
      path: `/payments/${paymentId}/cancellation`,
      params: { paymentId },
      body: { reason: 'left out of the files' },
    });
  }
}

/** Two people resolve each open break as the bank tells them that it was. */
export async function resolveBreaks(office: Office): Promise<number> {
  let found = 0;
  for (const stream of streamsOf(office.events, 'payment-')) {
    const { paymentId, openBreaks } = foldPayment(stream);
    for (const { breakId } of openBreaks) {
      found += 1;
      for (const n of [0, 1])
        for (const role of ['finance-officer', 'finance-controller'] as const)
          await office.ask(office.person(role, n), {
            type: ResolveBreak,
            path: `/payments/${paymentId}/breaks/${breakId}/resolution`,
            params: { paymentId, breakId },
            body: { resolution: 'bank-error', reason: 'the bank took it back' },
          });
    }
  }
  return found;
}
