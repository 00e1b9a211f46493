import { HttpException } from '@nestjs/common';
import { ContractError } from '../../events/registry.js';
import { ArchiveError } from '../adapters/message-archive/port.js';
import { StoreError, DomainError, type RefusalKind } from '../kernel/errors.js';
import { wordsWithoutPersonal } from '../kernel/personal-text.js';
import { ReadStoreError } from '../adapters/read-store/port.js';
import { VaultError } from '../adapters/vault/port.js';
import { slugOf } from './problem-pages.js';
import { InvalidRequest, type FieldError } from './validate.js';

/**
 * What every refusal and failure looks like: RFC 9457, with a stable code. Carries no personal
 * data.
 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly errors?: readonly FieldError[];
  readonly correlationId: string;
}
export const PROBLEM_JSON = 'application/problem+json; charset=utf-8';

const STATUS_OF_KIND: Readonly<Record<RefusalKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  rule: 422,
  'too-many': 429,
  unavailable: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'A valid token is needed',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'The request did not come in time',
  409: 'In conflict with what is recorded',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'The content type is not supported',
  422: 'A rule refuses it',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'Something failed here',
  503: 'Not available now',
  507: 'No room to store it',
};

const MEDIA_TYPES = "Send application/json; a bank's file as application/xml to /bank/messages.";

/** Fastify's own refusals, by its code. */
const FASTIFY: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'BODY_TOO_LARGE', 'The body is larger than this server takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'UNSUPPORTED_MEDIA_TYPE', MEDIA_TYPES],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'INVALID_CONTENT_LENGTH',
    'The body is not as long as its Content-Length says.',
  ],
  FST_ERR_BAD_URL: [400, 'MALFORMED_URL', 'The address is not a valid URL.'],
  FST_ERR_MAX_PARAM_LENGTH: [414, 'PATH_TOO_LONG', 'A part of the address is too long.'],
};
const HTTP: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['INVALID_REQUEST', 'The request cannot be read.'],
  401: ['TOKEN_MISSING', 'Send Authorization: Bearer <token>.'],
  403: ['FORBIDDEN', 'You may not do this.'],
  404: ['NOT_FOUND', 'There is nothing at this address.'],
  405: ['METHOD_NOT_ALLOWED', 'This address takes other methods; see Allow.'],
  408: ['REQUEST_TIMEOUT', 'The request did not come whole in the time that one may take.'],
  413: ['BODY_TOO_LARGE', 'The body is larger than this server takes.'],
  414: ['PATH_TOO_LONG', 'A part of the address is too long.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', MEDIA_TYPES],
  429: ['TOO_MANY_REQUESTS', 'Slow down; see Retry-After.'],
  431: ['HEADERS_TOO_LARGE', 'The headers are larger than this server takes.'],
  503: ['UNAVAILABLE', 'The server is not ready; try again.'],
};

interface Mapped {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field?: string;
  readonly errors?: readonly FieldError[];
}

/**
 * The one place that gives errors a status. What it does not know is a fault of ours: 500, and no
 * word of it leaves.
 */
