import { Controller, Inject, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GOVSTACK_CALLER, type GovstackCaller } from '../../adapters/payment-rail/govstack/port.js';
import { confirmBatch, standingOf, type Standing } from './confirm.js';
import type { HandedTransfer } from './confirmation.rule.js';
import { askedAccount } from './payable.js';
import { DomainError } from '../../kernel/errors.js';
import { functionalIdOf, LENGTHS } from '../../kernel/govstack.js';
import { partsOfPayment } from '../../kernel/ids.js';
import { formatAmount, sum } from '../../kernel/money.js';
import { actorOf, type Request } from '../../http/call.js';
import { Currency, ListOf, Text } from '../../http/fields.js';
import { DEPS, type CommandPlanDeps } from '../../http/command-handlers.js';
import { fingerprintsOf } from '../../http/idempotency.js';
import { InvalidRequest } from '../../http/validate.js';
import {
  bodyOf,
  CALLBACK,
  callbackOf,
  Figure,
  listOf,
  Published,
  taken,
  type Taken,
} from './published-endpoint.js';
import { isUnpaid } from '../../payment/payment.state.js';

/** Transfers of one batch. */
const MAX = 10_000;
/** Refusals that an answer lists. */
const MAX_LISTED = 100;

class Party {
  @Text({ max: 40 }) key!: string;
  @Text({ max: 100 }) value!: string;
}
export class HandedTransferBody {
  @Text({ max: LENGTHS.instructionId }) requestId!: string;
  @ListOf(() => Party, 10) creditParty!: Party[];
  @ListOf(() => Party, 10) debitParty!: Party[];
  @Text({ max: LENGTHS.paymentMode }) paymentMode!: string;
  @Figure() amount!: number;
  @Currency() currency!: string;
  @Text({ min: 0, max: LENGTHS.narration, optional: true }) descriptionText?: string;
}
class HandedTransfers {
  @ListOf(() => HandedTransferBody, MAX) transfers!: HandedTransferBody[];
}
class CreditInstruction {
  @Text({ max: LENGTHS.instructionId }) instructionID!: string;
  @Text({ max: LENGTHS.validatedAddress }) financialAddress!: string;
  @Figure({ optional: true }) amount?: number;
  @Currency({ optional: true }) currency?: string;
  @Text({ min: 0, max: LENGTHS.narration, optional: true }) narration?: string;
}
export class ValidateAccountsBody {
  @Text({ max: LENGTHS.batchId }) batchId!: string;
  @Text({ max: LENGTHS.dfspId }) destinationDFSPID!: string;
  @ListOf(() => CreditInstruction, MAX) creditInstructions!: CreditInstruction[];
}

const VALIDATE: readonly Taken[] = [
  { name: 'X-Client-Correlation-ID', max: 20 },
  { name: 'X-Registering-Institution-ID', max: 20 },
  CALLBACK,
];
const COMMAND: readonly Taken[] = [{ name: 'command', values: ['validate'] }];
const HAND: readonly Taken[] = [
  { name: 'X-CorrelationID', max: 20 },
  { name: 'Platform-TenantId', max: LENGTHS.tenantId },
  { name: 'X-Program-Id', max: LENGTHS.programId, optional: true },
  { name: 'X-Registering-Institution-Id', max: 20, optional: true },
  CALLBACK,
];
const RAW: readonly Taken[] = [{ name: 'type', values: ['raw'] }];
const TENANT: readonly Taken[] = [{ name: 'Platform-TenantId', max: LENGTHS.tenantId }];
const DETAIL: readonly Taken[] = [
  { name: 'batchId', max: LENGTHS.batchId },
  { name: 'direction', max: 12, optional: true },
  { name: 'pageNo', max: 9, optional: true },
  { name: 'pageSize', max: 9, optional: true },
  { name: 'X-CorrelationID', max: 20, optional: true },
  { name: 'status', max: 20, optional: true },
];
/** Keys under which a transfer names its payee, and those under which it names an account. */
const PAYEE = new Set(['payeeIdentity', 'functionalId', 'payeeFunctionalID']);
const ACCOUNT = new Set(['iban', 'accountNumber', 'msisdn', 'voucher']);
const BY = { by: ['payment-system'], everywhere: true } as const;

