import { Controller, Inject, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GOVSTACK_BLOCK, type GovstackBlock } from '../../adapters/payment-rail/govstack/port.js';
import { dayOf } from './block-answer.rule.js';
import { takeInBatchStatus } from './outcomes.js';
import { takeInValidation } from './validation.js';
import { DomainError } from '../../kernel/errors.js';
import { LENGTHS, MODALITIES, RESPONSE } from '../../kernel/govstack.js';
import type { Request } from '../../http/call.js';
import { ListOf, OneOf, Pattern, Text, Whole } from '../../http/fields.js';
import { DEPS, type CommandPlanDeps } from '../../http/command-handlers.js';
import { LOG, type Log } from '../../runtime/log.js';
import { isObject } from '../../http/validate.js';
import {
  askedBy,
  bodyOf,
  Figure,
  Published,
  taken,
  unavailable,
  type Taken,
} from './published-endpoint.js';

const MAX = 10_000;
const INSTANT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$/;

export class BatchStatusBody {
  @Text({ max: LENGTHS.correlationId }) requestId!: string;
  @Text({ max: LENGTHS.batchId }) batchId!: string;
  @Figure() TotalTransactions!: number;
  @Figure({ optional: true }) ongoing?: number;
  @Figure() failed!: number;
  @Figure() completed!: number;
  @Figure() totalAmount!: number;
  @Figure() completed_amount!: number;
  @Figure() ongoing_amount!: number;
  @Figure() failed_amount!: number;
  @Text({ min: 0, max: 1_000, optional: true, nullable: true, description: 'Null for JSON.' })
  result_file?: string | null;
  @Pattern(INSTANT, 'an instant') resultGeneratedAt!: string;
  @Text({ min: 0, max: LENGTHS.note }) note!: string;
}
class FailedLookup {
  @Text({ max: LENGTHS.instructionId }) instructionID!: string;
  @Text({ min: 0, max: LENGTHS.failureReason, optional: true }) failureReason?: string;
}
export class ValidationResultBody {
  @Text({ max: LENGTHS.correlationId }) clientCorrelationId!: string;
  @Text({ max: LENGTHS.batchId }) batchId!: string;
  @Whole(0, MAX) numberOfFailedCases!: number;
  @ListOf(() => FailedLookup, MAX, { optional: true, min: 0 })
  failedAccountLookups?: FailedLookup[];
}
class FailedBeneficiary {
  @Text({ max: LENGTHS.payeeIdentity, optional: true }) payeeIdentity?: string;
  @Text({ max: LENGTHS.payeeIdentity, optional: true }) payeeFunctionalID?: string;
  @Text({ max: LENGTHS.dfspId, optional: true }) bankingInstitutionCode?: string;
  @OneOf(MODALITIES) paymentModality!: string;
  @Text({ min: 0, max: LENGTHS.failureReason, optional: true }) failureReason?: string;
}
export class OnboardingResultBody {
  @Text({ max: LENGTHS.correlationId }) requestID!: string;
  @Text({ max: LENGTHS.correlationId }) registerRequestID!: string;
  @Whole(0, MAX) numberFailedCases!: number;
  @ListOf(() => FailedBeneficiary, MAX, { optional: true, min: 0 })
  failedCases?: FailedBeneficiary[];
}

const BY = { by: ['payment-system'], everywhere: true } as const;
const QUERY: readonly Taken[] = [
  { name: 'batchId', max: LENGTHS.batchId },
  { name: 'X-CorrelationID', max: LENGTHS.correlationId },
];
const CALLBACK: readonly Taken[] = [{ name: 'X-Callback-URL', optional: true }];
const MESSAGE = { type: 'object', properties: { message: { type: 'string' } } };
const RECEIVED = {
  type: 'object',
  properties: {
    responseCode: { type: 'string', maxLength: 2 },
    responseDescription: { type: 'string', maxLength: LENGTHS.responseDescription },
    requestID: { type: 'string', maxLength: LENGTHS.correlationId },
  },
};

/**
 * Callbacks of the payments block that Sanad pays through. All are taken in before they are
 * answered, and bear coming again.
 */