function mapped(error: unknown): Mapped {
  if (error instanceof DomainError) {
    return {
      status: STATUS_OF_KIND[error.kind],
      code: error.code,
      detail: error.detail,
      ...(error.field ? { field: fieldOf(error.field) } : {}),
      ...(error instanceof InvalidRequest ? { errors: error.errors } : {}),
    };
  }
  if (error instanceof StoreError) return ofStore(error);
  if (error instanceof VaultError) return ofVault(error);
  if (error instanceof ReadStoreError && error.code === 'READ_STORE_AWAY')
    return { status: 503, code: error.code, detail: error.detail };
  if (error instanceof ArchiveError)
    return {
      status: statusOfArchive(error),
      code: error.code,
      detail: error.detail,
    };
  if (error instanceof ContractError) {
    // The request passed its own checks, and still would make an event that the contract does not
    // allow: say which field.
    return error.code === 'EVENT_INVALID'
      ? {
          status: 400,
          code: 'INVALID_FIELD',
          detail: `${error.field} does not fit the contract of ${error.type}.`,
          field: error.field,
        }
      : {
          status: 500,
          code: 'CONTRACT_BROKEN',
          detail: 'The log holds an event that this version does not know.',
        };
  }
  const foreign = error as { readonly code?: unknown; readonly statusCode?: unknown };
  if (typeof foreign.code === 'string' && Object.hasOwn(FASTIFY, foreign.code)) {
    const [status, code, detail] = FASTIFY[foreign.code]!;
    return { status, code, detail };
  }
  const foreignStatus = typeof foreign.statusCode === 'number' ? foreign.statusCode : 500;
  const status = error instanceof HttpException ? error.getStatus() : foreignStatus;
  const known = HTTP[status];
  if (known) return { status, code: known[0], detail: known[1] };
  return status >= 400 && status < 500
    ? { status, code: 'INVALID_REQUEST', detail: 'The request cannot be read.' }
    : {
        status: 500,
        code: 'INTERNAL_ERROR',
        detail: 'Something failed here; the log of the server says more under the correlation id.',
      };
}

/**
 * Deciders name minor units ("amountMinor"); the request's field has the amount in major units
 * under the same name ("amount").
 */
const fieldOf = (field: string): string =>
  field.includes('/') ? field : field.replace(/Minor$/, '');

function ofStore({ code, detail }: StoreError): Mapped {
  switch (code) {
    case 'LIMIT_EXCEEDED':
      return { status: 413, code, detail };
    case 'DISK_FULL':
      return { status: 507, code, detail };
    case 'CLOCK_BEHIND_LOG':
    case 'CLOCK_AHEAD_OF_LOG':
    case 'OVERLOADED':
    case 'STORE_CLOSED':
    case 'OUTCOME_UNKNOWN':
      return { status: 503, code, detail };
    case 'LOG_CORRUPT':
    case 'LOG_NEWER_VERSION':
    case 'DATA_FOLDER_HELD':
    case 'DATA_FOLDER_MISSING':
    case 'DATA_FOLDER_PRODUCTION':
    case 'STORE_FAILED':
      return { status: 500, code, detail };
  }
}

function ofVault({ code, detail }: VaultError): Mapped {
  switch (code) {
    case 'RECORD_DIFFERS':
      return { status: 409, code, detail };
    case 'PERSON_ERASED':
      return { status: 422, code, detail };
    case 'DISK_FULL':
      return { status: 507, code, detail };
    case 'VAULT_AWAY':
      return { status: 503, code, detail };
    default:
      return { status: 500, code, detail };
  }
}

/**
 * A refusal is kept for ever as the answer to its command, and may quote a name that the caller
 * gave to something: no number of anybody leaves with it.
 * @param baseUri begins the address of the code's page; has no slash at its end
 */
export function problemOf(error: unknown, correlationId: string, baseUri: string): Problem {
  const { status, code, detail: said, field: named, errors: all } = mapped(error);
  const detail = wordsWithoutPersonal(said);
  const field = named === undefined ? undefined : wordsWithoutPersonal(named);
  const errors = all?.map((one) => ({
    ...one,
    field: wordsWithoutPersonal(one.field),
    detail: wordsWithoutPersonal(one.detail),
  }));
  return {
    type: `${baseUri}/problems/${slugOf(code)}`,
    title: TITLES[status] ?? 'The request failed',
    status,
    code,
    detail,
    ...(field === undefined ? {} : { field }),
    ...(errors && errors.length > 0 ? { errors } : {}),
    correlationId,
  };
}

function statusOfArchive({ code }: ArchiveError): number {
  if (code === 'FILE_TOO_LARGE') return 413;
  return code === 'DISK_FULL' ? 507 : 500;
}
