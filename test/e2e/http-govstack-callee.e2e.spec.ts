import { describe, expect, it } from '@jest/globals';
import { ibanOfRib } from '../../src/kernel/accounts.js';
import { functionalIdOf, personIdOf } from '../../src/kernel/govstack.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { eventually } from '../support/eventually.js';
import { leaveOut } from '../support/left-out.js';
import { expectStatus, ribNumber, type Json, type Reply } from './http-world.js';
import {
  world,
  persons,
  lost,
  id,
  WALLET,
  operations,
  register,
  backFrom,
  receiverUrl,
  block,
  hand,
  transfer,
  validate,
  here,
  update,
  lookup,
  send,
  intake,
  payments,
  readings,
} from './govstack-callee.fixtures.js';

describe('an account mapper', () => {
  it('registers accounts of persons who are known and have none, and says of the others why not', async () => {
    await expectStatus(
      200,
      (await world.as('o.chraibi', 'case-officer')).post(
        `/persons/${persons[2]}/accounts/${lost}/closing`,
        { reason: 'lost' },
      ),
    );
    const unknown = functionalIdOf(uuidOf('person', 'nobody'));
    const asked = [
      { payeeIdentity: id(2), PaymentModality: '01', FinancialAddress: WALLET },
      { payeeIdentity: unknown, PaymentModality: '01', FinancialAddress: WALLET },
      { payeeIdentity: id(0), PaymentModality: '00', FinancialAddress: ribNumber(99) },
      { payeeIdentity: id(1), PaymentModality: '02', FinancialAddress: 'fatima@bank' },
      { payeeIdentity: 'not ours', PaymentModality: '00', FinancialAddress: '1' },
      { payeeIdentity: id(1), PaymentModality: '00', FinancialAddress: ribNumber(2) },
    ];
    expect(
      operations
        .get('RegisterBeneficiaryRequest')
        ?.body({ RequestID: 'REG1', Beneficiaries: asked }) ?? [],
    ).toEqual([]);
    const { status, body } = await register(asked);
    expect(operations.get('RegisterBeneficiaryRequest')?.answer(status, body) ?? []).toEqual([]);
    expect(body).toEqual({
      responseCode: '00',
      requestID: 'REG1',
      responseDescription:
        '1 set, 0 as they were, 5 refused; the first, number 2: No such payee is registered here.',
    });
    expect(await backFrom('RegisterBeneficiaryResponse')).toMatchObject({
      requestID: 'REG1',
      registerRequestID: 'REG1',
      numberFailedCases: 5,
      failedCases: [
        {
          payeeIdentity: unknown,
          paymentModality: '01',
          failureReason: 'PAYEE_UNKNOWN: No such payee is registered here.',
        },
        { payeeIdentity: id(0), failureReason: expect.stringMatching(/^ALREADY_REGISTERED/) },
        { failureReason: expect.stringMatching(/^MODALITY_NOT_PAID/) },
        { payeeIdentity: 'not ours', failureReason: expect.stringMatching(/^PAYEE_UNKNOWN/) },
        { failureReason: expect.stringMatching(/^PAYEE_TWICE/) },
      ],
    });
    expect((await register([asked[0]!])).body).toMatchObject({
      responseCode: '00',
      responseDescription: '0 set, 1 as they were, 0 refused.',
    });
    expect((await register([asked[1]!])).body).toMatchObject({ responseCode: '01' });
  });

  it('answers what is not as published with 400 and its code', async () => {
    const good = { payeeIdentity: id(2), PaymentModality: '01', FinancialAddress: WALLET };
    for (const [bad, more] of [
      [[{ ...good, PaymentModality: '07' }], {}],
      [[{ ...good, payeeIdentity: 'x'.repeat(21) }], {}],
      [[{ ...good, FinancialAddress: '9'.repeat(31) }], {}],
      [[], {}],
      [[good], { 'X-Callback-URL': 'http://169.254.169.254/latest' }],
      [[good], { 'X-Callback-URL': `${receiverUrl}-other` }],
      [[good], { 'X-Registering-Institution-ID': 'x'.repeat(13) }],
    ] as const) {
      const { status, body } = await register([...bad], more);
      expect({ status, ...body }).toMatchObject({
        status: 400,
        ResponseCode: '01',
        RequestID: 'REG1',
      });
      expect(operations.get('RegisterBeneficiaryRequest')?.answer(status, body) ?? []).toEqual([]);
    }
    expect((await register([good], {}, block)).body).toMatchObject({
      responseCode: '01',
      code: 'ROLE_NOT_ALLOWED',
    });
    expect(here()).toEqual([]);
  });

  const CHANGED = ibanOfRib(ribNumber(77));
  const change = () => ({
    payeeIdentity: id(1),
    paymentModality: '00',
    financialAddress: CHANGED,
  });

  it("changes accounts by the person's own rules, and the same again changes nothing", async () => {
    const officer = await world.as('o.chraibi', 'case-officer');
    const isWaiting = async (): Promise<boolean> => {
      const waits = await expectStatus(200, officer.get('/proposals?kind=payee-account'));
      return waits.items.some(({ personId }: Json) => personId === persons[1]);
    };
    expect(await isWaiting()).toBe(false);
    const { status, body } = await update([
      change(),
      { payeeIdentity: id(2), financialAddress: 'none' },
      { payeeIdentity: id(0), status: '0' },
      { payeeIdentity: id(0) },
    ]);
    expect(operations.get('UpdateBeneficiaryRequest')?.answer(status, body) ?? []).toEqual([]);
    expect(body).toMatchObject({ responseCode: '00', requestID: 'UPD1' });
    const back = await backFrom('UpdateBeneficiaryResponse');
    expect(back.failedCases.map(({ failureReason }: Json) => failureReason.split(':')[0])).toEqual([
      'INVALID_ACCOUNT',
      'STATUS_NOT_TAKEN',
      'PAYEE_TWICE',
    ]);
    expect((await update([change()])).body.responseDescription).toBe(
      '0 set, 1 as they were, 0 refused.',
    );
    await eventually('the changed account among what waits', isWaiting);
  });

  it('tells who is limited to another region nothing of a person, and changes nothing', async () => {
    const elsewhere = await world.as('registry-2', 'intake', ['MA-01']);
    const before = readings('payee accounts');
    const nobody = functionalIdOf(uuidOf('person', 'nobody'));
    // Neither who is there, nor whether this is their account, nor what is wrong with it.
    for (const [payeeIdentity, financialAddress] of [
      [id(1), ibanOfRib(ribNumber(78))],
      [id(1), CHANGED],
      [id(1), 'none'],
      [nobody, CHANGED],
    ] as const) {
      const asked = [{ payeeIdentity, paymentModality: '00', financialAddress }];
      expect((await update(asked, elsewhere, 'UPD2')).body).toMatchObject({
        responseCode: '01',
        responseDescription: expect.stringMatching(
          /^0 set, 0 as they were, 1 refused; .*Your role is limited to MA-01/,
        ),
      });
      const registering = [
        { payeeIdentity, PaymentModality: '00', FinancialAddress: financialAddress },
      ];
      expect((await register(registering, {}, elsewhere)).body).toMatchObject({
        responseDescription: expect.stringMatching(/^0 set, 0 as .*Your role is limited to MA-01/),
      });
    }
    const answers = [await lookup(id(1), elsewhere), await lookup('N'.repeat(20), elsewhere)];
    expect(answers.map(({ status, body }) => [status, body.status, body.code])).toEqual([
      [403, 403, 'REGION_NOT_ALLOWED'],
      [403, 403, 'REGION_NOT_ALLOWED'],
    ]);
    expect(answers[1]!.body.detail).toBe(answers[0]!.body.detail);
    // Nothing was opened for who was refused, so nothing says that they read it.
    expect(readings('payee accounts')).toEqual(before);
  });

  it('says where payees are paid, and notes of whom that was read', async () => {
    const found = await lookup(id(1));
    expect(operations.get('AccountLookup')?.answer(found.status, found.body) ?? []).toEqual([]);
    expect(found.body).toEqual({ requestId: 'L1', paymentModalityList: [change()] });
    const { body } = await send(
      intake,
      'PUT',
      '/beneficiary',
      { requestId: 'L2', payeePartyIds: [id(2), 'nobody'] },
      { 'X-Callback_URL': 'http://x', registeringInstitutionId: 'M' },
    );
    expect(body).toEqual({
      requestId: 'L2',
      paymentModalityList: [
        { payeeIdentity: id(2), paymentModality: '01', financialAddress: WALLET },
      ],
    });
    expect(new Set(readings('payee accounts').map(({ of }) => of))).toEqual(
      new Set([1, 2].map((n) => personIdOf(id(n)))),
    );
  });
});

