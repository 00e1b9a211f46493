import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ContractError } from '../../events/registry.js';
import { StoreError, DomainError } from '../../src/kernel/errors.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { checkpointInMemory, type Checkpoint } from '../../src/runtime/checkpoint.js';
import { ProcessManagerRunner, type ProcessManager } from '../../src/process-managers/runner.js';
import type { RunnerOptions } from '../../src/runtime/runner-options.js';
import { stateKept, type AutomationState } from '../../src/runtime/set-aside.js';
import type { Failing, SetAside } from '../../src/write-side/set-aside.js';
import { ArrayLog } from '../support/array-log.js';
import { eventually } from '../support/eventually.js';
import { historyOf } from '../support/history.js';

const EVENTS = historyOf({ households: 8 });
const LAST = EVENTS.at(-1)!.position;
const POISON = EVENTS[Math.floor(EVENTS.length / 2)]!;
const TYPES = [...new Set(EVENTS.map(({ type }) => type))];
const ids = (events: readonly Recorded[]): string[] => events.map(({ id }) => id);

/** Acts on every event, and fails as it is told. */
class Manager implements ProcessManager {
  readonly handles = TYPES;
  readonly acted = new Set<string>();
  tries = 0;

  constructor(
    readonly name: string,
    private readonly fails: (events: readonly Recorded[]) => Error | undefined = () => undefined,
  ) {}

  async handle(events: readonly Recorded[]): Promise<void> {
    this.tries += 1;
    const error = this.fails(events);
    if (error) throw error;
    for (const { id } of events) this.acted.add(id);
  }
}

const poisoned =
  (make: () => Error) =>
  (events: readonly Recorded[]): Error | undefined =>
    events.some(({ id }) => id === POISON.id) ? make() : undefined;
const refused = (): Error => new DomainError('BUDGET_EXCEEDED', 'Not enough is free.');

/** What two people decided of an event. */
const dismissed = (automation: string, { id, type, stream }: Recorded, position = LAST + 1) =>
  ({
    ...EVENTS.at(-1)!,
    id: uuidOf('dismissed', automation),
    position,
    stream: streams.automation(id),
    revision: position - LAST - 1,
    type: 'SetAsideDismissed',
    v: 1,
    data: {
      eventId: id,
      automation,
      eventType: type,
      eventStream: stream,
      failure: 'BUDGET_EXCEEDED',
      reason: 'done by hand',
      proposedBy: 'm.alaoui',
    },
  }) as Recorded;

test('let nothing that follows from an event be written before it: the clock is told of each first', async () => {
  const seen = new Set<string>();
  const unseen: string[] = [];
  const clock = { now: () => '2026-01-01T00:00:00.000Z', saw: (time: string) => seen.add(time) };
  const manager = new Manager('acts', (events) => {
    unseen.push(...ids(events.filter(({ time }) => !seen.has(time))));
    return undefined;
  });
  const deps = { store: new ArrayLog(EVENTS), clock };
  await new ProcessManagerRunner(deps, [manager], checkpointInMemory()).drain();
  expect(manager.acted.size).toBe(EVENTS.length);
  expect(unseen).toEqual([]);
});

