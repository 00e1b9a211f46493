import { createHmac, hash } from 'node:crypto';
import type { MessageArchive } from '../../src/adapters/message-archive/port.js';
import type { PersonalRecord, Sealed, Vault } from '../../src/adapters/vault/port.js';
import { VaultError } from '../../src/adapters/vault/port.js';
import type { Checkpoints } from '../../src/composition/background-work.js';
import { canonicalJson } from '../../src/kernel/canonical.js';
import type { LogOfHistory } from './log.js';
import type { Places } from './places.js';
import type { Owner, Scheduler } from './scheduler.js';

/** What outlives a process besides the log, its jobs and the bank. */
export class Kept {
  readonly records = new Map<string, PersonalRecord>();
  readonly erased = new Set<string>();
  readonly files = new Map<string, Buffer>();
  readonly positions = { acted: -1, verified: -1 };
  each: string | undefined;
}

type Calls = <T>(label: string, effect: () => T) => Promise<T>;
const callsOf =
  (scheduler: Scheduler, owner: Owner): Calls =>
  (label, effect) =>
    scheduler.call(owner, label, effect);

const sealedOf = ({ record, fields }: PersonalRecord): Sealed => ({
  record,
  sha256: hash('sha256', `${record} ${canonicalJson(fields)}`, 'hex'),
});

function seal({ records, erased }: Kept, record: PersonalRecord): Sealed {
  if (erased.has(record.personId))
    throw new VaultError('PERSON_ERASED', 'The person was erased; nothing can be sealed for them.');
  const there = records.get(record.record);
  if (there && canonicalJson(there.fields) !== canonicalJson(record.fields))
    throw new VaultError('RECORD_DIFFERS', `${record.record} is sealed with other content.`);
  records.set(record.record, record);
  return sealedOf(record);
}

/** A vault without encryption: what it seals is the same for the same seed. */
function simulatedVault(scheduler: Scheduler, owner: Owner, kept: Kept): Vault {
  const call = callsOf(scheduler, owner);
  const open = ({ record, sha256 }: Sealed): PersonalRecord['fields'] | undefined => {
    const found = kept.records.get(record);
    if (!found || kept.erased.has(found.personId)) return undefined;
    if (sealedOf(found).sha256 !== sha256)
      throw new VaultError('VAULT_CORRUPT', `${record} is not what the log says was sealed.`);
    return found.fields;
  };
  const persons = (): string[] =>
    [...new Set([...kept.records.values()].map(({ personId }) => personId))]
      .filter((id) => !kept.erased.has(id))
      .sort();
  return {
    seal: (records) => call('seal', () => records.map((record) => seal(kept, record))),
    open: (sealed) => call('open sealed', () => sealed.map(open)),
    erase: (ids) =>
      call('destroy keys', () => {
        for (const id of ids) kept.erased.add(id);
      }),
    forget: (ids) =>
      call('forget', () => {
        for (const [name, { personId }] of [...kept.records])
          if (ids.includes(personId)) kept.records.delete(name);
      }),
    persons: (after, limit) =>
      call('persons', () =>
        persons()
          .filter((id) => after === undefined || id > after)
          .slice(0, limit),
      ),
    keyedHash: (purpose, value) =>
      createHmac('sha256', `simulated ${purpose}`).update(value).digest('hex'),
    close: async () => undefined,
  };
}

async function* piece(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function simulatedArchive(scheduler: Scheduler, owner: Owner, kept: Kept): MessageArchive {
  const call = callsOf(scheduler, owner);
  return {
    async put(bytes) {
      const pieces: Uint8Array[] = [];
      for await (const one of bytes) pieces.push(one);
      const whole = Buffer.concat(pieces);
      const sha256 = hash('sha256', whole, 'hex');
      await call('archive a file', () => kept.files.set(sha256, whole));
      return { sha256, bytes: whole.length };
    },
    open: (sha256) =>
      call('open a file', () => {
        const whole = kept.files.get(sha256);
        return whole && piece(whole);
      }),
    discard: async (sha256) => {
      await call('discard a file', () => kept.files.delete(sha256));
    },
    async scratch() {
      let text = '';
      return {
        write: async (more) => {
          text += more;
        },
        async *lines() {
          const lines = text.split('\n').filter((line) => line !== '');
          if (lines.length > 0) yield lines;
        },
        close: async () => undefined,
      };
    },
  };
}

/** Everything in memory, from the records and events of a beginning on. */
export function inMemory(scheduler: Scheduler, log: LogOfHistory, kept: Kept): Places {
  return {
    log,
    partsOf: (owner) => ({
      vault: simulatedVault(scheduler, owner, kept),
      archive: simulatedArchive(scheduler, owner, kept),
      checkpoints: simulatedCheckpoints(scheduler, owner, kept),
    }),
    withoutKey: async (personIds) => new Set(personIds.filter((id) => kept.erased.has(id))),
  };
}

function simulatedCheckpoints(scheduler: Scheduler, owner: Owner, kept: Kept): Checkpoints {
  const call = callsOf(scheduler, owner);
  const position = (name: 'acted' | 'verified') => ({
    load: () => call('load a position', () => kept.positions[name]),
    save: (at: number) =>
      call('save a position', () => {
        kept.positions[name] = at;
      }),
  });
  return {
    each: {
      load: () => call('load positions', () => kept.each),
      save: (text) =>
        call('save positions', () => {
          kept.each = text;
        }),
    },
    acted: position('acted'),
    verified: position('verified'),
  };
}
