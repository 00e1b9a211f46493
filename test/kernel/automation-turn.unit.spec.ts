import { expect, test } from '@jest/globals';
import type { LeaseHold } from '../../src/adapters/lease/port.js';
import { AutomationTurn } from '../../src/runtime/supervision/automation-turn.js';
import type { AutomationHealth, SetAside } from '../../src/write-side/set-aside.js';

const ENTRY: SetAside = {
  eventId: 'a',
  manager: 'm',
  type: 'T',
  stream: 's-1',
  position: 7,
  reason: 'X',
};
const nothing = (): Promise<void> => Promise.resolve();
const RUNNER = { position: 9, setAside: [ENTRY], behind: ['m'], failing: [], check: nothing };

/** A lease that is given and lost when the test says so, and what was said meanwhile. */
function scene() {
  const lost = new AbortController();
  const hold: LeaseHold = {
    lost: lost.signal,
    load: () => Promise.resolve(-1),
    save: nothing,
    loadText: () => Promise.resolve(undefined),
    saveText: nothing,
    release: nothing,
  };
  let give: () => void = () => undefined;
  const given = new Promise<LeaseHold>((resolve) => {
    give = () => resolve(hold);
  });
  const supervisor: { automation?: AutomationHealth } = {};
  const gauges: number[][] = [];
  const metrics = {
    automation: ({ setAside, behind }: AutomationHealth): void => {
      gauges.push([setAside.length, behind.length]);
    },
  };
  const turn = new AutomationTurn<typeof RUNNER>({ hold: () => given }, supervisor, metrics);
  return { turn, supervisor, gauges, give: () => give(), lose: () => lost.abort() };
}

test('an automation that lost its lease says nothing any more of what it had set aside', async () => {
  const { turn, supervisor, gauges, give, lose } = scene();
  expect(turn.place).toBe('begins');
  const running = turn.run(
    () => RUNNER,
    (_, held) =>
      new Promise<void>((resolve) => {
        expect(turn.place).toBe(9);
        // What was left by who was at work before is said before anything happens.
        expect(supervisor.automation?.setAside).toEqual([ENTRY]);
        expect(gauges.at(-1)).toEqual([1, 1]);
        held.addEventListener('abort', () => resolve());
        lose();
      }),
    new AbortController().signal,
  );
  expect(turn.place).toBe('stands-by');
  give();
  await expect(running).rejects.toThrow('The lease was lost');
  expect(turn.place).toBe('begins');
  expect(supervisor.automation).toBeUndefined();
  expect(gauges.at(-1)).toEqual([0, 0]);
  turn.tell();
  expect(supervisor.automation).toBeUndefined();
});
