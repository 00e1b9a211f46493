import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { camtOf } from '../support/bank-messages.js';
import {
  approved,
  enrolled,
  expectStatus,
  HttpWorld,
  lastPosition,
  setUp,
  submitted,
  type Caller,
  type Json,
} from './http-world.js';
import { eventually } from '../support/eventually.js';

let world: HttpWorld;
let bank: Caller;
let finance: Caller;
let folder: string;
const payments: { paymentId: string; endToEndId: string }[] = [];

/** Hands a file over as the bank would. */
const upload = (
  by: Caller,
  text: string,
  key: string,
  type = 'application/xml',
  name = 'camt054.xml',
) =>
  by.send('POST', '/bank/messages', text, {
    'content-type': type,
    'idempotency-key': key,
    'x-file-name': name,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sanad-bank-'));
  world = await HttpWorld.open({ SANAD_BANK_FOLDER: folder });
  await setUp(world);
  for (const n of [1, 2, 3]) {
    const { personId, applicationId } = await submitted(world, n);
    await approved(world, applicationId);
    await enrolled(world, personId);
  }
  bank = await world.as('bank-api', 'payment-system');
  finance = await world.as('f.elfassi', 'finance-officer');
  const cycle = { programmeId: 'asd', period: '2025-10' };
  await expectStatus(201, finance.post('/cycles', cycle));
  const { jobId } = await expectStatus(202, finance.post('/cycles/asd-2025-10/prepare'));
  const { contentHash } = (await finance.job(jobId)).result;
  await expectStatus(
    200,
    (await world.as('c.filali', 'finance-controller')).post('/cycles/asd-2025-10/approve', {
      contentHash,
    }),
  );
  const release = await expectStatus(
    202,
    (await world.as('c.guessous', 'finance-controller')).post('/cycles/asd-2025-10/release', {
      contentHash,
      executionDate: '2025-10-28',
      anyDay: true,
    }),
  );
  await finance.job(release.jobId);
  const file = join(folder, 'OUT', 'ASD-2025-10-0001.xml');
  await eventually('the file', () => existsSync(file));
  for (const [, endToEndId] of readFileSync(file, 'utf8').matchAll(/<EndToEndId>(\w+)</g))
    payments.push({ paymentId: '', endToEndId: endToEndId! });
  for (const { paymentId, endToEndId } of (
    await expectStatus(
      200,
      finance.get(`/payments?cycleId=asd-2025-10&after=${await lastPosition(world)}`),
    )
  ).items as Json[]) {
    const one = payments.find((each) => each.endToEndId === endToEndId);
    if (one) one.paymentId = paymentId;
  }
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const settled = (endToEndId: string): string =>
  camtOf('camt.054', [{ endToEndId, amount: '500.00', what: 'settled' }], {
    messageId: endToEndId.slice(0, 20),
  });

describe('files of banks', () => {
  it('come over HTTP, are applied in the background, and may come again', async () => {
    expect(payments).toHaveLength(3);
    const file = settled(payments[0]!.endToEndId);
    const first = await expectStatus(202, upload(bank, file, 'k1'));
    expect(await bank.get('/bank/messages')).toMatchObject({
      status: 200,
      body: { items: [{ sha256: first.sha256 }] },
    });
    expect(await bank.get('/bank/entries')).toMatchObject({ status: 403 });
    expect(await finance.job(first.jobId)).toMatchObject({
      state: 'done',
      result: { status: 'applied', outcomes: { applied: 1 } },
    });
    expect(await expectStatus(202, upload(bank, file, 'k1'))).toMatchObject({
      sha256: first.sha256,
      position: first.position,
    });
    const archived = () => readdirSync(join(world.dir, 'archive'));
    expect(archived()).toEqual([`${first.sha256}.xml`]);
    expect((await upload(bank, settled(payments[1]!.endToEndId), 'k1')).body).toMatchObject({
      status: 409,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(archived()).toEqual([`${first.sha256}.xml`]);
    expect(
      await finance.job((await expectStatus(202, upload(finance, file, 'k2'))).jobId),
    ).toMatchObject({ result: { status: 'unchanged' } });
    expect(await expectStatus(200, finance.get(`/bank/messages/${first.sha256}`))).toMatchObject({
      status: 'applied',
      sender: 'bank-api',
      fileName: 'camt054.xml',
    });
  });

  it('are refused with a reason that names the place', async () => {
    expect((await upload(await world.as('i', 'intake'), 'x', 'k')).body).toMatchObject({
      status: 403,
      code: 'ROLE_NOT_ALLOWED',
    });
    expect(
      (await bank.send('POST', '/bank/messages', 'x', { 'content-type': 'application/xml' })).body,
    ).toMatchObject({ status: 400, code: 'IDEMPOTENCY_KEY_REQUIRED' });
    expect(
      (
        await bank.send('POST', '/payments/outcomes', '<a/>', {
          'content-type': 'application/xml',
          'idempotency-key': 'k',
        })
      ).body,
    ).toMatchObject({ status: 415 });
    for (const json of ['{"file":"<a/>"}', '["<a/>"]', '[1]', '"<a/>"', 'null'])
      expect((await upload(bank, json, 'json', 'application/json')).body).toMatchObject({
        status: 415,
        code: 'UNSUPPORTED_MEDIA_TYPE',
        detail: expect.stringContaining('application/xml'),
      });
    const { jobId, sha256 } = await expectStatus(202, upload(bank, '<a/>', 'bad', 'text/xml'));
    expect(await finance.job(jobId)).toMatchObject({
      state: 'done',
      result: { status: 'quarantined', code: 'MESSAGE_UNKNOWN' },
    });
    expect(
      (await expectStatus(200, finance.get('/bank/messages?status=quarantined'))).items,
    ).toMatchObject([{ sha256, quarantine: { code: 'MESSAGE_UNKNOWN' } }]);
    const again = await expectStatus(
      202,
      finance.post(`/bank/messages/${sha256}/release`, { reason: 'perhaps now' }),
    );
    expect(await finance.job(again.jobId)).toMatchObject({ result: { status: 'quarantined' } });
    expect((await finance.get(`/bank/messages/${'0'.repeat(64)}`)).body).toMatchObject({
      status: 404,
      code: 'MESSAGE_NOT_FOUND',
    });
    expect((await finance.get('/bank/entries?status=lost')).body).toMatchObject({
      status: 400,
      field: 'status',
    });
  });

  it('leave what names no payment to a person', async () => {
    const { jobId } = await expectStatus(
      202,
      upload(
        bank,
        camtOf('camt.054', [
          { endToEndId: 'NOTPROVIDED', amount: '500.00', what: 'settled' },
          { endToEndId: 'NOTPROVIDED', amount: '12.00', what: 'settled' },
        ]),
        'k5',
      ),
    );
    expect(await finance.job(jobId)).toMatchObject({ result: { quarantined: 2 } });
    const { items } = await expectStatus(
      200,
      finance.get('/bank/entries?status=quarantined&limit=1'),
    );
    expect(items).toHaveLength(1);
    const all = (await expectStatus(200, finance.get('/bank/entries?status=quarantined')))
      .items as Json[];
    const mine = all.find(({ amountMinor }) => amountMinor === '50000');
    const fee = all.find(({ amountMinor }) => amountMinor === '1200');
    const second = await world.as('f.hassani', 'finance-officer');
    const its = { paymentId: payments[1]!.paymentId, reason: 'amount and day agree' };
    const told: string[] = [];
    for (const person of [finance, finance, second, finance]) {
      const path = `/bank/entries/${mine.entryId}/assignment`;
      told.push((await expectStatus(200, person.post(path, its))).status);
    }
    expect(told).toEqual(['proposed', 'proposed', 'assigned', 'assigned']);
    expect(
      (await finance.post(`/bank/entries/${mine.entryId}/dismissal`, { kind: 'fee', reason: 'x' }))
        .body,
    ).toMatchObject({ status: 409, code: 'ENTRY_STATUS' });
    await expectStatus(
      200,
      finance.post(`/bank/entries/${fee.entryId}/dismissal`, {
        kind: 'fee',
        reason: 'account fee',
      }),
    );
    expect(
      (await expectStatus(200, finance.get('/bank/entries?status=quarantined'))).items,
    ).toEqual([]);
  });

  it('do not answer yet: what is with the bank can be asked back, and is listed', async () => {
    const { paymentId } = payments[2]!;
    expect(
      (await finance.post(`/payments/${paymentId}/cancellation`, { reason: 'too late' })).body,
    ).toMatchObject({ status: 422, code: 'PAYMENT_STATUS' });
    const { position } = await expectStatus(
      200,
      finance.post(`/payments/${paymentId}/cancellation-request`, { reason: 'moved abroad' }),
    );
    expect(
      (await expectStatus(200, finance.get(`/payments?callBack=true&after=${position}`))).items,
    ).toMatchObject([{ paymentId, status: 'instructed', callBackReason: 'moved abroad' }]);
  });

  it('come by the folder that the bank serves, and go back with the reason where they cannot be read', async () => {
    mkdirSync(join(folder, 'IN'), { recursive: true });
    const drop = (name: string, text: string): void => {
      writeFileSync(join(folder, `${name}.part`), text);
      renameSync(join(folder, `${name}.part`), join(folder, 'IN', name));
    };
    drop('good.xml', settled(payments[2]!.endToEndId));
    drop('bad.xml', '<a>');
    await eventually('both files taken', () =>
      ['DONE/good.xml', 'REJECTED/bad.xml.reason.txt'].every((name) =>
        existsSync(join(folder, name)),
      ),
    );
    expect(readFileSync(join(folder, 'REJECTED', 'bad.xml.reason.txt'), 'utf8')).toMatch(
      /^\w+: Line 1, column \d+: /,
    );
    const { position } = await expectStatus(
      200,
      (await world.as('m', 'finance-officer')).post('/payments/outcomes', {
        outcomes: [{ paymentId: payments[2]!.paymentId, outcome: 'settled' }],
      }),
    );
    const { items } = await expectStatus(
      200,
      finance.get(`/payments?cycleId=asd-2025-10&after=${position}`),
    );
    expect((items as Json[]).map(({ status }) => status)).toEqual([
      'settled',
      'settled',
      'settled',
    ]);
  });
});
