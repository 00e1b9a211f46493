import { describe, expect, it } from '@jest/globals';
import { leaveOut } from '../support/left-out.js';
import type { BlockBatch } from '../support/govstack-block.js';
import { expectStatus, lastPosition, type Json, type Reply } from './http-world.js';
import {
  operations,
  block,
  ID,
  statusOf,
  batchOf,
  tell,
  finance,
  callBack,
  statuses,
  totalOf,
  CYCLE,
  world,
  persons,
  wallet,
} from './govstack-callbacks.fixtures.js';

if (operations.size === 0)
  it('the published API is not at hand', () =>
    leaveOut(
      'No callback was held against the GovStack payments API: it is not at hand (set REFERENCE_DATA).',
    ));
else
  describe('callbacks of a payments block', () => {
    it('follow what was sent as published', () => {
      expect(block.violations).toEqual([]);
      expect([...block.batches.keys()]).toEqual([ID(0), ID(1)]);
      expect(block.batches.size).toBe(2);
    });

    it('may leave out the file of results', () => {
      const operation = operations.get('BulkPaymentStatusUpdate')!;
      expect(operation.body({ ...statusOf(batchOf(0)), result_file: '' })).toEqual([]);
    });

    it.each<[string, (body: Json) => Promise<Reply>, Json]>([
      [
        'by a person',
        (body) => tell(body, { by: finance }),
        { status: 403, code: 'ROLE_NOT_ALLOWED' },
      ],
      [
        'of what was not sent',
        (body) => tell(body, { id: 'UNKNOWN00000' }),
        { status: 400, code: 'BATCH_UNKNOWN', field: 'X-CorrelationID' },
      ],
      [
        'asked about another batch',
        (body) => tell(body, { batchId: 'another' }),
        { status: 400, code: 'BATCH_DIFFERS', field: 'batchId' },
      ],
      [
        'of another batch',
        (body) => tell({ ...body, batchId: 'another' }),
        { status: 400, code: 'BATCH_DIFFERS', field: 'batchId' },
      ],
      [
        'with too long an id',
        (body) => tell(body, { id: 'X'.repeat(13) }),
        { status: 400, field: 'X-CorrelationID' },
      ],
      [
        'of another count',
        (body) => tell({ ...body, TotalTransactions: 4, completed: 4 }),
        { status: 400, code: 'BATCH_DIFFERS', field: 'TotalTransactions' },
      ],
      [
        'of another total',
        (body) => {
          const more = body.totalAmount + 0.01;
          return tell({ ...body, totalAmount: more, completed_amount: more });
        },
        { status: 400, code: 'BATCH_DIFFERS', field: 'totalAmount' },
      ],
      [
        'of less than a centime',
        (body) => tell({ ...body, totalAmount: body.totalAmount + 0.00002 }),
        { status: 400, code: 'INVALID_AMOUNT', field: 'totalAmount' },
      ],
      [
        'of sums that do not add up',
        (body) => tell({ ...body, completed_amount: 1 }),
        { status: 400, field: 'completed_amount' },
      ],
      [
        'of counts that do not add up',
        (body) => tell({ ...body, failed: 1 }),
        { status: 400, field: 'completed' },
      ],
      [
        'with a word for a sum',
        (body) => tell({ ...body, totalAmount: 'much' }),
        { status: 400, field: 'totalAmount' },
      ],
      [
        'with more than is published',
        (body) => tell({ ...body, more: 1 }),
        { status: 400, code: 'UNKNOWN_FIELD', field: 'more' },
      ],
      [
        'with a word for a time',
        (body) => tell({ ...body, resultGeneratedAt: 'today' }),
        { status: 400, field: 'resultGeneratedAt' },
      ],
      [
        'with nothing that is published',
        () => callBack({ hello: 1 }),
        { status: 400, code: 'CALLBACK_UNKNOWN' },
      ],
    ])('are refused %s', async (_, said, refusal) => {
      expect((await said(statusOf(batchOf(0)))).body).toMatchObject(refusal);
      expect(await statuses()).toEqual(Array(6).fill('instructed'));
    });

    it('settle a batch that is completed as it was sent, once, however often and whichever way they come', async () => {
      const ongoing = statusOf(batchOf(0), {
        ongoing: 3,
        completed: 0,
        completed_amount: 0,
        ongoing_amount: totalOf(batchOf(0)),
      });
      expect((await expectStatus(200, tell(ongoing))).message).toBe(
        '3 applied, 0 unchanged, 0 contradictory, 0 refused, 0 without an outcome, 0 for a person.',
      );
      expect(await statuses()).toEqual([
        'accepted',
        'accepted',
        'accepted',
        'instructed',
        'instructed',
        'instructed',
      ]);
      const done = statusOf(batchOf(0), { totalAmount: totalOf(batchOf(0)) + 0.0000000001 });
      const first = await tell(done);
      expect(first.body).toEqual({
        message:
          '3 applied, 0 unchanged, 0 contradictory, 0 refused, 0 without an outcome, 0 for a person.',
      });
      expect(operations.get('BulkPaymentStatusUpdate')!.answer(first.status, first.body)).toEqual(
        [],
      );
      for (const again of [
        () => tell(done),
        () => callBack(done),
        () => callBack(ongoing),
        () => tell({ ...done, resultGeneratedAt: '2025-12-03T10:00:00.000Z' }),
      ]) {
        expect((await expectStatus(200, again())).message).toBe(
          '0 applied, 3 unchanged, 0 contradictory, 0 refused, 0 without an outcome, 0 for a person.',
        );
      }
      expect(await statuses()).toEqual([
        'instructed',
        'instructed',
        'instructed',
        'settled',
        'settled',
        'settled',
      ]);
      const { items } = await expectStatus(
        200,
        finance.get(`/payments?cycleId=${CYCLE}&status=settled&after=${await lastPosition(world)}`),
      );
      expect((items as Json[]).map(({ settledOn }) => settledOn)).toEqual(
        Array(3).fill('2025-11-28'),
      );
    });

    /** One transfer of the second batch is paid, one failed, and one is on its way. */
    const half = (): Json => {
      const batch = batchOf(1);
      const [one, two, three] = batch.transfers;
      return statusOf(batch, {
        completed: 1,
        failed: 1,
        ongoing: 1,
        completed_amount: one!.amount,
        failed_amount: two!.amount,
        ongoing_amount: three!.amount,
      });
    };
    /** What the block says of each: one by its payee, one that is not ours, one with nonsense. */
    function halfInDetail(batch: BlockBatch): Json[] {
      const [one, two, three] = batch.transfers;
      const { creditParty } = (JSON.parse(batch.text) as Json[])[1];
      return [
        {
          transactionId: one!.requestId,
          status: 'COMPLETED',
          amount: one!.amount,
          currency: 'MAD',
          completedAt: '2025-11-29T08:00:00Z',
          batchId: batch.batchId,
        },
        {
          transactionId: '2251799813',
          payeePartyId: creditParty[0].value,
          status: 'FAILED',
          amount: two!.amount,
          errorInformation: 'AC04 account closed',
          batchId: batch.batchId,
        },
        { transactionId: 'somebody-else', status: 'COMPLETED', amount: 9.99 },
        { transactionId: three!.requestId, status: 'COMPLETED', amount: 0.001 },
      ];
    }

    it('of a batch that is neither are not taken while the block does not say more', async () => {
      block.fail('/api/v1/batch/detail', '500', '500', '500', '500', '500');
      expect((await tell(half())).body).toMatchObject({ status: 503, code: 'BLOCK_UNAVAILABLE' });
      expect(await statuses()).toEqual([
        'instructed',
        'instructed',
        'instructed',
        'settled',
        'settled',
        'settled',
      ]);
    });

    it('of a batch that is neither have the block asked for each transfer', async () => {
      block.details = halfInDetail;
      expect((await expectStatus(200, tell(half()))).message).toBe(
        '2 applied, 0 unchanged, 0 contradictory, 0 refused, 1 without an outcome, 1 for a person.',
      );
      expect((await expectStatus(200, tell(half()))).message).toBe(
        '0 applied, 2 unchanged, 0 contradictory, 0 refused, 1 without an outcome, 1 for a person.',
      );
      const waiting = await expectStatus(200, finance.get('/bank/entries?status=quarantined'));
      expect(waiting.items).toMatchObject([
        {
          family: 'govstack',
          code: 'ENTRY_INVALID',
          detail: expect.stringMatching(/ 0\.001;.* MAD\.$/),
          bankReference: batchOf(1).correlationId,
        },
      ]);
      expect(await statuses()).toEqual([
        'instructed',
        'rejected',
        'settled',
        'settled',
        'settled',
        'settled',
      ]);
      const rejected = await expectStatus(
        200,
        finance.get(
          `/payments?cycleId=${CYCLE}&status=rejected&after=${await lastPosition(world)}`,
        ),
      );
      expect(rejected.items).toMatchObject([{ reason: 'AC04' }]);
      expect(block.violations).toEqual([]);
      expect(operations.get('BatchDetails')!.answer(200, halfInDetail(batchOf(1)))).toEqual([]);
    });

    it('become breaks where they contradict what was said before', async () => {
      expect((await expectStatus(200, tell(statusOf(batchOf(1))))).message).toBe(
        '1 applied, 1 unchanged, 1 contradictory, 0 refused, 0 without an outcome, 0 for a person.',
      );
      expect(await statuses()).toEqual([
        'rejected',
        'settled',
        'settled',
        'settled',
        'settled',
        'settled',
      ]);
    });

    it('about accounts and beneficiaries are taken in too', async () => {
      const ok = {
        requestID: 'R1',
        registerRequestID: 'R0',
        numberFailedCases: 1,
        failedCases: [
          { payeeIdentity: 'x', paymentModality: '00', failureReason: 'known already' },
        ],
      };
      expect(await expectStatus(200, callBack(ok))).toEqual({
        responseCode: '00',
        responseDescription: 'Received.',
        requestID: 'R1',
      });
      expect((await callBack({ ...ok, numberFailedCases: 2 })).body).toMatchObject({
        status: 400,
        field: 'numberFailedCases',
      });
      expect(
        (await callBack({ ...ok, failedCases: [{ payeeIdentity: 'x', paymentModality: '09' }] }))
          .body,
      ).toMatchObject({ status: 400, field: 'failedCases/0/paymentModality' });
      const valid = {
        clientCorrelationId: 'V1',
        batchId: ID(0),
        numberOfFailedCases: 0,
        failedAccountLookups: [],
      };
      expect(operations.get('BulkValidateAccountResponse')!.body(valid)).toEqual([]);
      expect(await expectStatus(200, callBack(valid))).toMatchObject({ responseCode: '00' });
      // IBANs are too long to have been asked about; the one wallet was.
      const { requestId } = batchOf(0).transfers.find(
        (transfer) => !JSON.stringify(transfer).includes('+212698765432'),
      )!;
      expect(
        (
          await callBack({
            ...valid,
            numberOfFailedCases: 1,
            failedAccountLookups: [{ instructionID: requestId }],
          })
        ).body,
      ).toMatchObject({ status: 400, field: 'failedAccountLookups' });
      expect((await callBack({ ...valid, batchId: 'UNKNOWN00000' })).body).toMatchObject({
        status: 400,
        code: 'BATCH_UNKNOWN',
      });
    });

    it('verify the accounts that the block found', async () => {
      const asked = block.seen
        .filter(({ path }) => path === '/beneficiaries')
        .map(({ json, headers }) => ({
          ...(json as Json),
          clientCorrelationId: headers['x-client-correlation-id'],
        }));
      expect(
        asked.map(({ creditInstructions }) =>
          creditInstructions.map(({ financialAddress }: Json) => financialAddress),
        ),
      ).toEqual([['+212698765432']]);
      const [{ batchId, clientCorrelationId, creditInstructions }] = asked as [Json];
      const verify = async (): Promise<string> =>
        (
          await (
            await world.as('s.doukkali', 'supervisor')
          ).post(`/persons/${persons[5]}/accounts/${wallet}/verification`, { method: 'seen' })
        ).body.code;
      const failed = {
        clientCorrelationId,
        batchId,
        numberOfFailedCases: 1,
        failedAccountLookups: [
          { instructionID: creditInstructions[0].instructionID, failureReason: 'no such wallet' },
        ],
      };
      await expectStatus(200, callBack(failed));
      for (const _ of [1, 2])
        await expectStatus(200, callBack({ clientCorrelationId, batchId, numberOfFailedCases: 0 }));
      expect(await verify()).toBe('ACCOUNT_ALREADY_VERIFIED');
    });
  });
