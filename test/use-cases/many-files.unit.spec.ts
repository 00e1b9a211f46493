import { expect, test } from '@jest/globals';
import { EventRegistry } from '../../events/registry.js';
import { lineOf } from '../../src/adapters/event-store/stored-line.js';
import { cycleDecider, type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { filesInstructed, readCycle } from '../../src/cycle/cycle-reader.js';
import { AUTOMATION } from '../../src/write-side/context.js';
import { recordUnits } from '../../src/write-side/record.js';
import { part } from '../../src/write-side/unit.js';
import { HistoryBuilder } from '../support/history-builder.js';
import { MemoryStore } from '../support/memory-store.js';

const cycleId = 'asd-2026-01';
const stream = streams.cycle(cycleId);
const contentHash = 'a'.repeat(64);
const totalMinor = '50000000';
/** A bank that takes one payment a file. */
const files = Array.from({ length: 10_000 }, (_, n) => ({
  name: `ASD-202601-BANK-${n}.xml`,
  messageId: `ASD-202601-BANK-${n}`,
  sha256: contentHash,
  count: 1,
  totalMinor: '5000',
}));

function released(): MemoryStore {
  const history = new HistoryBuilder();
  const set = { round: 1, asOf: 0, count: files.length, totalMinor, contentHash };
  const of = { programmeId: 'asd', period: '2026-01', policyVersion: 1, currency: 'MAD' };
  history.record(stream, 'finance-officer', { type: 'CycleOpened', data: { cycleId, ...of } });
  history.record(stream, 'finance-officer', {
    type: 'CyclePreparationStarted',
    data: { cycleId, round: 1, asOf: 0 },
  });
  history.record(stream, 'finance-officer', { type: 'CyclePrepared', data: { cycleId, ...set } });
  history.record(stream, 'finance-controller', {
    type: 'CycleApproved',
    data: { cycleId, contentHash, totalMinor, fiscalYear: 2026 },
  });
  history.record(stream, 'finance-controller', {
    type: 'CycleReleased',
    data: { cycleId, contentHash, count: files.length, totalMinor, executionDate: '2026-01-31' },
  });
  return new MemoryStore(true, history.events);
}

test.each<[string, CycleCommand, number]>([
  ['instructed', { type: 'RecordInstruction', count: files.length, totalMinor, files }, 10_000],
  ['instructed again', { type: 'RecordReinstruction', files }, 0],
])(
  'ten thousand files of a cycle that is %s are recorded in events that a log takes',
  async (_, command, own) => {
    const registry = new EventRegistry();
    const store = released();
    const loaded = [await store.readStream(stream)];
    const unit = {
      verb: 'files',
      key: cycleId,
      loaded,
      parts: [part(stream, cycleDecider, command)],
    };
    const recorder = { store, registry, now: () => '2026-02-01T08:00:00.000Z' };
    const base = { actor: AUTOMATION, correlationId: uuidOf('many files') };
    expect(await recordUnits(recorder, [unit], base)).toMatchObject([{ kind: 'recorded' }]);
    const history = await store.readStream(stream);
    for (const event of history) lineOf(registry, stream, event.revision, event);
    const said = history.flatMap((event) =>
      event.type === 'CycleInstructed' || event.type === 'CycleReinstructed'
        ? event.data.files
        : [],
    );
    expect(said).toEqual(files);
    expect(filesInstructed(history) ?? []).toHaveLength(own);
    const { status } = await readCycle(store, cycleId);
    expect(status).toBe(own > 0 ? 'instructed' : 'released');
  },
);