/** Batches that a source building block hands to Sanad as to a payments block. */
@ApiTags('govstack')
@Controller('govstack')
export class GovstackBatchHttp {
  constructor(
    @Inject(DEPS) private readonly deps: CommandPlanDeps,
    @Inject(GOVSTACK_CALLER) private readonly caller: GovstackCaller,
  ) {}

  @Published('POST', 'beneficiaries', {
    ...BY,
    says: 'Ask whether accounts can be paid on; the answer is called back',
    file: 'BulkValidateAccountRequest',
    status: 202,
    body: ValidateAccountsBody,
    headers: VALIDATE,
    query: COMMAND,
    answers: { type: 'object', maxProperties: 0 },
  })
  async validate(@Req() request: Request): Promise<unknown> {
    taken(request, 'query', COMMAND);
    const headers = taken(request, 'headers', VALIDATE);
    const url = callbackOf(this.caller, headers[CALLBACK.name])!;
    const { batchId, creditInstructions } = bodyOf(ValidateAccountsBody, request);
    const clientCorrelationId = headers['X-Client-Correlation-ID']!.slice(0, LENGTHS.correlationId);
    const { id, role } = actorOf(request);
    await this.caller.owe({
      what: 'the result of BulkValidateAccount',
      url,
      query: {},
      answer: {
        clientCorrelationId,
        batchId,
        by: { actor: { id, role }, correlationId: request.id },
        accounts: creditInstructions.map((instruction) => askedAccount(this.deps, instruction)),
      },
    });
    return {};
  }

  @Published('POST', 'batchtransactions', {
    ...BY,
    says: 'Hand over a batch: confirmed where each transfer is a payment of a released cycle, refused otherwise; Sanad pays nothing because of it',
    file: 'BulkPayment',
    status: 202,
    body: HandedTransferBody,
    list: true,
    headers: HAND,
    query: RAW,
    answers: {
      type: 'object',
      properties: { batchId: { type: 'string', maxLength: LENGTHS.batchId } },
    },
  })
  async hand(@Req() request: Request): Promise<unknown> {
    taken(request, 'query', RAW);
    const headers = taken(request, 'headers', HAND);
    const url = callbackOf(this.caller, headers[CALLBACK.name])!;
    const { transfers } = listOf(HandedTransfers, 'transfers', request);
    const programme = headers['X-Program-Id'];
    const correlationId = headers['X-CorrelationID']!;
    const subject = actorOf(request).id;
    const confirmed = await confirmBatch(
      this.deps,
      {
        correlationId,
        ...(programme === undefined ? {} : { programme }),
        transfers: transfers.map(handed),
        ...fingerprintsOf(this.deps.vault, {
          method: 'POST',
          path: `/govstack/batchtransactions ${programme ?? ''}`,
          body: request.body,
        }),
      },
      subject,
    );
    if (confirmed.kind === 'refused') {
      throw new InvalidRequest(
        confirmed.unconfirmed.slice(0, MAX_LISTED).map(({ index, code, reason }) => ({
          field: String(index),
          code,
          detail: `Transfer ${index + 1}: ${reason}`,
        })),
      );
    }
    const { batchId } = confirmed.batch;
    const standing = await standingOf(this.deps, subject, batchId);
    const id = correlationId.slice(0, LENGTHS.correlationId);
    await this.caller.owe({
      what: 'the status of a batch',
      url,
      query: { batchId, 'X-CorrelationID': id },
      answer: { body: statusOf(id, batchId, standing!.transfers, this.deps.clock.now()) },
    });
    return { batchId };
  }

