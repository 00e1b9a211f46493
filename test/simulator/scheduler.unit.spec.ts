import { describe, expect, test } from '@jest/globals';
import { Chance } from './chance.js';
import { Scheduler, type Owner } from './scheduler.js';

const owner = (name: string): Owner => ({ name, alive: true, pausedUntil: 0 });
const slow = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the scheduler over calls that take time', () => {
  test('a kill beside a step loses no call of another, and nothing comes back to the dead', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const scheduler = new Scheduler(new Chance(seed), { lateAnswer: 0.5, effectAtDeath: 1 });
      const dead = owner('dead');
      const other = owner('other');
      const told: string[] = [];
      let effects = 0;
      let isOver = false;
      const ask = (who: Owner, label: string): void =>
        void scheduler
          .call(who, label, async () => {
            await slow();
            expect(isOver && who === dead).toBe(false);
            effects += 1;
          })
          .then(() => told.push(`${label}${isOver ? ' after' : ''}`));
      for (const label of ['a', 'b', 'c']) ask(dead, `dead ${label}`);
      for (const label of ['a', 'b', 'c']) ask(other, `other ${label}`);
      const steps = scheduler.step();
      await scheduler.kill(dead).then(() => (isOver = true));
      await steps;
      while (await scheduler.step());
      expect(told.filter((one) => one.startsWith('other')).length).toBe(3);
      expect(told.filter((one) => one.startsWith('dead') && one.endsWith('after'))).toEqual([]);
      expect(effects).toBe(6);
    }
  });
});
