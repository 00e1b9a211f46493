import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { paymentFiles } from '../../src/adapters/payment-rail/iso20022/pain001-rail.js';
import {
  govstackBlock,
  govstackRail,
} from '../../src/adapters/payment-rail/govstack/govstack-rail.js';
import type { GovstackSettings } from '../../src/adapters/payment-rail/govstack/port.js';
import type { Instruction, MessageHead } from '../../src/adapters/payment-rail/port.js';
import { loadConfig } from '../../src/composition/config.js';
import {
  correlationIdOf,
  functionalIdOf,
  instructionIdOf,
  LENGTHS,
} from '../../src/kernel/govstack.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { blockSettings, fakeBlock, type FakeBlock } from '../support/govstack-block.js';
import { publishedOperations } from '../support/govstack-openapi.js';
import { leaveOut } from '../support/left-out.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const operations = publishedOperations();
const PAY = '/batchtransactions';
const MAPPER = '/identityAccountMapper/beneficiary';
const ACCOUNTS: readonly Instruction['payee'][] = [
  { name: 'Zineb Aït Lahcen', kind: 'iban', account: 'MA64011519000001205000534921' },
  { name: 'Zineb Aït Lahcen', kind: 'rib', account: '011519000001205000534921' },
  { name: 'Zineb Aït Lahcen', kind: 'wallet', account: '+212612345678' },
  { name: 'Zineb Aït Lahcen', kind: 'cash', account: 'AB123456' },
];
const instruction = (i: number, more: Partial<Instruction> = {}): Instruction => ({
  paymentId: `asd-2025-11-${uuidOf('person', i)}`,
  attempt: 1,
  endToEndId: `E${String(i).padStart(24, '0')}`,
  amountMinor: 50_000n + BigInt(i),
  currency: 'MAD',
  payee: ACCOUNTS[i % 4]!,
  remittance: 'ASD 2025-11',
  ...more,
});
const FIVE = [0, 1, 2, 3, 4].map((i) => instruction(i));
const headOf = (
  instructions: readonly Instruction[],
  more: Partial<MessageHead> = {},
): MessageHead => ({
  messageId: 'ASD-2025-11-0001',
  createdAt: '2025-12-01T08:00:00.000Z',
  executionDate: '2025-12-02',
  currency: 'MAD',
  count: instructions.length,
  totalMinor: instructions.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  debtor: { name: 'Trésorerie', iban: 'MA64011519000001205000534921', bic: 'BCMAMAMC' },
  ...more,
});

let files: string;
let block: FakeBlock;
let settings: GovstackSettings;
beforeEach(async () => {
  files = temporaryFolder('govstack');
  block = await fakeBlock(operations);
  settings = blockSettings(block.url, { attempts: 3, batchSize: 2 });
});
afterEach(() => block.close());
const write = (
  instructions: readonly Instruction[] = FIVE,
  more: Partial<GovstackSettings> = {},
): ReturnType<ReturnType<typeof govstackRail>['write']> =>
  govstackRail(files, { ...settings, ...more }).write(headOf(instructions), [instructions]);
const paths = (): string[] => block.seen.map(({ method, path }) => `${method} ${path}`);

if (operations.size === 0)
  describe('the published API', () =>
    it('is not at hand', () =>
      leaveOut(
        'No request was held against the GovStack payments API: it is not at hand (set REFERENCE_DATA).',
      )));
