// Brings Apache Kafka's jars (pom.xml, from Maven Central) into .cache/kafka, and holds each
// against jars.sha256. With --renew it writes jars.sha256 anew, after a change of the pom.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '../../.cache');
const folder = join(cache, 'kafka');
const list = join(here, 'jars.sha256');

const sums = (dir) =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(dir, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');
const pinned = () =>
  readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1))
    .join('\n') + '\n';

/** Says why in one sentence; whoever runs this shows it to people. */
class Reason extends Error {}
const fail = (sentence) => {
  throw new Reason(sentence);
};
const firstLine = (text) => text.trim().split('\n', 1)[0].slice(0, 300) || 'it said nothing';
process.once('uncaughtException', (error) => {
  console.error(error instanceof Reason ? error.message : error);
  process.exit(1);
});

const renew = process.argv.includes('--renew');
const right = () => existsSync(folder) && sums(folder) === pinned();
if (renew || !right()) {
  const fresh = join(cache, `kafka-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  const mvn = spawnSync(
    'mvn',
    [
      '-q',
      '-B',
      '-C',
      '-f',
      join(here, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${fresh}`,
    ],
    { encoding: 'utf8', timeout: 300_000 },
  );
  try {
    if (mvn.error?.code === 'ENOENT')
      fail("Maven (mvn), which brings Kafka's jars, is not installed on this machine");
    if (mvn.status !== 0)
      fail(
        `Maven could not bring Kafka's jars: ${mvn.error?.message ?? firstLine(`${mvn.stdout}${mvn.stderr}`)}`,
      );
    if (renew) writeFileSync(list, sums(fresh));
    else if (sums(fresh) !== pinned())
      fail(
        "Kafka's jars are not those of scripts/kafka/jars.sha256; after a change of pom.xml run it with --renew",
      );
    // Another process may have brought them meanwhile, and a broker may be loading them: what is
    // right stays.
    if (!right()) {
      rmSync(folder, { recursive: true, force: true });
      try {
        renameSync(fresh, folder);
      } catch (error) {
        if (!right()) throw error;
      }
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
console.log(folder);
