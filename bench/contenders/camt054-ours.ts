import { execFileSync } from 'node:child_process';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { openEngine } from '../../src/cli/compose.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { CLOSING, entryText, OPENING, textFile } from './camt054-work.js';
import { payOut, prepareJanuary } from './cycle-steps.js';
import { actor, enrolHouseholds, openBench, openProgramme, peakMegabytes } from './enrolments.js';

/**
 * Taking a camt.054 in, one settlement for every payment of a released cycle: archived, read to its
 * end, applied. In a process of its own, so that its memory is not that of what made the payments.
 */
const count = countFromArgs(100_000);
const folder = process.argv[3];
const PATH = (dir: string): string => join(dir, 'camt054.xml');

if (folder === undefined) {
  const { engine } = await openBench();
  await openProgramme(engine);
  await enrolHouseholds(engine, count);
  const prepared = await prepareJanuary(engine);
  await payOut(engine, prepared);
  const file = textFile(PATH(engine.dir));
  file.write(OPENING);
  let number = 0;
  for await (const page of pagesOf(engine.store, `payment-${prepared.cycleId}-`)) {
    for (const { events } of page) {
      const last = events.at(-1);
      if (last?.type !== 'PaymentInstructed') throw new Error('a payment was not instructed');
      file.write(entryText(number, last.data.endToEndId, last.data.amountMinor));
      number += 1;
    }
  }
  file.write(CLOSING);
  file.end();
  await engine.close();
  try {
    // The flags are those that bin/sanad.mjs starts a command with.
    process.stdout.write(
      execFileSync(
        process.execPath,
        [
          '--max-semi-space-size=8',
          '--heap-growing-percent=25',
          fileURLToPath(import.meta.url),
          String(count),
          engine.dir,
        ],
        { env: { MALLOC_ARENA_MAX: '2', ...process.env } },
      ),
    );
  } finally {
    rmSync(engine.dir, { recursive: true, force: true });
  }
} else {
  const engine = await openEngine(folder);
  const watch = startWatch();
  const { outcomes } = await takeInMessage(
    engine,
    {
      bytes: createReadStream(PATH(folder), {
        highWaterMark: 262_144,
      }) as AsyncIterable<Uint8Array>,
      sender: 'bench',
      fileName: 'camt054.xml',
    },
    actor(engine, 'bank', 'payment-system'),
  );
  const { seconds, cpuSeconds } = watch();
  if (outcomes?.applied !== count) throw new Error(`${outcomes?.applied} applied of ${count}`);
  await engine.close();
  report({
    contender: 'sanad',
    count,
    seconds,
    cpuSeconds,
    perSecond: Math.round(count / seconds),
    peakMb: peakMegabytes(),
    durable: 'WAL, synchronous=FULL',
  });
}
