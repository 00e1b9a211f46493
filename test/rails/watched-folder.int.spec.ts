import { beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Instruction, MessageHead } from '../../src/adapters/payment-rail/port.js';
import type { Taken } from '../../src/adapters/payment-rail/iso20022/inbox.js';
import {
  watchedFolder,
  type WatchedFolder,
} from '../../src/adapters/payment-rail/iso20022/watched-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let root: string;
let folder: WatchedFolder;
const at = (...parts: string[]): string => join(root, 'bank', ...parts);
const again = (): WatchedFolder => (folder = watchedFolder(at(), join(root, 'files')));
beforeEach(() => {
  root = temporaryFolder('watched');
  again();
});

const never = new AbortController().signal;
const INSTRUCTION: Instruction = {
  paymentId: 'asd-2025-11-00000000-0000-5000-8000-000000000000',
  attempt: 1,
  endToEndId: 'E1',
  amountMinor: 50_000n,
  currency: 'MAD',
  payee: { name: 'Payee', kind: 'iban', account: 'MA64011519000001205000534921' },
  remittance: 'ASD',
};
const HEAD: MessageHead = {
  messageId: 'ASD-1',
  createdAt: '2025-12-01T08:00:00.000Z',
  executionDate: '2025-12-02',
  currency: 'MAD',
  count: 1,
  totalMinor: 50_000n,
  debtor: { name: 'Trésorerie', iban: 'MA64011519000001205000534921', bic: 'BCMAMAMC' },
};

describe('what goes out', () => {
  it('appears whole in OUT, once: not again after the bank fetched it', async () => {
    const file = await folder.rail.write(HEAD, [[INSTRUCTION]]);
    const xml = readFileSync(at('OUT', 'ASD-1.xml'));
    expect(hash('sha256', xml, 'hex')).toBe(file.sha256);
    expect(statSync(at('OUT', 'ASD-1.xml')).mode & 0o007).toBe(0);
    expect(readdirSync(at('OUT.tmp'))).toEqual([]);
    rmSync(at('OUT', 'ASD-1.xml'));
    expect(await again().rail.write(HEAD, [[INSTRUCTION]])).toEqual(file);
    expect(readdirSync(at('OUT'))).toEqual([]);
    expect(readdirSync(join(root, 'files'))).toEqual(['ASD-1.xml']);
  });

  it('is handed over where a crash came before the rename, and before the note', async () => {
    const file = await folder.rail.write(HEAD, [[INSTRUCTION]]);
    renameSync(at('OUT', 'ASD-1.xml'), at('OUT.tmp', 'ASD-1.xml'));
    await again().rail.write(HEAD, [[INSTRUCTION]]);
    expect(readdirSync(at('OUT'))).toEqual(['ASD-1.xml']);
    renameSync(at('OUT', 'ASD-1.xml'), at('OUT.tmp', 'ASD-1.xml'));
    rmSync(at('SENT', 'ASD-1.xml'));
    writeFileSync(at('OUT.tmp', 'ASD-1.xml.part'), 'half');
    expect(await again().rail.write(HEAD, [[INSTRUCTION]])).toEqual(file);
    expect(readdirSync(at('OUT'))).toEqual(['ASD-1.xml']);
    expect(readdirSync(at('OUT.tmp'))).toEqual([]);
  });

  it('also when it was begun before its count was known', async () => {
    const message = await folder.rail.begin(HEAD);
    await message.add([INSTRUCTION]);
    expect(existsSync(at('OUT'))).toBe(false);
    const file = await message.finish();
    expect(hash('sha256', readFileSync(at('OUT', 'ASD-1.xml')), 'hex')).toBe(file!.sha256);
    const empty = await folder.rail.begin({ ...HEAD, messageId: 'ASD-2' });
    expect(await empty.finish()).toBeUndefined();
    expect(readdirSync(at('OUT'))).toEqual(['ASD-1.xml']);
  });

  it('never replaces a message that was handed over with other content', async () => {
    await folder.rail.write(HEAD, [[INSTRUCTION]]);
    rmSync(join(root, 'files', 'ASD-1.xml'));
    await expect(
      folder.rail.write({ ...HEAD, executionDate: '2025-12-03' }, [[INSTRUCTION]]),
    ).rejects.toMatchObject({ code: 'MESSAGE_DIFFERS' });
  });

  it('says what is wrong with the folder', async () => {
    writeFileSync(at(), 'a file');
    await expect(folder.rail.write(HEAD, [[INSTRUCTION]])).rejects.toMatchObject({
      code: 'RAIL_FAILED',
    });
    rmSync(at());
    await expect(folder.rail.write(HEAD, [[INSTRUCTION]])).resolves.toMatchObject({
      name: 'ASD-1.xml',
    });
  });
});

