import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventRegistry } from '../../events/registry.js';
import { checkpointsIn } from '../../src/adapters/data-folder/checkpoint.js';
import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { messageArchive } from '../../src/adapters/message-archive/file-system.js';
import { openSqliteVault } from '../../src/adapters/vault/sqlite/vault.js';
import { Metrics } from '../../src/runtime/metrics.js';
import { Bank, type Transfer } from './bank.js';
import { enrolOn, settingOf } from './beginning.js';
import { planOf, playOn, type Earlier } from './history.js';
import { onDisk, type Outside } from './on-disk.js';
import { SHORT } from './scale.js';

/**
 * One part of a history on the real stores of a data folder, in a process of its own whose disk may
 * fail: `make` enrols the households, `play` plays a plan to its end, `go-on` brings to its end
 * what an earlier part left. What the bank did and what was acknowledged is kept in another folder,
 * which no fault reaches.
 */
const [dataDir, outsideDir, seedText, phase] = process.argv.slice(2) as [
  string,
  string,
  string,
  'make' | 'play' | 'go-on',
];
const WORLD = join(outsideDir, 'world.json');
const ACKNOWLEDGED = join(outsideDir, 'acknowledged');

interface KeptWorld {
  readonly nowMs: number;
  readonly requests: number;
  readonly transfers: readonly (Omit<Transfer, 'amountMinor'> & { readonly amountMinor: string })[];
  readonly messages: readonly (readonly [string, string])[];
}

/** Writes the world down whenever it is another than it was. */
function keeper(now: () => Earlier | undefined): () => void {
  let last = '';
  return () => {
    const world = now();
    if (!world) return;
    const { nowMs, requests, bank } = world;
    const text = JSON.stringify({
      nowMs,
      requests,
      transfers: bank.transfers.map((one) => ({ ...one, amountMinor: String(one.amountMinor) })),
      messages: bank.messages,
    } satisfies KeptWorld);
    if (text === last) return;
    last = text;
    writeFileSync(`${WORLD}.new`, text);
    renameSync(`${WORLD}.new`, WORLD);
  };
}

function keptWorld(): Earlier | undefined {
  let kept: KeptWorld;
  try {
    kept = JSON.parse(readFileSync(WORLD, 'utf8')) as KeptWorld;
  } catch {
    return undefined;
  }
  const { nowMs, requests, transfers, messages } = kept;
  const known = transfers.map((one) => ({ ...one, amountMinor: BigInt(one.amountMinor) }));
  return { nowMs, requests, bank: new Bank(known, messages) };
}

let now: (() => Earlier) | undefined;
const keep = keeper(() => now?.());
const outside: Outside = {
  before: keep,
  acknowledged: (ids) => appendFileSync(ACKNOWLEDGED, ids.map((id) => `${id}\n`).join('')),
  // As a process that nobody can rely on any more: it ends, and another is begun.
  failed(error) {
    process.stderr.write(`${String(error)}\n`);
    process.exit(3);
  },
};

const registry = new EventRegistry();
const folder = await openDataFolder(dataDir);
const store = await openSqliteLog(folder.path, { registry, reader: 'local' });
const vault = await openSqliteVault(folder.path, { keysDir: folder.keys });
const archive = messageArchive(join(folder.path, 'archive'));
const checkpoints = checkpointsIn(folder.path);
const placesOn = await onDisk({ store, vault, archive, checkpoints }, outside);

const metrics = new Metrics();
if (phase === 'make') await enrolOn(placesOn, registry, SHORT);
else {
  const setting = { ...(await settingOf(SHORT)), registry };
  const { actions, seed } = planOf(Number(seedText));
  const earlier = keptWorld();
  const plan = phase === 'play' ? { seed, actions } : { seed: seed + 1, actions: [] };
  const { wrong, figures, events, trace, traceHash } = await playOn(
    placesOn,
    plan,
    setting,
    metrics,
    {
      ...(earlier ? { earlier } : {}),
      onWorld: (of) => (now = of),
    },
  );
  const there = new Set(events.map(({ id }) => id));
  const lost = readFileSync(ACKNOWLEDGED, 'utf8')
    .split('\n')
    .filter((id) => id !== '' && !there.has(id))
    .map((id) => `lost: the event ${id}, which was acknowledged`);
  const all = [...lost, ...wrong];
  if (all.length > 0) process.stderr.write(`${trace.slice(-400).join('\n')}\n`);
  process.stdout.write(`${JSON.stringify({ wrong: all, figures, traceHash })}\n`);
}
metrics.onModuleDestroy();
await store.close();
await vault.close();
await folder.close();
process.exit(0);
