/**
 * Runs import, decisions, preparation, release, outcomes and a bank's file on a folder, and says on
 * standard output what the log acknowledged: `ack <position> <event id>` lines. Its parent kills
 * it; started again it first proves that what it acknowledged before is there, then goes on.
 * Arguments: folder, households, last acknowledged position and id.
 */
import { writeSync } from 'node:fs';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { AppendGroup, AppendResult, EventStore } from '../../src/adapters/event-store/port.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { openEngine } from '../../src/cli/compose.js';
import { answers, enrolled, released } from '../use-cases/month.js';
import { drain, job } from '../use-cases/world.js';
import { inPieces, pain002Of, type Said } from '../support/bank-messages.js';

const dir = process.argv[2]!;
const households = Number(process.argv[3]);
const ackedPosition = Number(process.argv[4]);
const ackedId = process.argv[5];
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

function acknowledge(group: AppendGroup, result: AppendResult): void {
  const last = group.writes.at(-1)?.events.at(-1);
  if (result.kind === 'appended' && last) say(`ack ${result.position} ${last.id}`);
}

const engine = await openEngine(dir);
const inner: EventStore = engine.store;
const store: EventStore = {
  append: async (group) => {
    const result = await inner.append(group);
    acknowledge(group, result);
    return result;
  },
  appendAll: async (groups) => {
    const results = await inner.appendAll(groups);
    groups.forEach((group, i) => {
      acknowledge(group, results[i]!);
    });
    return results;
  },
  readStream: (stream, options) => inner.readStream(stream, options),
  readStreams: (streams, options) => inner.readStreams(streams, options),
  readCategory: (prefix, options) => inner.readCategory(prefix, options),
  readAll: (after, limit) => inner.readAll(after, limit),
  follow: (after, signal, pageSize) => inner.follow(after, signal, pageSize),
  lastPosition: () => inner.lastPosition(),
  receipt: (key) => inner.receipt(key),
  close: () => inner.close(),
};

if (ackedPosition >= 0) {
  const { events } = await store.readAll(ackedPosition - 1, 1);
  if (events[0]?.id !== ackedId) {
    say(`lost ${ackedPosition} ${ackedId}`);
    process.exit(9);
  }
}

/** What the bank says of a cycle; the same bytes however often it is asked. */
async function statusReport(cycleId: string): Promise<string> {
  const said: Said[] = [];
  for await (const page of pagesOf(store, `payment-${cycleId}-`)) {
    for (const event of page.flatMap(({ events }) => events)) {
      if (event.type !== 'PaymentInstructed') continue;
      const { endToEndId, amountMinor } = event.data;
      said.push({
        endToEndId,
        amount: `${amountMinor.slice(0, -2)}.${amountMinor.slice(-2)}`,
        what: said.length % 10 === 0 ? 'rejected' : 'settled',
      });
    }
  }
  return pain002Of(said);
}

const deps = { ...engine, store };
say('start');
await enrolled(deps, households);
for (const period of ['2025-12', '2026-01']) {
  const { cycleId } = await released(deps, period);
  say(`released ${cycleId}`);
  if (period === '2025-12') {
    await takeInOutcomes(
      deps,
      {
        source: 'file',
        outcomes: answers(
          deps,
          cycleId,
          (_, n) =>
            n % 10 === 0
              ? { outcome: 'rejected', reason: 'AC01' }
              : { outcome: 'settled', settledOn: `${period}-29` },
          7,
        ),
      },
      job(deps, 'bank'),
    );
  } else {
    await takeInMessage(
      deps,
      { bytes: inPieces(await statusReport(cycleId)), sender: 'bank', fileName: 'report.xml' },
      job(deps, 'bank'),
    );
  }
  await drain(deps);
}
say('done');
await engine.close();