@ApiTags('govstack')
@Controller('govstack')
export class GovstackCallbackHttp {
  constructor(
    @Inject(DEPS) private readonly deps: CommandPlanDeps,
    @Inject(GOVSTACK_BLOCK) private readonly block: GovstackBlock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Published('POST', 'api/v1/batch', {
    ...BY,
    says: 'Say how a batch stands that Sanad sent; the outcomes of its transfers are taken in',
    file: 'BulkPaymentStatusUpdate',
    status: 200,
    body: BatchStatusBody,
    query: QUERY,
    headers: CALLBACK,
    answers: MESSAGE,
  })
  async status(@Req() request: Request): Promise<unknown> {
    const { batchId, 'X-CorrelationID': correlationId } = taken(request, 'query', QUERY);
    return this.#status(request, correlationId!, batchId);
  }

  /** The address that Sanad gives as X-Callback-URL: which callback it is shows in its fields. */
  @Published('POST', 'callback', {
    ...BY,
    says: "Any callback of the block: a batch's status, the result of validating accounts, of registering or of updating beneficiaries",
    file: 'BulkPaymentStatusUpdate, BulkValidateAccountResponse, RegisterBeneficiaryResponse, UpdateBeneficiaryResponse',
    status: 200,
    // A batch's status is answered as the endpoint of its own answers it.
    answers: { anyOf: [MESSAGE, RECEIVED] },
  })
  async callback(@Req() request: Request): Promise<unknown> {
    const body = request.body;
    if (isObject(body) && 'TotalTransactions' in body) {
      const { 'X-CorrelationID': correlationId } = taken(request, 'query', [
        { ...QUERY[1]!, optional: true },
      ]);
      return this.#status(request, correlationId ?? bodyOf(BatchStatusBody, request).requestId);
    }
    if (isObject(body) && 'clientCorrelationId' in body) return this.#validation(request);
    if (isObject(body) && 'registerRequestID' in body) return this.#onboarding(request);
    throw new DomainError(
      'CALLBACK_UNKNOWN',
      'The body is none of the callbacks that a block sends.',
      'invalid',
    );
  }

  async #status(request: Request, correlationId: string, batchId?: string): Promise<unknown> {
    const body = bodyOf(BatchStatusBody, request);
    if (batchId !== undefined && body.batchId !== batchId)
      throw new DomainError(
        'BATCH_DIFFERS',
        'batchId of the body is not that of the address.',
        'invalid',
        'batchId',
      );
    if (dayOf(body.resultGeneratedAt).settledOn === undefined)
      throw new DomainError(
        'INVALID_DATE',
        'resultGeneratedAt is on a day that there is not.',
        'invalid',
        'resultGeneratedAt',
      );
    const result = await takeInBatchStatus(
      this.deps,
      this.block,
      {
        correlationId,
        batchId: body.batchId,
        total: body.TotalTransactions,
        completed: body.completed,
        failed: body.failed,
        ongoing: body.ongoing ?? body.TotalTransactions - body.completed - body.failed,
        totalAmount: String(body.totalAmount),
        completedAmount: String(body.completed_amount),
        ongoingAmount: String(body.ongoing_amount),
        failedAmount: String(body.failed_amount),
        generatedAt: body.resultGeneratedAt,
      },
      askedBy(request),
    ).catch(unavailable);
    const { applied, unchanged, breaks, refused, unanswered, waiting } = result;
    this.log.info(
      { correlationId: request.id, batch: correlationId, ...result },
      'batch status taken in',
    );
    return {
      message: `${applied} applied, ${unchanged} unchanged, ${breaks} contradictory, ${refused} refused, ${unanswered} without an outcome, ${waiting} for a person.`,
    };
  }

  async #validation(request: Request): Promise<unknown> {
    const {
      batchId,
      numberOfFailedCases,
      failedAccountLookups = [],
      clientCorrelationId,
    } = bodyOf(ValidationResultBody, request);
    countsAgree('numberOfFailedCases', numberOfFailedCases, failedAccountLookups.length);
    const result = await takeInValidation(
      this.deps,
      this.block,
      { batchId, failed: failedAccountLookups.map(({ instructionID }) => instructionID) },
      askedBy(request),
    ).catch(unavailable);
    this.log.info(
      { correlationId: request.id, batch: batchId, ...result },
      'validation of accounts taken in',
    );
    return received(clientCorrelationId);
  }

  /**
   * Nothing follows from it: a payee that the block does not know is one whose payment it will
   * reject, with a reason.
   */
  #onboarding(request: Request): unknown {
    const {
      requestID,
      registerRequestID,
      numberFailedCases,
      failedCases = [],
    } = bodyOf(OnboardingResultBody, request);
    countsAgree('numberFailedCases', numberFailedCases, failedCases.length);
    this.log.info(
      { correlationId: request.id, request: registerRequestID, failed: numberFailedCases },
      'result of registering beneficiaries',
    );
    return received(requestID);
  }
}

function countsAgree(field: string, said: number, listed: number): void {
  if (said !== listed)
    throw new DomainError(
      'INVALID_FIELD',
      `${field} is ${said}; ${listed} are listed.`,
      'invalid',
      field,
    );
}
const received = (requestID: string): object => ({
  responseCode: RESPONSE.received,
  responseDescription: 'Received.',
  requestID,
});
