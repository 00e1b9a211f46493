import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { allotted, newStream } from '../contract/budget-events.js';

/**
 * A process that appends until it is killed: 8 writers, each on streams of its own, and a line
 * `<stream> <revision>` on standard output for every append that was acknowledged. `hold` only
 * holds the folder and says so.
 */
const [dir = '', mode = 'append'] = process.argv.slice(2);
await openDataFolder(dir);
if (mode === 'hold') {
  process.stdout.write('held\n');
  setInterval(() => undefined, 1_000);
} else {
  const store = await openSqliteLog(dir, { reader: 'local' });
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (;;) {
        const stream = newStream();
        for (let revision = 0; revision < 3; revision += 1) {
          await store.append({
            writes: [
              {
                stream,
                expected: revision === 0 ? 'no-stream' : revision - 1,
                events: [allotted(revision)],
              },
            ],
          });
          process.stdout.write(`${stream} ${revision}\n`);
        }
      }
    }),
  );
}