describe('process managers', () => {
  let stop: AbortController;
  let runs: Promise<unknown>[];
  beforeEach(() => {
    stop = new AbortController();
    runs = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.allSettled(runs);
  });
  const run = (
    managers: readonly ProcessManager[],
    checkpoint: Checkpoint = checkpointInMemory(),
    options: RunnerOptions = {},
    log = new ArrayLog(EVENTS),
  ): ProcessManagerRunner => {
    const runner = new ProcessManagerRunner({ store: log }, managers, checkpoint, {
      pageSize: 10,
      firstPauseMs: 1,
      ...options,
    });
    runs.push(runner.run(stop.signal));
    return runner;
  };
  const done = (runner: ProcessManagerRunner) =>
    eventually('the end of the log', () => runner.position >= LAST);

  test.each([
    ['a refusal', refused],
    ['a defect', () => new TypeError('x is undefined')],
    [
      'what no contract takes',
      () => new ContractError('EVENT_INVALID', 'PaymentOrdered', 1, 'items', 'too many'),
    ],
    [
      'a stream that was cut',
      () => new StoreError('LOG_CORRUPT', 'a-1 lacks revision 0', { stream: 'a-1' }),
    ],
    ['what is too large for the log', () => new StoreError('LIMIT_EXCEEDED', 'too many bytes')],
  ])('go on where one meets an event with %s: it alone is set aside, and told', async (_, make) => {
    const told: SetAside[] = [];
    const bad = new Manager('bad', poisoned(make));
    const good = new Manager('good');
    const runner = run([bad, good], checkpointInMemory(), { onSetAside: (one) => told.push(one) });
    await done(runner);
    expect([...good.acted].sort()).toEqual(ids(EVENTS).sort());
    expect(bad.acted.size).toBe(EVENTS.length - 1);
    expect(bad.acted.has(POISON.id)).toBe(false);
    const entry = { eventId: POISON.id, manager: 'bad', type: POISON.type, stream: POISON.stream };
    expect(told).toMatchObject([entry]);
    expect(runner.setAside).toMatchObject([entry]);
    expect(runner.setAside[0]!.reason).not.toContain('x is undefined');
  });

  test('set nothing aside while the store is away, and the others do not wait for it', async () => {
    let away = true;
    const bad = new Manager('bad', (events) =>
      away ? poisoned(() => new StoreError('STORE_FAILED', 'away'))(events) : undefined,
    );
    const good = new Manager('good');
    const told: Failing[] = [];
    const runner = run([bad, good], checkpointInMemory(), { onLasting: (one) => told.push(one) });
    await eventually(
      'the others to be done',
      () => good.acted.size === EVENTS.length && runner.failing.length > 0,
    );
    const failing = [{ manager: 'bad', reason: 'STORE_FAILED: away' }];
    expect(runner.setAside).toEqual([]);
    expect(runner.behind).toEqual(['bad']);
    expect(runner.failing).toEqual(failing);
    away = false;
    await done(runner);
    expect(bad.acted.size).toBe(EVENTS.length);
    expect(runner.setAside).toEqual([]);
    expect(runner.failing).toEqual([]);
    expect(told).toEqual(failing);
  });

  test('say nothing yet of what fails for a moment', async () => {
    let left = 3;
    const bad = new Manager('bad', () => {
      left -= 1;
      return left < 0 ? undefined : new StoreError('STORE_FAILED', 'away');
    });
    const told: Failing[] = [];
    const runner = run([bad], checkpointInMemory(), { onLasting: (one) => told.push(one) });
    await done(runner);
    expect([told, runner.failing]).toEqual([[], []]);
  });

  test('each go on from their own place; one position of an earlier version is everyone’s', async () => {
    let state: AutomationState | undefined;
    const checkpoint: Checkpoint = {
      load: async () => EVENTS[9]!.position,
      save: async () => undefined,
      loadState: async () => state,
      saveState: async (next) => {
        state = next;
      },
    };
    const one = new Manager('one');
    const two = new Manager('two');
    await new ProcessManagerRunner({ store: new ArrayLog(EVENTS) }, [one, two], checkpoint).drain();
    expect(ids(EVENTS.slice(10)).sort()).toEqual([...one.acted].sort());
    expect(state!.positions).toEqual({ one: LAST, two: LAST });
    state = { positions: { one: LAST, two: EVENTS[4]!.position }, setAside: [] };
    const again = new Manager('one');
    const late = new Manager('two');
    await done(run([again, late], checkpoint));
    expect(again.acted.size).toBe(0);
    expect([...late.acted].sort()).toEqual(ids(EVENTS.slice(5)).sort());
  });

  test('try what was set aside again when they are started, and when a person asks', async () => {
    let bad = true;
    const manager = new Manager('one', (events) => (bad ? poisoned(refused)(events) : undefined));
    const checkpoint = checkpointInMemory();
    const runnerOf = () =>
      new ProcessManagerRunner({ store: new ArrayLog(EVENTS) }, [manager], checkpoint);
    const first = runnerOf();
    await first.drain();
    expect(first.setAside).toHaveLength(1);
    expect(await first.retry()).toBe(0);
    expect(first.setAside).toHaveLength(1);
    bad = false;
    const second = runnerOf();
    expect(await second.retry('another')).toBe(0);
    expect(await second.retry(POISON.id)).toBe(1);
    expect(second.setAside).toEqual([]);
    expect(manager.acted.size).toBe(EVENTS.length);
    expect((await checkpoint.loadState!())!.setAside).toEqual([]);

    bad = true;
    manager.acted.clear();
    const other = checkpointInMemory();
    await new ProcessManagerRunner({ store: new ArrayLog(EVENTS) }, [manager], other).drain();
    bad = false;
    const live = run([manager], other);
    await eventually('the event to be acted on', () => manager.acted.has(POISON.id));
    await eventually('it to be set aside no longer', () => live.setAside.length === 0);
  });

  test('forget what two people dismissed: where they follow the log, ask again or begin anew', async () => {
    const dismissal = dismissed('one', POISON);
    const poisonous = () => new Manager('one', poisoned(refused));
    const log = new ArrayLog(EVENTS);
    const live = run([poisonous()], checkpointInMemory(), {}, log);
    await eventually('the event to be set aside', () => live.setAside.length === 1);
    log.push(dismissed('another', POISON, LAST + 1), dismissed('one', POISON, LAST + 2));
    await eventually('it to be set aside no longer', () => live.setAside.length === 0);

    const kept = checkpointInMemory();
    await new ProcessManagerRunner({ store: new ArrayLog(EVENTS) }, [poisonous()], kept).drain();
    const after = new ArrayLog([...EVENTS, dismissal]);
    const asked = new ProcessManagerRunner({ store: after }, [poisonous()], kept);
    expect(await asked.retry(POISON.id)).toBe(1);
    expect((await kept.loadState!())!.setAside).toEqual([]);

    const told: SetAside[] = [];
    const anew = run([poisonous()], undefined, { onSetAside: (one) => told.push(one) }, after);
    await eventually('the end of the log', () => anew.position >= dismissal.position);
    expect([anew.setAside, told]).toEqual([[], []]);
  });

  test('never act on what two people dismissed, also where nothing is in the way any more', async () => {
    const log = new ArrayLog([...EVENTS, dismissed('one', POISON)]);
    const all = ids(EVENTS).sort();
    const others = all.filter((id) => id !== POISON.id);
    const one = new Manager('one');
    const two = new Manager('two');
    await new ProcessManagerRunner({ store: log }, [one, two], checkpointInMemory(), {
      pageSize: 10,
    }).drain();
    expect([[...one.acted].sort(), [...two.acted].sort()]).toEqual([others, all]);

    const live = new Manager('one');
    const first = { ...checkpointInMemory(), load: async () => -1 };
    const runner = run([live, new Manager('two')], first, {}, log);
    await done(runner);
    expect([...live.acted].sort()).toEqual(others);

    // What comes from now on is known too; one that is behind the others passes over it.
    const later = { ...EVENTS.at(-1)!, id: uuidOf('later'), position: LAST + 3 };
    log.push({ ...dismissed('one', later, LAST + 2), id: uuidOf('sooner') }, later);
    await eventually('the end of the log', () => runner.position >= LAST + 3);
    expect(live.acted.has(later.id)).toBe(false);
  });

  test('set nothing aside for a log that cannot be trusted', async () => {
    const bad = new Manager(
      'bad',
      poisoned(() => new StoreError('LOG_CORRUPT', 'The event at position 3 cannot be trusted.')),
    );
    const runner = new ProcessManagerRunner(
      { store: new ArrayLog(EVENTS) },
      [bad],
      checkpointInMemory(),
    );
    await expect(runner.drain()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    expect(runner.setAside).toEqual([]);
  });

  test('that are run to the end once do not swallow what is no refusal, and do not wait for each other', async () => {
    const bad = new Manager(
      'bad',
      poisoned(() => new Error('killed')),
    );
    const good = new Manager('good');
    const checkpoint = checkpointInMemory();
    const runner = new ProcessManagerRunner(
      { store: new ArrayLog(EVENTS) },
      [bad, good],
      checkpoint,
      {
        pageSize: 10,
      },
    );
    await expect(runner.drain()).rejects.toThrow('killed');
    expect(good.acted.size).toBe(EVENTS.length);
    expect(runner.setAside).toEqual([]);
    expect(runner.position).toBeLessThan(POISON.position);
  });

  test('start where all had acted, with what was set aside, where nothing else is left', async () => {
    const entry = { eventId: 'e', manager: 'm', type: 't', stream: 's', position: 1, reason: 'R' };
    const runner = new ProcessManagerRunner({ store: new ArrayLog(EVENTS) }, [new Manager('m')], {
      ...checkpointInMemory(LAST - 3),
      loadState: async () => ({ setAside: [entry] }),
    });
    await runner.load();
    expect([runner.position, runner.setAside]).toEqual([LAST - 3, [entry]]);
  });

  test.each([
    ['is damaged', '{"positions":{"m":9},"setAside":[{"even', 'CHECKPOINT_DAMAGED'],
    ['is not what was kept', '{"positions":null,"setAside":[]}', 'CHECKPOINT_DAMAGED'],
    ['is none', 'null', 'CHECKPOINT_DAMAGED'],
    ['cannot be read', new StoreError('STORE_FAILED', 'Reading it failed (EIO).'), 'STORE_FAILED'],
  ])('do not go on, nor overwrite what was set aside, where it %s', async (_, found, code) => {
    const saved: unknown[] = [];
    const save = async (what: unknown) => void saved.push(what);
    const load = async (): Promise<string> => {
      if (typeof found === 'string') return found;
      throw found;
    };
    const manager = new Manager('m');
    const log = { store: new ArrayLog(EVENTS) };
    const runner = new ProcessManagerRunner(log, [manager], {
      load: async () => LAST - 3,
      save,
      ...stateKept({ name: '/data/automation.json', load, save }),
    });
    const refusal =
      code === 'STORE_FAILED'
        ? { code }
        : { code, detail: expect.stringContaining('/data/automation.json') };
    for (const tried of [
      () => runner.run(stop.signal),
      () => runner.drain(),
      () => runner.retry(),
      () => runner.load(),
    ])
      await expect(tried()).rejects.toMatchObject(refusal);
    expect([manager.tries, saved, runner.position]).toEqual([0, [], -1]);
  });

  test('act on nothing of a log that is not the one they acted on, until the checkpoint is forgotten', async () => {
    const checkpoint = checkpointInMemory();
    await new ProcessManagerRunner(
      { store: new ArrayLog(EVENTS) },
      [new Manager('m')],
      checkpoint,
    ).drain();
    const restored = new ArrayLog([
      ...EVENTS.slice(0, 5),
      ...EVENTS.slice(5).map((event) => ({ ...event, time: '2031-01-01T00:00:00.000Z' })),
    ]);
    const manager = new Manager('m');
    const runner = new ProcessManagerRunner({ store: restored }, [manager], checkpoint);
    const refused = {
      code: 'CHECKPOINT_NOT_IN_LOG',
      detail: expect.stringContaining('lease reset'),
    };
    await expect(runner.run(stop.signal)).rejects.toMatchObject(refused);
    await expect(runner.drain()).rejects.toMatchObject(refused);
    expect(manager.tries).toBe(0);
    await new ProcessManagerRunner({ store: restored }, [manager], checkpointInMemory()).drain();
    expect(manager.acted.size).toBe(EVENTS.length);
  });
});