else
  describe('a message to a payments block', () => {
    afterEach(() => expect(block.violations).toEqual([]));

    it('is paid in batches whose content is a function of the message', async () => {
      const file = await write();
      expect(file).toEqual({
        name: 'ASD-2025-11-0001.ndjson',
        messageId: 'ASD-2025-11-0001',
        sha256: hash('sha256', readFileSync(join(files, 'ASD-2025-11-0001.ndjson')), 'hex'),
        count: 5,
        totalMinor: '250010',
      });
      expect(paths()).toEqual([`POST ${PAY}`, `POST ${PAY}`, `POST ${PAY}`]);
      expect(block.seen[0]!.json).toEqual(
        [0, 1].map((i) => ({
          requestId: instructionIdOf(FIVE[i]!.endToEndId),
          paymentMode: 'mojaloop',
          amount: i === 0 ? 500 : 500.01,
          currency: 'MAD',
          descriptionText: 'ASD 2025-11',
          creditParty: [
            { key: 'payeeIdentity', value: functionalIdOf(uuidOf('person', i)) },
            { key: i === 0 ? 'iban' : 'accountNumber', value: ACCOUNTS[i]!.account },
          ],
          debitParty: [
            { key: 'iban', value: 'MA64011519000001205000534921' },
            { key: 'bic', value: 'BCMAMAMC' },
          ],
        })),
      );
      expect(block.seen[0]!.text).toContain('"amount":500.00,');
      expect(block.seen[0]!.headers).toMatchObject({
        'x-correlationid': correlationIdOf('pay', 'ASD-2025-11-0001', 0),
        'platform-tenantid': 'SANAD',
        'x-callback-url': 'https://sanad.example/govstack/callback',
      });
      expect(readFileSync(join(files, file.name), 'utf8').split('\n').at(-2)).toBe(
        '{"count":5,"total":"2500.10"}',
      );
      expect(readFileSync(join(files, file.name), 'utf8')).not.toContain('Zineb');
      expect(statSync(join(files, file.name)).mode & 0o077).toBe(0);
    });

    it('registers, updates and validates payees before it pays them, as far as the published lengths go', async () => {
      await write(FIVE.slice(0, 4), { register: true, validateAt: 'BANK1', batchSize: 4 });
      expect(paths()).toEqual([
        `POST ${MAPPER}`,
        `PUT ${MAPPER}`,
        'POST /beneficiaries',
        `POST ${PAY}`,
      ]);
      const [registered, updated, validated] = block.seen.map(
        ({ json }) => json as Record<string, unknown>,
      );
      expect(
        (registered!['Beneficiaries'] as { PaymentModality: string }[]).map(
          ({ PaymentModality }) => PaymentModality,
        ),
      ).toEqual(['00', '00', '01', '04']);
      expect(updated!['beneficiaries']).toHaveLength(4);
      expect(validated!['creditInstructions']).toEqual(
        [2, 3].map((i) =>
          expect.objectContaining({
            instructionID: instructionIdOf(FIVE[i]!.endToEndId),
            financialAddress: ACCOUNTS[i]!.account,
          }),
        ),
      );
      expect(validated!['batchId']).toBe(correlationIdOf('pay', 'ASD-2025-11-0001', 0));
    });

    it.each(['500', 'busy', 'reset', 'silent', 'reset-after-accept'] as const)(
      'goes through where the first answer is: %s',
      async (fault) => {
        block.fail(PAY, fault);
        await write(FIVE, fault === 'silent' ? { timeoutMs: 1_000, attempts: 20 } : {});
        expect(block.batches.size).toBe(3);
        // A busy machine may answer too late where so little time is given, more than once.
        if (fault === 'silent') expect(block.seen.length).toBeGreaterThanOrEqual(4);
        else expect(block.seen).toHaveLength(4);
        expect(block.seen[0]!.text).toBe(block.seen[1]!.text);
        expect(block.seen[0]!.headers['x-correlationid']).toBe(
          block.seen[1]!.headers['x-correlationid'],
        );
      },
    );

    it('fails without a known outcome after the last attempt, and goes on where it stood when written again', async () => {
      block.fail(PAY, 'reset-after-accept', 'reset', '500');
      await expect(write()).rejects.toMatchObject({
        code: 'RAIL_FAILED',
        detail: expect.stringMatching(
          /had no answer in 3 attempts \(status 500\).*safe to send it again/,
        ),
      });
      const document = readFileSync(join(files, 'ASD-2025-11-0001.ndjson'));
      expect(readdirSync(files).filter((name) => name.includes('part'))).toEqual([]);
      await write();
      expect(readFileSync(join(files, 'ASD-2025-11-0001.ndjson'))).toEqual(document);
      expect(
        [...block.batches.values()].flatMap(({ transfers }) =>
          transfers.map(({ requestId }) => requestId),
        ),
      ).toEqual(FIVE.map(({ endToEndId }) => instructionIdOf(endToEndId)));
      expect(block.repeated).toBe(1);
      const sent = block.seen.length;
      expect(await write()).toMatchObject({ count: 5 });
      expect(block.seen).toHaveLength(sent);
    });

    it('ends with what the block says is wrong, without what it quotes', async () => {
      block.fail(PAY, '400');
      await expect(write()).rejects.toMatchObject({
        code: 'RAIL_REFUSED',
        detail: `BulkPayment of batch ${correlationIdOf('pay', 'ASD-2025-11-0001', 0)} was refused: status 400; code error.msg.schema; The request is not valid; amount: must be at most 100 for account … and ….`,
      });
      block.fail(PAY, 'html');
      await expect(write()).rejects.toMatchObject({
        code: 'RAIL_REFUSED',
        detail: expect.stringMatching(/status 403\.$/),
      });
      expect(block.batches.size).toBe(0);
      block.fail(MAPPER, 'refused-with-200');
      await expect(write(FIVE, { register: true })).rejects.toMatchObject({
        code: 'RAIL_REFUSED',
        detail: expect.stringMatching(/code 01; Request not acknowledged by Pay-BB/),
      });
    });

    it('takes a duplicate for what it is, and an answer without a batch id for none', async () => {
      block.fail(PAY, '409');
      await write();
      expect(
        await govstackBlock(files, settings).batch(correlationIdOf('pay', 'ASD-2025-11-0001', 0)),
      ).not.toHaveProperty('batchId');
      rmSync(join(files, 'govstack'), { recursive: true });
      block.fail(PAY, 'no-batch-id');
      await expect(write()).rejects.toMatchObject({
        code: 'RAIL_FAILED',
        detail: expect.stringMatching(/without a batchId/),
      });
      await write();
      expect(block.batches.size).toBe(3);
    });

    it('sends nothing of a message that it cannot send whole', async () => {
      await expect(
        write([...FIVE, instruction(5, { amountMinor: 10n ** 15n })]),
      ).rejects.toMatchObject({ code: 'INSTRUCTION_INVALID' });
      await expect(write([...FIVE, instruction(5, { currency: 'EUR' })])).rejects.toMatchObject({
        code: 'INSTRUCTION_INVALID',
      });
      await expect(write([instruction(1), instruction(1)])).rejects.toMatchObject({
        code: 'INSTRUCTION_INVALID',
      });
      await expect(
        write([instruction(1, { paymentId: 'asd-2025-11-00000000-0000-4000-8000-000000000000' })]),
      ).rejects.toMatchObject({ code: 'INSTRUCTION_INVALID' });
      await expect(
        govstackRail(files, settings).write(headOf(FIVE, { totalMinor: 1n }), [FIVE]),
      ).rejects.toMatchObject({ code: 'CONTROL_SUM_DIFFERS' });
      const writer = await govstackRail(files, settings).begin(headOf(FIVE));
      await writer.add(FIVE);
      await writer.abandon();
      expect(
        await (await govstackRail(files, settings).begin(headOf(FIVE))).finish(),
      ).toBeUndefined();
      expect(block.seen).toEqual([]);
      expect(readdirSync(files)).toEqual([]);
    });

    it('does not go to the block where it went to a bank as a file, nor the other way round', async () => {
      const other = join(files, 'other');
      await paymentFiles(files).write(headOf(FIVE), [FIVE]);
      await expect(write()).rejects.toMatchObject({ code: 'MESSAGE_DIFFERS' });
      expect(block.seen).toEqual([]);
      await govstackRail(other, settings).write(headOf(FIVE), [FIVE]);
      await expect(paymentFiles(other).write(headOf(FIVE), [FIVE])).rejects.toMatchObject({
        code: 'MESSAGE_DIFFERS',
      });
    });

    it('never changes once it is written', async () => {
      await write();
      await expect(write(FIVE.slice(1))).rejects.toMatchObject({ code: 'MESSAGE_DIFFERS' });
      const rail = govstackRail(files, settings);
      const writer = await rail.begin(headOf(FIVE));
      await expect(rail.begin(headOf(FIVE))).rejects.toMatchObject({ code: 'MESSAGE_BUSY' });
      await writer.abandon();
    });

    it('is found again by the id that the block says back, with what the block says of it', async () => {
      await write();
      const id = correlationIdOf('pay', 'ASD-2025-11-0001', 1);
      const known = govstackBlock(files, settings);
      const batch = await known.batch(id);
      expect(batch).toMatchObject({
        correlationId: id,
        messageId: 'ASD-2025-11-0001',
        batchId: 'block-2',
        currency: 'MAD',
      });
      expect(batch!.transfers).toEqual(
        [2, 3].map((i) => ({
          instructionId: instructionIdOf(FIVE[i]!.endToEndId),
          paymentId: FIVE[i]!.paymentId,
          endToEndId: FIVE[i]!.endToEndId,
          payeeIdentity: functionalIdOf(uuidOf('person', i)),
          account: ACCOUNTS[i]!.account,
          amountMinor: FIVE[i]!.amountMinor,
        })),
      );
      expect(await known.batch('NOTKNOWN0000')).toBeUndefined();
      const pages = [];
      for await (const page of known.details(batch!)) pages.push(...page);
      expect(pages).toEqual(
        batch!.transfers.map(({ instructionId, amountMinor }) => ({
          transactionId: instructionId,
          status: 'COMPLETED',
          currency: 'MAD',
          amount: String(Number(amountMinor) / 100),
        })),
      );
    });
  });