describe('a payments block', () => {
  it('says which accounts it could not pay on', async () => {
    const of = (instructionID: string, financialAddress: string, more = {}): Json => ({
      instructionID,
      financialAddress,
      ...more,
    });
    expect(
      (
        await validate([
          of('1', WALLET),
          of('2', WALLET, { amount: 1.001, currency: 'MAD' }),
          of('3', '+212600000000'),
          of('4', '+1'),
          of('5', 'NO9386011117948'),
        ])
      ).status,
    ).toBe(202);
    const body = await backFrom('BulkValidateAccountResponse');
    expect(body).toMatchObject({
      clientCorrelationId: 'CORRELATION-',
      batchId: 'B1',
      numberOfFailedCases: 4,
    });
    expect(
      body.failedAccountLookups.map(
        ({ instructionID, failureReason }: Json) => `${instructionID} ${failureReason}`,
      ),
    ).toEqual([
      expect.stringMatching(/^2 amount has 3 decimals/),
      '3 No beneficiary has this account.',
      '4 The telephone number is wrong.',
      '5 The check digits of the IBAN are wrong.',
    ]);
    expect(readings('whether accounts are payable')).toMatchObject([
      { actor: 'source-bb', role: 'payment-system', of: persons[2], count: 1 },
    ]);
    expect((await validate([of('1', '9'.repeat(21))])).body).toMatchObject({
      status: 400,
      field: 'creditInstructions/0/financialAddress',
    });
  });

  let batchId: string;
  it("confirms a batch of payments that are Sanad's own", async () => {
    const items = await payments();
    const amountOf = (n: number): number =>
      Number(items.find(({ paymentId }) => paymentId.endsWith(persons[n]!)).amount ?? 500);
    const batch = [
      transfer(0, { amount: amountOf(0) }),
      transfer(1, {
        amount: amountOf(1),
        creditParty: [
          { key: 'payeeIdentity', value: id(1) },
          { key: 'iban', value: ibanOfRib(ribNumber(2)) },
        ],
      }),
    ];
    expect(operations.get('BulkPayment')?.body(batch) ?? []).toEqual([]);
    const { status, body } = await hand(batch);
    expect(status).toBe(202);
    expect(operations.get('BulkPayment')?.answer(status, body) ?? []).toEqual([]);
    ({ batchId } = body);
    const back = await backFrom('BulkPaymentStatusUpdate');
    expect(here()[0]!.url.searchParams.get('X-CorrelationID')).toBe('C1');
    expect(back).toMatchObject({
      requestId: 'C1',
      batchId,
      TotalTransactions: 2,
      ongoing: 2,
      failed: 0,
      completed: 0,
      totalAmount: amountOf(0) + amountOf(1),
      completed_amount: 0,
    });
    expect((await hand(batch)).body).toEqual(body);
    expect((await hand([batch[0]])).body).toMatchObject({
      status: 400,
      code: 'CORRELATION_ID_REUSED',
    });
  });

  it('says how the payments of that batch stand', async () => {
    await expectStatus(
      200,
      block.post('/payments/outcomes', {
        outcomes: [
          { paymentId: `asd-2025-10-${persons[0]}`, outcome: 'settled' },
          { paymentId: `asd-2025-10-${persons[1]}`, outcome: 'rejected', reason: 'AC04' },
        ],
      }),
    );
    const ask = (query = '', by = block): Promise<Reply> =>
      send(by, 'GET', `/api/v1/batch/detail?batchId=${batchId}${query}`, undefined, {
        'Platform-TenantId': 'T',
      });
    const details = await ask();
    expect(operations.get('BatchDetails')?.answer(details.status, details.body) ?? []).toEqual([]);
    expect(details.body).toMatchObject([
      { transactionId: 'T0', status: 'COMPLETED', payeePartyId: id(0) },
      { transactionId: 'T1', status: 'FAILED', errorInformation: 'AC04' },
    ]);
    expect((await ask('&pageSize=1&pageNo=1')).body).toMatchObject([{ transactionId: 'T1' }]);
    expect((await ask('&status=COMPLETED')).body).toMatchObject([{ transactionId: 'T0' }]);
    expect((await ask('&pageSize=0')).body).toMatchObject({ status: 400, field: 'pageSize' });
    expect((await ask('', await world.as('other-bb', 'payment-system'))).body).toMatchObject({
      status: 400,
      code: 'BATCH_UNKNOWN',
    });
  });

  it("refuses a batch whole, naming each transfer that is no payment of Sanad's, and pays nothing", async () => {
    const before = await payments();
    const { body } = await hand(
      [
        transfer(0),
        transfer(0, { amount: 1 }),
        transfer(2),
        transfer(0, {
          creditParty: [
            { key: 'payeeIdentity', value: id(0) },
            { key: 'msisdn', value: WALLET },
          ],
        }),
        transfer(0, { creditParty: [{ key: 'payeeIdentity', value: 'nobody' }] }),
        transfer(0),
      ],
      'C2',
    );
    expect(body.status).toBe(400);
    expect(body.errors.map(({ field, code }: Json) => `${field} ${code}`)).toEqual([
      '1 AMOUNT_DIFFERS',
      '2 PAYMENT_UNKNOWN',
      '3 ACCOUNT_DIFFERS',
      '4 PAYMENT_UNKNOWN',
      '5 TRANSFER_TWICE',
    ]);
    expect(JSON.stringify(body)).not.toContain(WALLET);
    expect(await payments()).toEqual(before);
    expect(here()).toEqual([]);
  });

  it('refuses a batch that is not as published or not from who may pay, and pays nothing', async () => {
    const before = await payments();
    const unnamed = transfer(0, { creditParty: [{ key: 'name', value: 'F' }] });
    const longId = transfer(0, { requestId: 'x'.repeat(17) });
    const notAllowed = { 'X-Callback-URL': 'https://elsewhere.example/' };
    const regional = await world.as('regional', 'payment-system', ['MA-06']);
    const refused: [Parameters<typeof hand>, Json][] = [
      [[[unnamed], 'C3'], { status: 400, field: '0/creditParty' }],
      [[[longId], 'C3'], { status: 400, field: '0/requestId' }],
      [[{ not: 'a list' }, 'C3'], { status: 400 }],
      [
        [[transfer(0)], 'C4', { 'X-Program-Id': 'other' }],
        { status: 400, code: 'PAYMENT_UNKNOWN' },
      ],
      [
        [[transfer(0)], 'C5', notAllowed],
        { status: 400, code: 'CALLBACK_NOT_ALLOWED', field: 'X-Callback-URL' },
      ],
      [[[transfer(0)], 'C5', {}, intake], { status: 403, code: 'ROLE_NOT_ALLOWED' }],
      [[[transfer(0)], 'C5', {}, regional], { status: 403, code: 'REGION_NOT_ALLOWED' }],
    ];
    for (const [asked, refusal] of refused)
      expect((await hand(...asked)).body).toMatchObject(refusal);
    expect(await payments()).toEqual(before);
    expect(here()).toEqual([]);
  });
});

if (operations.size === 0)
  it('the published API is not at hand', () =>
    leaveOut(
      'Nothing that Sanad answers as a payments block was held against the GovStack payments API: it is not at hand (set REFERENCE_DATA).',
    ));
