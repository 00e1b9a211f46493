/**
 * Works with everything that a data folder keeps, round by round, and notes what was acknowledged
 * in a file that lies elsewhere, before it goes on. Started again it first looks for all of that.
 * Arguments: data folder, file of what was acknowledged, rounds.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAccessLog } from '../../src/adapters/access-log/file-system.js';
import { checkpointsIn } from '../../src/adapters/data-folder/checkpoint.js';
import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import { openSqliteJobQueue } from '../../src/adapters/job-queue/sqlite/job-queue.js';
import { messageArchive } from '../../src/adapters/message-archive/file-system.js';
import { writeFailure } from '../../src/adapters/payment-rail/spool-file.js';
import { writeWhole } from '../../src/adapters/payment-rail/message-file.js';
import { openSqliteVault } from '../../src/adapters/vault/sqlite/vault.js';

const dir = process.argv[2]!;
const ackFile = process.argv[3]!;
const rounds = Number(process.argv[4]);

type Kind =
  | 'round'
  | 'sealed'
  | 'erasing'
  | 'erased'
  | 'job'
  | 'ended'
  | 'access'
  | 'archived'
  | 'file'
  | 'state';
interface Ack {
  readonly kind: Kind;
  readonly n: number;
  readonly hash?: string;
}
const acks: Ack[] = existsSync(ackFile)
  ? readFileSync(ackFile, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Ack)
  : [];
const acked = (kind: Kind): readonly Ack[] => acks.filter((ack) => ack.kind === kind);
const highest = (kind: Kind): number => Math.max(-1, ...acked(kind).map(({ n }) => n));
function acknowledge(kind: Kind, n: number, hash?: string): void {
  appendFileSync(ackFile, `${JSON.stringify({ kind, n, hash })}\n`);
}

function require(isThere: boolean, what: string): void {
  if (!isThere) throw new Error(`LOST ${what}`);
}

const folder = await openDataFolder(dir);
const vault = await openSqliteVault(folder.path, { keysDir: folder.keys });
const queue = openSqliteJobQueue<{ readonly n: number }>(folder.path, { takeBack: true });
const access = await openAccessLog(folder.path);
const archive = messageArchive(join(folder.path, 'messages'));
const checkpoints = checkpointsIn(folder.path);

const bytesOf = (n: number): Buffer => Buffer.from(`statement ${n}\n`.repeat(1 + (n % 7) * 40));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
}
const personOf = (n: number): string => `person-${n}`;
const recordOf = (n: number) => ({
  personId: personOf(n),
  record: `person/${personOf(n)}/profile`,
  fields: { name: `Name ${n}` },
});

async function lookForPersons(): Promise<void> {
  const erased = new Set(acked('erased').map(({ n }) => n));
  const begun = new Set(acked('erasing').map(({ n }) => n));
  for (const { n, hash } of acked('sealed')) {
    const sealed = { record: recordOf(n).record, sha256: hash! };
    const [fields] = await vault.open([sealed]);
    if (erased.has(n)) require(fields === undefined, `the erasure of ${n}`);
    else if (fields === undefined) require(begun.has(n), `person ${n}`);
    else require(fields['name'] === `Name ${n}`, `the name of ${n}`);
  }
}

async function lookForJobs(): Promise<void> {
  for (const { n } of acked('job'))
    require((await queue.state(`job-${n}`)) !== undefined, `job ${n}`);
  for (const { n } of acked('ended'))
    require((await queue.state(`job-${n}`))?.state === 'done', `the end of job ${n}`);
}

function lookForReadings(): void {
  const seen = new Set<string>();
  for (const line of readFileSync(join(dir, 'access.ndjson'), 'utf8').split('\n')) {
    try {
      seen.add((JSON.parse(line) as { readonly of: string }).of);
    } catch {
      // Half a line that nobody was answered for.
    }
  }
  for (const { n } of acked('access')) require(seen.has(personOf(n)), `the reading of ${n}`);
}

async function lookForFiles(): Promise<void> {
  for (const { n, hash } of acked('archived')) {
    const found = await archive.open(hash!);
    require(found !== undefined, `archived file ${n}`);
    const parts: Uint8Array[] = [];
    for await (const part of found!) parts.push(part);
    require(Buffer.concat(parts).equals(bytesOf(n)), `the bytes of archived file ${n}`);
  }
  for (const { n, hash } of acked('file')) {
    const file = join(folder.files, `file-${n}.xml`);
    require(existsSync(file) && sha256(readFileSync(file)) === hash, `payment file ${n}`);
  }
}

/** What was kept without a sync may be an older one, never one that nobody wrote. */
async function lookForPlaces(): Promise<void> {
  const next = highest('round') + 1;
  const acted = await checkpoints.acted.load();
  require(acted >= -1 && acted <= next * 10, `the checkpoint, which is ${acted}`);
  require(acted === -1 || acted % 10 === 0, `a written checkpoint; it is ${acted}`);
  const text = await checkpoints.each.setAside.load();
  const kept = highest('state');
  if (kept < 0 && text === undefined) return;
  const state = JSON.parse(text ?? '') as { readonly n: number };
  require(state.n >= kept && state.n <= next, `state ${kept}; it is ${state.n}`);
}

if (highest('round') >= 0 || acks.length > 0) {
  await lookForPersons();
  await lookForJobs();
  lookForReadings();
  await lookForFiles();
  await lookForPlaces();
}
process.stdout.write('looked\n');

async function work(n: number): Promise<void> {
  if (!acked('erasing').some((ack) => ack.n === n)) {
    const [sealed] = await vault.seal([recordOf(n)]);
    acknowledge('sealed', n, sealed!.sha256);
  }
  await queue.submit(`job-${n}`, { n }, `command-${n}`);
  acknowledge('job', n);
  if ((await queue.state(`job-${n}`))?.state !== 'done') {
    const job = await queue.claim('worker', new AbortController().signal);
    require(job?.jobId === `job-${n}`, `the turn of job ${n}`);
    if (!(await job!.finish({ state: 'done', result: { n } })))
      throw new Error('JOB_QUEUE_FAILED: the end of the job did not count');
  }
  acknowledge('ended', n);
  await access.note({
    time: new Date(0).toISOString(),
    actor: 'actor',
    role: 'auditor',
    what: 'profile',
    of: personOf(n),
    count: 1,
    correlation: 'test',
  });
  acknowledge('access', n);
  const archived = await archive.put(pieces(bytesOf(n)));
  acknowledge('archived', n, archived.sha256);
  await writeWhole(folder.files, `file-${n}.xml`, pieces(bytesOf(n))).then(
    (hash) => acknowledge('file', n, hash),
    (error: unknown) => {
      throw writeFailure(error, `file-${n}`);
    },
  );
  await checkpoints.acted.save(n * 10);
  await checkpoints.each.setAside.save(JSON.stringify({ n }));
  acknowledge('state', n);
  if (n % 2 === 0) {
    acknowledge('erasing', n);
    await vault.erase([personOf(n)]);
    acknowledge('erased', n);
  }
  acknowledge('round', n);
}

for (let n = highest('round') + 1; n < rounds; n += 1) await work(n);
await access.close();
await queue.close();
await vault.close();
await folder.close();
process.stdout.write('done\n');