describe('what comes in', () => {
  let calls: string[];
  const saying =
    (answer: (content: string) => Taken) =>
    async (path: string): Promise<Taken> => {
      const content = readFileSync(path, 'utf8');
      calls.push(content);
      return answer(content);
    };
  const taken = saying(() => ({ kind: 'taken' }));
  beforeEach(() => {
    calls = [];
    mkdirSync(at('IN'), { recursive: true });
  });
  const arrive = (name: string, content: string): void => writeFileSync(at('IN', name), content);

  it('is taken once it is whole, and moved to DONE', async () => {
    arrive('a.xml', 'half');
    expect(await folder.look(taken, never)).toEqual({
      taken: 0,
      rejected: 0,
      failed: 0,
      waiting: 1,
    });
    arrive('a.xml', 'half and the other');
    expect(await folder.look(taken, never)).toMatchObject({ taken: 0, waiting: 1 });
    expect(await folder.look(taken, never)).toMatchObject({ taken: 1, waiting: 0 });
    expect(calls).toEqual(['half and the other']);
    expect([readdirSync(at('IN')), readdirSync(at('WORK')), readdirSync(at('DONE'))]).toEqual([
      [],
      [],
      ['a.xml'],
    ]);
  });

  it('is left alone while it has a temporary name, and where it is no file', async () => {
    for (const name of ['a.xml.part', '.a.xml', 'a.xml.filepart', 'a.xml.tmp', 'a.xml~'])
      arrive(name, 'x');
    mkdirSync(at('IN', 'folder'));
    symlinkSync('/etc/hostname', at('IN', 'link.xml'));
    await folder.look(taken, never);
    expect(await folder.look(taken, never)).toEqual({
      taken: 0,
      rejected: 0,
      failed: 0,
      waiting: 0,
    });
    renameSync(at('IN', 'a.xml.part'), at('IN', 'a.xml'));
    await folder.look(taken, never);
    expect(await folder.look(taken, never)).toMatchObject({ taken: 1 });
  });

  it('goes to REJECTED with the reason beside', async () => {
    arrive('bad.xml', 'x');
    const rejecting = saying(() => ({ kind: 'rejected', reason: 'a DOCTYPE is refused' }));
    await folder.look(rejecting, never);
    expect(await folder.look(rejecting, never)).toMatchObject({ rejected: 1 });
    expect(readdirSync(at('REJECTED')).sort()).toEqual(['bad.xml', 'bad.xml.reason.txt']);
    expect(readFileSync(at('REJECTED', 'bad.xml.reason.txt'), 'utf8')).toBe(
      'a DOCTYPE is refused\n',
    );
  });

  it('stays and is tried again where taking it fails, and holds up no other', async () => {
    arrive('a.xml', 'a');
    arrive('b.xml', 'b');
    const troubles: string[] = [];
    let down = true;
    const take = saying((content) => {
      if (content === 'a' && down) throw new Error('the store is down');
      return { kind: 'taken' };
    });
    await folder.look(take, never);
    expect(await folder.look(take, never, (what) => troubles.push(what))).toMatchObject({
      taken: 1,
      failed: 1,
    });
    arrive('a.xml', 'another a');
    expect(await folder.look(take, never, (what) => troubles.push(what))).toMatchObject({
      failed: 1,
      waiting: 1,
    });
    expect(await folder.look(take, never, (what) => troubles.push(what))).toMatchObject({
      failed: 1,
      waiting: 1,
    });
    expect(troubles).toEqual(['a.xml', 'a.xml', 'a.xml']);
    down = false;
    expect(await folder.look(take, never)).toMatchObject({ taken: 2 });
    expect(readdirSync(at('DONE')).sort()).toEqual([
      'a.xml',
      expect.stringMatching(/^a\.xml\.[0-9a-f]{16}$/),
      'b.xml',
    ]);
    expect(readdirSync(at('WORK'))).toEqual([]);
  });

  it('under a name that is in DONE replaces nothing; the same bytes are kept once', async () => {
    for (const content of ['one', 'two', 'one', 'two']) {
      arrive('a.xml', content);
      await folder.look(taken, never);
      await folder.look(taken, never);
    }
    expect(calls).toEqual(['one', 'two', 'one', 'two']);
    expect(
      readdirSync(at('DONE'))
        .map((name) => readFileSync(at('DONE', name), 'utf8'))
        .sort(),
    ).toEqual(['one', 'two']);
    expect(readdirSync(at('WORK'))).toEqual([]);
  });

  it('is taken after a process that was killed with it in hand, at any point', async () => {
    mkdirSync(at('WORK'), { recursive: true });
    mkdirSync(at('DONE'), { recursive: true });
    writeFileSync(at('WORK', 'killed-before-taking.xml'), 'x');
    writeFileSync(at('WORK', 'killed-before-moving.xml'), 'y');
    expect(await again().look(taken, never)).toMatchObject({ taken: 2 });
    expect(readdirSync(at('DONE')).sort()).toEqual([
      'killed-before-moving.xml',
      'killed-before-taking.xml',
    ]);
    mkdirSync(at('REJECTED'), { recursive: true });
    writeFileSync(at('WORK', 'r.xml'), 'r');
    writeFileSync(at('REJECTED', 'r.xml.reason.txt'), 'half a rea');
    expect(
      await again().look(
        saying(() => ({ kind: 'rejected', reason: 'whole' })),
        never,
      ),
    ).toMatchObject({ rejected: 1 });
    expect(readFileSync(at('REJECTED', 'r.xml.reason.txt'), 'utf8')).toBe('whole\n');
  });

  it('is neither lost nor left when the process is killed again and again', async () => {
    const files = 30;
    for (let i = 0; i < files; i += 1) arrive(`${String(i).padStart(3, '0')}.xml`, `content ${i}`);
    const ledger = join(root, 'ledger');
    mkdirSync(ledger);
    for (
      let round = 1;
      readdirSync(at('IN')).length + (existsSync(at('WORK')) ? readdirSync(at('WORK')).length : 0) >
      0;
      round += 1
    ) {
      expect(round).toBeLessThan(50);
      await killedAfter(round, ledger);
    }
    expect(readdirSync(ledger)).toHaveLength(files);
    expect(
      readdirSync(at('DONE')).length +
        readdirSync(at('REJECTED')).filter((name) => name.endsWith('.xml')).length,
    ).toBe(files);
    for (const name of readdirSync(at('REJECTED')))
      if (name.endsWith('.xml'))
        expect(readdirSync(at('REJECTED'))).toContain(`${name}.reason.txt`);
  });

  /**
   * A process that watches, and is killed as soon as it said that it holds its n-th file; or ends
   * by itself when nothing is left.
   */
  function killedAfter(n: number, ledger: string): Promise<void> {
    const module = new URL(
      '../../src/adapters/payment-rail/iso20022/watched-folder.js',
      import.meta.url,
    ).href;
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `
      const { watchedFolder } = await import(${JSON.stringify(module)});
      const { writeFileSync } = await import('node:fs');
      const { basename } = await import('node:path');
      const folder = watchedFolder(${JSON.stringify(at())}, ${JSON.stringify(join(root, 'files'))});
      const take = async (path) => {
        process.stdout.write('.');
        writeFileSync(${JSON.stringify(ledger)} + '/' + basename(path), '');
        return path.endsWith('5.xml') ? { kind: 'rejected', reason: 'it ends in five' } : { kind: 'taken' };
      };
      const signal = new AbortController().signal;
      await folder.look(take, signal);
      await folder.look(take, signal);
    `,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let held = 0;
    child.stdout.on('data', (dots: Buffer) => {
      held += dots.length;
      if (held >= n) child.kill('SIGKILL');
    });
    return new Promise((resolve) => child.on('exit', () => resolve()));
  }

  it('is watched for until it is told to stop', async () => {
    const stop = new AbortController();
    arrive('a.xml', 'a');
    const stopping = saying(() => {
      stop.abort();
      return { kind: 'taken' };
    });
    await folder.watch(stopping, stop.signal, { everyMs: 1 });
    expect(calls).toEqual(['a']);
    expect(readdirSync(at('DONE'))).toEqual(['a.xml']);
  });

  it('is watched for also when the folder could not be read at first', async () => {
    const stop = new AbortController();
    rmSync(at(), { recursive: true });
    writeFileSync(at(), 'a file');
    const troubles: string[] = [];
    await folder.watch(
      saying(() => {
        stop.abort();
        return { kind: 'taken' };
      }),
      stop.signal,
      {
        everyMs: 1,
        onTrouble: (what) => {
          troubles.push(what);
          rmSync(at());
          mkdirSync(at('IN'), { recursive: true });
          arrive('a.xml', 'a');
        },
      },
    );
    expect(troubles).toEqual(['the folder']);
    expect(calls).toEqual(['a']);
  });
});