  @Published('GET', 'api/v1/batch/detail', {
    ...BY,
    says: 'How the transfers of a batch stand that was handed over',
    file: 'BatchDetails',
    status: 200,
    headers: TENANT,
    query: DETAIL,
    answers: { type: 'array', items: { type: 'object' } },
  })
  async detail(@Req() request: Request): Promise<unknown> {
    taken(request, 'headers', TENANT);
    const {
      batchId,
      pageNo = '0',
      pageSize = '50',
      status,
      direction,
    } = taken(request, 'query', DETAIL);
    const page = wholeOf('pageNo', pageNo, 0);
    const size = wholeOf('pageSize', pageSize, 1);
    const standing = await standingOf(this.deps, actorOf(request).id, batchId!);
    if (!standing)
      throw new DomainError(
        'BATCH_UNKNOWN',
        'You handed over no such batch.',
        'invalid',
        'batchId',
      );
    const transactions =
      direction === undefined || direction === 'OUTGOING'
        ? standing.transfers.map((transfer) => transactionOf(batchId!, transfer))
        : [];
    return transactions
      .filter((transaction) => status === undefined || transaction.status === status.toUpperCase())
      .slice(page * size, (page + 1) * size);
  }
}

function wholeOf(name: string, text: string, min: number): number {
  const value = /^[0-9]{1,5}$/.test(text) ? Number(text) : -1;
  if (value < min || value > MAX)
    throw new DomainError(
      'INVALID_FIELD',
      `${name} must be a whole number from ${min} to ${MAX}.`,
      'invalid',
      name,
    );
  return value;
}

function handed(
  { requestId, creditParty, amount, currency }: HandedTransferBody,
  index: number,
): HandedTransfer {
  const wrong = (reason: string): DomainError =>
    new DomainError(
      'INVALID_FIELD',
      `Transfer ${index + 1}: creditParty ${reason}.`,
      'invalid',
      `${index}/creditParty`,
    );
  const [payees, accounts] = [PAYEE, ACCOUNT].map((keys) =>
    creditParty.filter(({ key }) => keys.has(key)),
  ) as [Party[], Party[]];
  if (payees.length !== 1) throw wrong('names one payee, as payeeIdentity');
  if (accounts.length > 1 || payees.length + accounts.length !== creditParty.length)
    throw wrong(
      'names at most one account, as iban, accountNumber, msisdn or voucher, and nothing else',
    );
  const account = accounts[0]?.value.replace(/[\s.-]/g, '').toUpperCase();
  return {
    requestId,
    payeeIdentity: payees[0]!.value,
    amount: String(amount),
    currency,
    ...(account === undefined ? {} : { account }),
  };
}

type Word = 'COMPLETED' | 'FAILED' | 'IN_PROGRESS';
function wordOf(payment: Standing['payment']): Word {
  if (payment.status === 'settled') return 'COMPLETED';
  return isUnpaid(payment) || payment.status === 'cancelled' ? 'FAILED' : 'IN_PROGRESS';
}

function transactionOf(batchId: string, { requestId, payment }: Standing) {
  return {
    transactionId: requestId,
    batchId,
    status: wordOf(payment),
    statusDetail: payment.status,
    payeePartyId: functionalIdOf(partsOfPayment(payment.paymentId).personId),
    payeePartyIdType: 'payeeIdentity',
    amount: Number(formatAmount(payment.amountMinor, payment.currency)),
    currency: payment.currency,
    direction: 'OUTGOING',
    ...(payment.reason === '' ? {} : { errorInformation: payment.reason }),
  };
}

function statusOf(
  requestId: string,
  batchId: string,
  transfers: readonly Standing[],
  now: string,
): object {
  const currency = transfers[0]!.payment.currency;
  const of = (word?: Word): readonly Standing[] =>
    transfers.filter(({ payment }) => word === undefined || wordOf(payment) === word);
  const worth = (word?: Word): number =>
    Number(formatAmount(sum(of(word).map(({ payment }) => BigInt(payment.amountMinor))), currency));
  return {
    requestId,
    batchId,
    TotalTransactions: transfers.length,
    ongoing: of('IN_PROGRESS').length,
    failed: of('FAILED').length,
    completed: of('COMPLETED').length,
    totalAmount: worth(),
    completed_amount: worth('COMPLETED'),
    ongoing_amount: worth('IN_PROGRESS'),
    failed_amount: worth('FAILED'),
    result_file: '',
    resultGeneratedAt: now,
    note: 'Payments of released cycles; Sanad paid nothing because of this batch.',
  };
}