describe('settings', () => {
  const env = {
    SANAD_GOVSTACK_URL: 'https://block.example/',
    SANAD_GOVSTACK_BBID: 'SANAD',
    SANAD_GOVSTACK_CALLBACK_URL: 'https://sanad.example/govstack/callback',
  };
  it('come from the environment, within the published lengths', () => {
    expect(loadConfig(env).rail.govstack).toEqual({
      url: 'https://block.example',
      bbId: 'SANAD',
      tenantId: 'SANAD',
      callbackUrl: 'https://sanad.example/govstack/callback',
      timeoutMs: 30_000,
      attempts: 5,
      batchSize: 1_000,
      paymentMode: 'mojaloop',
      register: true,
    });
    expect(loadConfig({}).rail.govstack).toBeUndefined();
  });
  it.each([
    ['SANAD_GOVSTACK_BBID', 'B'.repeat(LENGTHS.institutionId + 1)],
    ['SANAD_GOVSTACK_BBID', ''],
    ['SANAD_GOVSTACK_URL', 'ftp://block'],
    ['SANAD_GOVSTACK_CALLBACK_URL', `https://${'c'.repeat(LENGTHS.callbackUrl)}`],
    ['SANAD_GOVSTACK_TENANT', 'T'.repeat(LENGTHS.tenantId + 1)],
    ['SANAD_GOVSTACK_VALIDATE', 'D'.repeat(LENGTHS.dfspId + 1)],
    ['SANAD_GOVSTACK_REGISTER', 'yes'],
    ['SANAD_GOVSTACK_BATCH', '0'],
  ])('refuse a wrong %s', (name, value) => {
    expect(() => loadConfig({ ...env, [name]: value })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', field: name }),
    );
  });
});
