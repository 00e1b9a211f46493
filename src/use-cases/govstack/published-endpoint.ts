import { applyDecorators, Get, HttpCode, Post, Put } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiProperty,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { IsNumber, IsOptional, Min } from 'class-validator';
import type { GovstackCaller } from '../../adapters/payment-rail/govstack/port.js';
import { RailError } from '../../adapters/payment-rail/port.js';
import type { Role } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { LENGTHS } from '../../kernel/govstack.js';
import { actorOf, type Request } from '../../http/call.js';
import { GovstackErrorSchema } from '../../http/openapi.js';
import { ProgrammeWide, Roles } from '../../http/auth-guard.js';
import { InvalidRequest, validated } from '../../http/validate.js';

interface PublishedEndpoint {
  readonly by: readonly Role[];
  /** It concerns all regions at once: a role that is limited to some may not. */
  readonly everywhere?: boolean;
  readonly says: string;
  /** The published file that it is of. */
  readonly file: string;
  readonly status: number;
  readonly body?: new () => object;
  /** The body is a list of `body`. */
  readonly list?: boolean;
  readonly headers?: readonly Taken[];
  readonly query?: readonly Taken[];
  readonly answers: object;
  /** What a request that is not as published is answered with, where the file says so; 400. */
  readonly refuses?: object;
}
/** A header or a parameter as the published file has it. */
export interface Taken {
  readonly name: string;
  readonly max?: number;
  readonly optional?: boolean;
  readonly values?: readonly string[];
}

/** Where a caller wants the answer sent. */
export const CALLBACK: Taken = { name: 'X-Callback-URL', max: LENGTHS.callbackUrl };

/** A header or a parameter in OpenAPI's words. */
const documented = ({ name, max, optional, values }: Taken) => ({
  name,
  required: optional !== true,
  schema: {
    type: 'string' as const,
    ...(max === undefined ? {} : { maxLength: max }),
    ...(values ? { enum: [...values] } : {}),
  },
});

function takesBody({ body, list }: PublishedEndpoint): MethodDecorator[] {
  if (!body) return [];
  const one = { $ref: getSchemaPath(body) };
  return [ApiExtraModels(body), ApiBody({ schema: list ? { type: 'array', items: one } : one })];
}

/** What it answers as published, and the errors that every endpoint has. */
function answering({ status, answers, refuses }: PublishedEndpoint): MethodDecorator[] {
  const error: object = { $ref: getSchemaPath(GovstackErrorSchema) };
  const refused = (code: number, description: string, schema = error): MethodDecorator =>
    ApiResponse({ status: code, description, content: { 'application/json': { schema } } });
  return [
    ApiResponse({
      status,
      description: 'As published.',
      content: { 'application/json': { schema: answers } },
    }),
    refused(400, 'INVALID_FIELD · UNKNOWN_FIELD · MALFORMED_JSON', refuses),
    refused(401, 'TOKEN_MISSING · TOKEN_EXPIRED · TOKEN_INVALID'),
    refused(403, 'ROLE_NOT_ALLOWED · REGION_NOT_ALLOWED'),
    refused(413, 'BODY_TOO_LARGE · LIMIT_EXCEEDED'),
    refused(415, 'UNSUPPORTED_MEDIA_TYPE'),
    refused(429, 'TOO_MANY_REQUESTS'),
    refused(503, 'OVERLOADED · BLOCK_UNAVAILABLE'),
  ];
}

/**
 * An endpoint of the G2P Payments API, with paths, names and lengths as published. It asks for a
 * token and a role like every other, and takes no Idempotency-Key: the published ids of requests
 * are what tells a repetition.
 */
export function Published(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  endpoint: PublishedEndpoint,
): MethodDecorator {
  const { by, everywhere, says, file, status, headers = [], query = [] } = endpoint;
  return applyDecorators(
    { GET: Get, POST: Post, PUT: Put }[method](path),
    HttpCode(status),
    Roles(...by),
    ...(everywhere ? [ProgrammeWide()] : []),
    ApiBearerAuth(),
    ApiExtraModels(GovstackErrorSchema),
    ApiOperation({
      summary: says,
      description: `GovStack G2P Payments API, ${file}.yml. Roles: ${by.join(', ')}.`,
    }),
    ...takesBody(endpoint),
    ...headers.map((header) => ApiHeader(documented(header))),
    ...query.map((parameter) => ApiQuery(documented(parameter))),
    ...answering(endpoint),
  );
}

