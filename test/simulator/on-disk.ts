import type { AppendGroup, AppendResult, EventStore } from '../../src/adapters/event-store/port.js';
import type { MessageArchive, Scratch } from '../../src/adapters/message-archive/port.js';
import type { Vault } from '../../src/adapters/vault/port.js';
import type { Checkpoints } from '../../src/composition/background-work.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { KeptText } from '../../src/runtime/set-aside.js';
import type { LogOfHistory } from './log.js';
import type { Places } from './places.js';
import type { Owner, Scheduler } from './scheduler.js';

/** The real stores of a data folder. */
export interface Stores {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly archive: MessageArchive;
  readonly checkpoints: Checkpoints;
}

/** What is told to the world outside, which no failing disk takes from it. */
export interface Outside {
  /** Before a disk is asked for anything. */
  before(): void;
  /** A group is acknowledged: it must be there from now on, whatever the disk does. */
  acknowledged(eventIds: readonly string[]): void;
  /** The log could not be written. */
  failed(error: unknown): void;
}

const EVENTS = 1_000;

/** A log on a disk, and what an outsider has seen of it. */
class DiskLog implements LogOfHistory {
  readonly atomicGroups = true;
  readonly #events: Recorded[] = [];

  constructor(
    readonly store: EventStore,
    private readonly outside: Outside,
  ) {}

  get events(): readonly Recorded[] {
    return this.#events;
  }

  async append(group: AppendGroup): Promise<AppendResult> {
    this.outside.before();
    try {
      const result = await this.store.append(group);
      if (result.kind === 'appended')
        this.outside.acknowledged(group.writes.flatMap(({ events }) => events.map(({ id }) => id)));
      await this.catchUp();
      return result;
    } catch (error) {
      this.outside.failed(error);
      throw error;
    }
  }

  async catchUp(): Promise<void> {
    for (;;) {
      const after = this.#events.at(-1)?.position ?? -1;
      const { events } = await this.store.readAll(after, EVENTS);
      this.#events.push(...events);
      if (events.length < EVENTS) return;
    }
  }
}

type Calls = <T>(label: string, effect: () => T | Promise<T>) => Promise<T>;

const vaultOver = (call: Calls, vault: Vault): Vault => ({
  seal: (records) => call('seal', () => vault.seal(records)),
  open: (sealed) => call('open sealed', () => vault.open(sealed)),
  erase: (ids) => call('destroy keys', () => vault.erase(ids)),
  forget: (ids) => call('forget', () => vault.forget(ids)),
  persons: (after, limit) => call('persons', () => vault.persons(after, limit)),
  keyedHash: (purpose, value) => vault.keyedHash(purpose, value),
  close: async () => undefined,
});

async function* given(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** What it gives until it ends or fails, at once: nobody else goes on while a disk is read. */
async function readThrough<T>(source: AsyncIterable<T>): Promise<AsyncGenerator<T>> {
  const pieces: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const one of source) pieces.push(one);
  } catch (error) {
    failure = { error };
  }
  return (async function* () {
    yield* pieces;
    if (failure) throw failure.error;
  })();
}

const scratchOver = (call: Calls, scratch: Scratch): Scratch => ({
  write: (text) => call('note beside', () => scratch.write(text)),
  async *lines() {
    yield* await call('read what was noted', () => readThrough(scratch.lines()));
  },
  close: () => call('close what was noted', () => scratch.close()),
});

const archiveOver = (call: Calls, archive: MessageArchive): MessageArchive => ({
  async put(bytes) {
    const pieces: Uint8Array[] = [];
    for await (const one of bytes) pieces.push(one);
    return call('archive a file', () => archive.put(given(pieces)));
  },
  open: (sha256) =>
    call('open a file', async () => {
      const bytes = await archive.open(sha256);
      return bytes && readThrough(bytes);
    }),
  discard: (sha256) => call('discard a file', () => archive.discard(sha256)),
  scratch: async () => scratchOver(call, await call('begin a scratch', () => archive.scratch())),
});

const checkpointsOver = (call: Calls, { each, acted, verified }: Checkpoints): Checkpoints => {
  const position = (of: Checkpoints['acted']): Checkpoints['acted'] => ({
    load: () => call('load a position', () => of.load()),
    save: (at) => call('save a position', () => of.save(at)),
  });
  const keptText = (what: string, of: KeptText): KeptText => ({
    load: () => call(`load ${what}`, () => of.load()),
    save: (text) => call(`save ${what}`, () => of.save(text)),
  });
  return {
    each: {
      ...keptText('positions', each),
      ...(each.setAside ? { setAside: keptText('what is set aside', each.setAside) } : {}),
    },
    acted: position(acted),
    verified: position(verified),
  };
};

async function personsOf(vault: Vault): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  for (let last: string | undefined; ;) {
    const page = await vault.persons(last, EVENTS);
    for (const personId of page) all.add(personId);
    last = page.at(-1);
    if (page.length < EVENTS) return all;
  }
}

/** The real stores as places of a history: one call after another, as the scheduler chooses. */
export async function onDisk(
  { store, vault, archive, checkpoints }: Stores,
  outside: Outside,
): Promise<(scheduler: Scheduler) => Places> {
  const log = new DiskLog(store, outside);
  await log.catchUp();
  return (scheduler) => ({
    log,
    partsOf: (owner: Owner) => {
      const call: Calls = (label, effect) =>
        scheduler.call(owner, label, () => {
          outside.before();
          return effect();
        });
      return {
        vault: vaultOver(call, vault),
        archive: archiveOver(call, archive),
        checkpoints: checkpointsOver(call, checkpoints),
      };
    },
    async withoutKey(personIds) {
      const there = await personsOf(vault);
      return new Set(personIds.filter((id) => !there.has(id)));
    },
  });
}
