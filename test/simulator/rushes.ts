import { ApproveApplication } from '../../src/application/application.commands.js';
import { PrepareCycle } from '../../src/cycle/cycle.commands.js';
import type { CycleState } from '../../src/cycle/cycle.state.js';
import { foldApplication } from '../../src/use-cases/folds.js';
import { execute, report, sendBack } from './bank-actions.js';
import {
  close,
  cyclesIn,
  giveBack,
  goOn,
  openNext,
  reinstructOne,
  streamsOf,
} from './desk-actions.js';
import { eraseOne } from './life-actions.js';
import type { Office } from './office.js';

/** Until no job waits or runs, or for so many calls. */
async function rested({ ground: { scheduler, jobs }, world }: Office): Promise<void> {
  const until = scheduler.steps + 400;
  await scheduler.until(world, 'jobs', () => jobs.idle || scheduler.steps > until);
}

/** After a while that the seed says. */
async function soon(office: Office, work: () => Promise<unknown>): Promise<void> {
  const { scheduler } = office.ground;
  const from = scheduler.steps + scheduler.chance.below(60);
  await scheduler.until(office.world, 'a while', () => scheduler.steps >= from);
  await work();
}

/** A month is nearly over: at once it is closed, paid again, and money of it comes back. */
export async function closing(office: Office, n: number): Promise<void> {
  const { bank } = office.ground;
  const cycleId = cyclesIn(office.events).find(({ status }) => status !== 'closed')?.cycleId;
  if (cycleId === undefined) return;
  const now = (): CycleState | undefined =>
    cyclesIn(office.events).find((one) => one.cycleId === cycleId);
  for (let steps = 0; steps < 4 && now() && now()!.status !== 'instructed'; steps += 1) {
    await goOn(office, now()!, n + steps);
    await rested(office);
  }
  execute(office, 0.3);
  const ofCycle = bank.transfers.filter(({ paymentId }) => paymentId.startsWith(cycleId));
  await report(office, ofCycle);
  await rested(office);
  if (now()) await goOn(office, now()!);
  await rested(office);
  if (n % 3 === 0) sendBack(office, n);
  const at = cyclesIn(office.events).findIndex((one) => one.cycleId === cycleId);
  await Promise.all([
    reinstructOne(office, Math.max(0, at)),
    soon(office, () => close(office, cycleId)),
    soon(office, () => (n % 3 === 0 ? report(office, ofCycle) : close(office, cycleId))),
    soon(office, () => close(office, cycleId)),
  ]);
}

/** Somebody is approved and erased at once, by people who do not know of each other. */
export async function approvedAndErased(office: Office, n: number): Promise<void> {
  const waiting = streamsOf(office.events, 'application-')
    .map(foldApplication)
    .filter(({ status }) => status === 'recommended');
  if (waiting.length === 0) return;
  const { applicationId, personId, contentHash } = waiting[n % waiting.length]!;
  await Promise.all([
    office.ask(office.person('supervisor'), {
      type: ApproveApplication,
      path: `/applications/${applicationId}/approval`,
      params: { applicationId },
      body: { contentHash },
    }),
    soon(office, () => eraseOne(office, personId)),
  ]);
}

/** A month is returned and prepared again while the next one is prepared. */
export async function again(office: Office, n: number): Promise<void> {
  const cycles = cyclesIn(office.events);
  const at = cycles.findIndex(({ status }) => status === 'prepared' || status === 'preparing');
  if (at < 0) return openNext(office);
  const { cycleId } = cycles[at]!;
  const params = { cycleId };
  const path = `/cycles/${cycleId}/prepare`;
  const prepareAgain = async (): Promise<void> => {
    await giveBack(office, at);
    await office.ask(office.person('finance-officer', n), { type: PrepareCycle, path, params });
  };
  await Promise.all([prepareAgain(), soon(office, () => openNext(office))]);
}