/** A JSON number that is not negative. What it is worth is read by the currency's parser. */
export const Figure =
  ({ optional = false }: { readonly optional?: boolean } = {}) =>
  (target: object, property: string): void => {
    if (optional) IsOptional()(target, property);
    IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be a number' })(
      target,
      property,
    );
    Min(0, { message: 'must not be negative' })(target, property);
    ApiProperty({ type: Number, minimum: 0, required: !optional })(target, property);
  };

/** @throws InvalidRequest */
export function bodyOf<T extends object>(type: new () => T, request: Request): T {
  requireNoNull(request.body, '');
  return validated(type, request.body ?? {});
}

/** Whose description says that it is null where the result is JSON. */
const MAY_BE_NULL = new Set(['result_file']);

/** No published field is nullable: what is optional is left out. @throws InvalidRequest */
function requireNoNull(value: unknown, place: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    const field = place === '' ? key : `${place}/${key}`;
    if (each !== null) requireNoNull(each, field);
    else if (!MAY_BE_NULL.has(key))
      throw new InvalidRequest([
        { field, code: 'INVALID_FIELD', detail: `${field} must not be null; leave it out.` },
      ]);
  }
}

/**
 * The headers and parameters of a request by name, held against what is published. @throws
 * InvalidRequest
 */
export function taken(
  request: Request,
  from: 'headers' | 'query',
  all: readonly Taken[],
): Readonly<Record<string, string>> {
  const given =
    from === 'headers' ? request.headers : (request.query as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    all.flatMap(({ name, max, optional, values }): [string, string][] => {
      const value = given[from === 'headers' ? name.toLowerCase() : name];
      const wrong = (detail: string): InvalidRequest =>
        new InvalidRequest([{ field: name, code: 'INVALID_FIELD', detail: `${name} ${detail}.` }]);
      if (value === undefined || value === '') {
        if (optional) return [];
        throw wrong('is missing');
      }
      if (typeof value !== 'string') throw wrong('must be there once');
      if (max !== undefined && value.length > max)
        throw wrong(`must have at most ${max} characters`);
      if (values && !values.includes(value)) throw wrong(`must be ${values.join(' or ')}`);
      return [[name, value]];
    }),
  );
}

/** Who asks, as work in the background knows them. */
export const askedBy = (
  request: Request,
): { readonly actor: ReturnType<typeof actorOf>; readonly correlationId: string } => ({
  actor: actorOf(request),
  correlationId: request.id,
});

/** A failure of the block's, as whoever called is told: to come again. */
export function unavailable(error: unknown): never {
  if (error instanceof RailError)
    throw new DomainError(
      'BLOCK_UNAVAILABLE',
      `${error.detail} Send the same request again.`,
      'unavailable',
    );
  throw error;
}

/**
 * Where the caller wants its answer; undefined where it names no address. @throws DomainError
 * CALLBACK_NOT_ALLOWED
 */
export function callbackOf(caller: GovstackCaller, url: string | undefined): string | undefined {
  if (url !== undefined && !caller.allows(url))
    throw new DomainError(
      'CALLBACK_NOT_ALLOWED',
      'X-Callback-URL is not an address that may be called back from here.',
      'invalid',
      'X-Callback-URL',
    );
  return url;
}

/**
 * A body that is a list, under the name that its class gives it; fields at fault are named as the
 * caller sent them. @throws InvalidRequest
 */
export function listOf<T extends object>(type: new () => T, name: string, request: Request): T {
  if (!Array.isArray(request.body))
    throw new InvalidRequest([
      { field: '', code: 'INVALID_FIELD', detail: 'The body must be a list.' },
    ]);
  requireNoNull(request.body, '');
  try {
    return validated(type, { [name]: request.body });
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    throw new InvalidRequest(
      error.errors.map(({ field, code, detail }) => ({
        field: field.slice(name.length + 1),
        code,
        detail: detail.replace(`${name}/`, ''),
      })),
    );
  }
}
