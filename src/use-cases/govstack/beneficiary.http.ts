import { Controller, Inject, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { GOVSTACK_CALLER, type GovstackCaller } from '../../adapters/payment-rail/govstack/port.js';
import { addressesOf, setAccounts, type BeneficiariesTaken } from './beneficiaries.js';
import { DomainError } from '../../kernel/errors.js';
import { LENGTHS, MODALITIES, personIdOf, RESPONSE, type Modality } from '../../kernel/govstack.js';
import { withoutPersonal } from '../../kernel/personal-text.js';
import { noteReadings } from '../../http/personal-data.js';
import { actorOf, type Request } from '../../http/call.js';
import { ListOf, ListOfText, OneOf, Text } from '../../http/fields.js';
import { DEPS, type CommandPlanDeps } from '../../http/command-handlers.js';
import { QUERY_DEPS, type QueryDeps } from '../../http/query-handlers.js';
import { isObject } from '../../http/validate.js';
import {
  askedBy,
  bodyOf,
  CALLBACK,
  callbackOf,
  Published,
  taken,
  type Taken,
} from './published-endpoint.js';

/** Of one request; what is more is to be sent in several. */
const MAX = 1_000;

class RegisteredBeneficiary {
  @Text({ max: LENGTHS.payeeIdentity }) payeeIdentity!: string;
  @OneOf(MODALITIES) PaymentModality!: Modality;
  @Text({ max: LENGTHS.financialAddress }) FinancialAddress!: string;
}
export class RegisterBeneficiaryBody {
  @Text({ max: LENGTHS.correlationId }) RequestID!: string;
  @ListOf(() => RegisteredBeneficiary, MAX) Beneficiaries!: RegisteredBeneficiary[];
}
class UpdatedBeneficiary {
  @Text({ max: LENGTHS.payeeIdentity }) payeeIdentity!: string;
  @Text({ max: LENGTHS.dfspId, optional: true }) bankingInstitutionCode?: string;
  @OneOf(MODALITIES, { optional: true }) paymentModality?: Modality;
  @Text({ max: LENGTHS.financialAddress, optional: true }) financialAddress?: string;
  @OneOf(['0', '1'], { optional: true }) status?: '0' | '1';
}
export class UpdateBeneficiaryBody {
  @Text({ max: LENGTHS.correlationId }) requestID!: string;
  @Text({ max: LENGTHS.institutionId }) sourceBBID!: string;
  @ListOf(() => UpdatedBeneficiary, MAX) beneficiaries!: UpdatedBeneficiary[];
}
export class AccountsLookupBody {
  @Text({ max: LENGTHS.correlationId }) requestId!: string;
  @ListOfText(MAX, { each: /^.{1,20}$/, what: 'at most 20 characters each' })
  payeePartyIds!: string[];
}

const text = (maxLength: number): object => ({ type: 'string', maxLength });
const ANSWER = {
  type: 'object',
  properties: {
    responseCode: text(2),
    responseDescription: text(LENGTHS.responseDescription),
    requestID: text(LENGTHS.correlationId),
  },
};
/** As RegisterBeneficiaryResponse spells it where it refuses. */
const REFUSED = {
  type: 'object',
  required: ['ResponseCode', 'ResponseDescription'],
  properties: {
    ResponseCode: text(2),
    ResponseDescription: text(LENGTHS.responseDescription),
    RequestID: text(LENGTHS.correlationId),
  },
};
const FOUND = {
  type: 'object',
  properties: {
    requestId: { type: 'string' },
    paymentModalityList: {
      type: 'array',
      items: {
        type: 'object',
        properties: Object.fromEntries(
          ['payeeIdentity', 'paymentModality', 'financialAddress', 'bankingInstitutionCode'].map(
            (name) => [name, { type: 'string' }],
          ),
        ),
      },
    },
  },
};
const REGISTER: readonly Taken[] = [
  CALLBACK,
  { name: 'X-Registering-Institution-ID', max: LENGTHS.institutionId },
];
const UPDATE: readonly Taken[] = [{ ...CALLBACK, optional: true }];
const LOOKUP: readonly Taken[] = [
  { name: 'X-Callback_URL', max: 20 },
  { name: 'registeringInstitutionId', max: 20 },
];
const ONE: readonly Taken[] = [
  { name: 'payeeIdentity', max: LENGTHS.payeeIdentity },
  { name: 'requestId', max: LENGTHS.correlationId },
];
const REGISTRARS = ['intake', 'case-officer'] as const;
const READERS = ['intake', 'case-officer', 'supervisor'] as const;

/** Beneficiaries and their accounts, for whom Sanad is the account mapper of a payments block. */
@ApiTags('govstack')
@Controller('govstack')
export class GovstackBeneficiaryHttp {
  constructor(
    @Inject(DEPS) private readonly deps: CommandPlanDeps,
    @Inject(QUERY_DEPS) private readonly reading: QueryDeps,
    @Inject(GOVSTACK_CALLER) private readonly caller: GovstackCaller,
  ) {}

  @Published('POST', 'identityAccountMapper/beneficiary', {
    by: REGISTRARS,
    says: 'Register accounts of persons who are known here and have none',
    file: 'RegisterBeneficiaryRequest',
    status: 200,
    body: RegisterBeneficiaryBody,
    headers: REGISTER,
    answers: ANSWER,
    refuses: REFUSED,
  })
  async register(
    @Req() request: Request,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const given = isObject(request.body) ? request.body['RequestID'] : undefined;
    let body: RegisterBeneficiaryBody;
    let url: string;
    try {
      url = callbackOf(this.caller, taken(request, 'headers', REGISTER)[CALLBACK.name])!;
      body = bodyOf(RegisterBeneficiaryBody, request);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      void reply.code(400);
      return {
        ResponseCode: RESPONSE.refused,
        ResponseDescription: error.detail.slice(0, LENGTHS.responseDescription),
        ...(typeof given === 'string' ? { RequestID: given.slice(0, LENGTHS.correlationId) } : {}),
      };
    }
    const beneficiaries = body.Beneficiaries.map(
      ({ payeeIdentity, PaymentModality, FinancialAddress }) => ({
        payeeIdentity,
        modality: PaymentModality,
        address: FinancialAddress,
      }),
    );
    return this.#set(request, 'register', body.RequestID, beneficiaries, url);
  }

  @Published('PUT', 'identityAccountMapper/beneficiary', {
    by: REGISTRARS,
    says: 'Change accounts of persons who are known here',
    file: 'UpdateBeneficiaryRequest',
    status: 200,
    body: UpdateBeneficiaryBody,
    headers: UPDATE,
    answers: ANSWER,
  })
  update(@Req() request: Request): Promise<unknown> {
    const url = callbackOf(this.caller, taken(request, 'headers', UPDATE)[CALLBACK.name]);
    const body = bodyOf(UpdateBeneficiaryBody, request);
    const beneficiaries = body.beneficiaries.map(
      ({ payeeIdentity, paymentModality, financialAddress, status }) => ({
        payeeIdentity,
        modality: paymentModality,
        address: financialAddress,
        status,
      }),
    );
    return this.#set(request, 'update', body.requestID, beneficiaries, url);
  }

  @Published('GET', 'beneficiary', {
    by: READERS,
    says: "A beneficiary's account; who reads it is noted",
    file: 'AccountLookup',
    status: 200,
    headers: LOOKUP,
    query: ONE,
    answers: FOUND,
  })
  lookup(@Req() request: Request): Promise<unknown> {
    taken(request, 'headers', LOOKUP);
    const { payeeIdentity, requestId } = taken(request, 'query', ONE);
    return this.#look(request, requestId!, [payeeIdentity!]);
  }

  @Published('PUT', 'beneficiary', {
    by: READERS,
    says: 'Accounts of several beneficiaries; who reads them is noted',
    file: 'BulkAccountLookup',
    status: 200,
    headers: LOOKUP,
    body: AccountsLookupBody,
    answers: FOUND,
  })
  lookupAll(@Req() request: Request): Promise<unknown> {
    taken(request, 'headers', LOOKUP);
    const { requestId, payeePartyIds } = bodyOf(AccountsLookupBody, request);
    return this.#look(request, requestId, payeePartyIds);
  }

  async #set(
    request: Request,
    how: 'register' | 'update',
    requestId: string,
    beneficiaries: Parameters<typeof setAccounts>[3],
    url: string | undefined,
  ): Promise<unknown> {
    const result = await setAccounts(this.deps, how, requestId, beneficiaries, askedBy(request));
    if (url !== undefined)
      await this.caller.owe({
        what: `the result of ${how === 'register' ? 'RegisterBeneficiary' : 'UpdateBeneficiary'}`,
        url,
        query: {},
        answer: { body: resultOf(how, requestId, beneficiaries, result) },
      });
    const { changed, unchanged, failed } = result;
    const allFailed = failed.length === beneficiaries.length;
    return {
      responseCode: allFailed ? RESPONSE.refused : RESPONSE.received,
      requestID: requestId,
      responseDescription:
        `${changed} set, ${unchanged} as they were, ${failed.length} refused${failed[0] ? `; the first, number ${failed[0].index + 1}: ${failed[0].reason}` : '.'}`.slice(
          0,
          LENGTHS.responseDescription,
        ),
    };
  }

  async #look(request: Request, requestId: string, payees: readonly string[]): Promise<unknown> {
    const { regions } = actorOf(request);
    const found = await addressesOf(this.reading, payees, {
      regions,
      note: (persons) => noteReadings(this.reading, askedBy(request), 'payee accounts', persons),
    });
    return {
      requestId,
      paymentModalityList: found.map(({ payeeIdentity, modality, address }) => ({
        payeeIdentity,
        paymentModality: modality,
        financialAddress: address,
      })),
    };
  }
}

/**
 * As it is kept until it is called back: a national identity in place of a functional id is not.
 */
const keptIdentity = (payeeIdentity: string): string =>
  personIdOf(payeeIdentity) === undefined ? withoutPersonal(payeeIdentity) : payeeIdentity;

/**
 * As RegisterBeneficiaryResponse and UpdateBeneficiaryResponse publish it: they name the payee
 * differently.
 */
function resultOf(
  how: 'register' | 'update',
  requestId: string,
  beneficiaries: Parameters<typeof setAccounts>[3],
  { failed }: BeneficiariesTaken,
): object {
  return {
    requestID: requestId,
    registerRequestID: requestId,
    numberFailedCases: failed.length,
    failedCases: failed.map(({ index, code, reason }) => ({
      [how === 'register' ? 'payeeIdentity' : 'payeeFunctionalID']: keptIdentity(
        beneficiaries[index]!.payeeIdentity,
      ),
      paymentModality: beneficiaries[index]!.modality ?? '00',
      failureReason: `${code}: ${reason}`.slice(0, LENGTHS.failureReason),
    })),
  };
}
