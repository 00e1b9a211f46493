import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { railIn } from '../../src/composition/config.js';
import { openEmbedded } from '../../src/composition/data-folder.js';
import { engineOver } from '../../src/composition/engine.js';
import { isInSpite } from '../../src/use-cases/statements/file-refusal.rule.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { cycleOfPayment, streams } from '../../src/kernel/ids.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { releaseMessage, takeInMessage } from '../../src/use-cases/statements/take-in-message.js';
import { camtOf, inPieces } from '../support/bank-messages.js';
import { report } from './bank-confused.fixtures.js';
import { payments, said, violations, world } from './bank-messages.fixtures.js';
import { job, type PEOPLE } from './world.js';

const production = () => ({ ...world.engine, filesTakeTwo: true });

const handOver = (text: string, who: keyof typeof PEOPLE) =>
  takeInMessage(
    production(),
    { bytes: inPieces(text), sender: 'desk', fileName: 'bank.xml' },
    job(world.engine, who),
  );
const release = (sha256: string, who: keyof typeof PEOPLE) =>
  releaseMessage(production(), { sha256, reason: 'seen at the bank' }, job(world.engine, who));

test('in production a file that a person hands over settles nothing until another releases it', async () => {
  const [first, second] = await payments();
  const status = async () =>
    foldPayment(await world.engine.store.readStream(streams.payment(first!.paymentId))).status;
  const text = camtOf('camt.054', said([first!], 'settled'));
  const waiting = { status: 'quarantined', code: 'HANDED_OVER_BY_PERSON' };
  const { sha256 } = await handOver(text, 'finance');
  expect(await handOver(text, 'finance')).toMatchObject(waiting);
  expect(await handOver(text, 'secondFinance')).toMatchObject(waiting);
  await expect(release(sha256, 'finance')).rejects.toMatchObject({ code: 'SAME_PERSON' });
  expect(await status()).toBe('instructed');
  expect(await release(sha256, 'secondFinance')).toMatchObject({ status: 'applied' });
  expect(await status()).toBe('settled');
  const machine = await handOver(camtOf('camt.054', said([second!], 'settled')), 'bank');
  expect(machine).toMatchObject({ status: 'applied' });
  expect(await violations()).toEqual([]);
});

test('who handed it over says what it says, and does not pay again what it said failed', async () => {
  const [first] = await payments();
  const { sha256 } = await handOver(report(first!, 'rejected', { reason: 'AC04' }), 'finance');
  expect(await release(sha256, 'secondFinance')).toMatchObject({ status: 'applied' });
  const events = await world.engine.store.readStream(streams.payment(first!.paymentId));
  expect(events.at(-1)).toMatchObject({
    type: 'PaymentRejected',
    data: { saidBy: ['farid'] },
    meta: { actor: 'hind' },
  });
  const codes: string[] = [];
  for (const id of ['farid', 'hind', 'omar'])
    await reinstructPayments(
      world.engine,
      {
        cycleId: cycleOfPayment(first!.paymentId),
        executionDate: '2026-01-10',
        sameAccount: true,
        paymentIds: [first!.paymentId],
        onRefused: (refusals) => codes.push(...refusals.map(({ code }) => `${id} ${code}`)),
      },
      { ...job(world.engine, 'finance'), actor: { id, role: 'finance-officer' } },
    );
  expect(codes).toEqual(['farid SAME_PERSON', 'hind SAME_PERSON']);
  expect(await violations()).toEqual([]);
});

test('the bank that delivers the same file vouches for it, whichever comes first', async () => {
  const [first, second, third] = await payments();
  const text = camtOf('camt.054', said([first!], 'settled'));
  expect(await handOver(text, 'finance')).toMatchObject({ status: 'quarantined' });
  expect(await handOver(text, 'bank')).toMatchObject({
    status: 'applied',
    outcomes: { applied: 1 },
  });
  expect(await handOver(text, 'finance')).toMatchObject({ status: 'unchanged' });

  // A process of the bank's was ended in its middle, and a person takes the file in again.
  const half = camtOf('camt.054', said([second!], 'settled'));
  const killed = new AbortController();
  killed.abort(new Error('killed'));
  const bytes = { bytes: inPieces(half), sender: 'bank', fileName: 'bank.xml' };
  const ended = takeInMessage(
    production(),
    bytes,
    job(world.engine, 'bank'),
    undefined,
    killed.signal,
  );
  await expect(ended).rejects.toThrow('killed');
  expect(await handOver(half, 'finance')).toMatchObject({ status: 'applied' });

  const wrong = `${camtOf('camt.054', said([third!], 'settled')).slice(0, -20)}`;
  const found = await handOver(wrong, 'finance');
  expect(found).toMatchObject({ status: 'quarantined' });
  expect(await handOver(wrong, 'bank')).toMatchObject({ status: 'quarantined', code: found.code });
  expect(await violations()).toEqual([]);
});

test('who releases it has released nothing in spite of what is found meanwhile', () => {
  const released = (code: string) => ({ status: 'released', code }) as const;
  expect(isInSpite(released('HANDED_OVER_BY_PERSON'))).toBe(false);
  expect(isInSpite(released('BATCH_DIFFERS'))).toBe(true);
  expect(isInSpite({ status: 'received', code: '' })).toBe(false);
});

test('it is the mode of the process that says so', async () => {
  const rail = railIn({});
  for (const mode of ['production', 'development'] as const) {
    const isProduction = mode === 'production';
    const engine = await engineOver(world.engine, { mode, rail });
    expect(engine.filesTakeTwo).toBe(isProduction);
    const opened = await openEmbedded({ dataDir: join(world.dir, mode), mode, rail });
    expect(opened.filesTakeTwo).toBe(isProduction);
    await opened.close();
  }
});
