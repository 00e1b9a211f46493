// Runs one peer once, in a process of its own: `peer.mjs <peer> <append|replay> <writers> <events>
// <place> <payment-story.js>`. The place is a folder or the URL of an empty database. Prints one
// line of JSON on standard output; what peers log goes to standard error. After an append
// everything is read back through the peer and distinct (stream, revision) are counted.
import { pathToFileURL } from 'node:url';

const [peer, mode, writers, events, place, story] = process.argv.slice(2);
console.log = console.error;
const { workOf } = await import(pathToFileURL(story).href);
const { open } = await import(`./${peer}.mjs`);

const work = workOf(Number(writers), Number(events));
const store = await open(place);
const write = (lists) =>
  Promise.all(
    lists.map(async (steps) => {
      for (const step of steps) await store.append(step);
    }),
  );

async function readAll() {
  const seen = new Set();
  let read = 0;
  const started = performance.now();
  for await (const page of store.readAll()) {
    for (const { stream, revision } of page) seen.add(`${stream} ${revision}`);
    read += page.length;
  }
  return { read, distinct: seen.size, seconds: (performance.now() - started) / 1_000 };
}

const total = work.flat().length;
let result;
if (mode === 'append') {
  const started = performance.now();
  await write(work);
  const seconds = (performance.now() - started) / 1_000;
  const { read, distinct } = await readAll();
  result = { events: total, seconds, distinct, read };
} else {
  // Filled by eight writers, so that what is replayed is what a working store holds.
  await write(work);
  const { read, distinct, seconds } = await readAll();
  result = { events: total, seconds, distinct, read };
}
await store.close();
process.stdout.write(
  `${JSON.stringify({ contender: peer, writers: Number(writers), durable: store.durable, ...result })}\n`,
  () => process.exit(0),
);
