import { execute, report, sendBack } from './bank-actions.js';
import { cancelLeftOut, close, cyclesIn, goOn, reinstruct, resolveBreaks } from './desk-actions.js';
import type { Office } from './office.js';
import type { Bank } from './bank.js';
import type { Chance } from './chance.js';
import type { Scheduler } from './scheduler.js';
import type { Setting } from './beginning.js';

/** What is brought to its end. */
interface World {
  readonly office: Office;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly bank: Bank;
  readonly setting: Setting;
  /** Who is paused goes on, and no fault comes any more. */
  calm(): void;
  /** Until nothing is left to do. False where that takes more steps than there are. */
  settle(maxSteps: number): Promise<boolean>;
}

/** How often everybody does their part; each time a month that waits for another comes on. */
const ROUNDS = 30;

/** The bank tells all, and whoever has to do something does it, until every cycle is closed. */
export async function toTheEnd(world: World): Promise<boolean> {
  const { office, scheduler } = world;
  world.calm();
  scheduler.note('world', 'no faults from here on');
  const end = scheduler.steps + world.setting.scale.closedWithin;
  const left = (): number => end - scheduler.steps;
  if (!(await world.settle(left()))) return false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = cyclesIn(office.events).filter(({ status }) => status !== 'closed');
    if (open.length === 0) return backAfterClosing(world, left());
    for (const work of [
      async () => execute(office, 0),
      () => report(office, world.bank.transfers),
      async () => void (await resolveBreaks(office)),
      () => cancelLeftOut(office),
      async () => {
        for (const cycle of open) await goOn(office, cycle, round);
      },
      async () => {
        for (const { cycleId, status } of cyclesIn(office.events))
          if (status === 'instructed') await closeOrGoOn(world, cycleId);
      },
    ]) {
      const done = work();
      if (!(await world.settle(left()))) return false;
      await done;
    }
  }
  return true;
}

/** Who asked for it may be gone, and what was to be run with them: they do as the refusal says. */
async function closeOrGoOn({ office, scheduler }: World, cycleId: string): Promise<void> {
  const { body } = await close(office, cycleId);
  if (body['code'] !== 'REINSTRUCTION_UNDER_WAY') return;
  scheduler.sleep(3_600_000);
  await reinstruct(office, cycleId);
}

/** Money of closed cycles comes back, and the bank says so, twice. */
async function backAfterClosing(world: World, steps: number): Promise<boolean> {
  const { office, chance, bank } = world;
  for (let times = chance.below(4); times > 0; times -= 1) sendBack(office, chance.below(1_000));
  const done = Promise.all([report(office, bank.transfers), report(office, bank.transfers)]);
  if (!(await world.settle(steps))) return false;
  await done;
  return true;
}
