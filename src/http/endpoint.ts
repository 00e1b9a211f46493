import { applyDecorators, Get, HttpCode, Post } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiExtension,
  ApiExtraModels,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { Role } from '../kernel/decider.js';
import { ProblemSchema, responseOf, type Schema, type SchemaOrReference } from './openapi.js';
import { ProgrammeWide, Roles } from './auth-guard.js';

/** Codes that an endpoint refuses with, by status. */
export type Refusals = Readonly<Record<number, readonly string[]>>;

interface EndpointOptions {
  /** Roles that may call it. */
  readonly roles: readonly Role[];
  /** One line for the API's description. */
  readonly summary: string;
  readonly errors?: Refusals;
  /** It concerns all regions at once: a role that is limited to some may not. */
  readonly programmeWide?: boolean;
}
interface CommandEndpointOptions extends EndpointOptions {
  /**
   * Every command says it: true where all regions are concerned, false where its decider asks for
   * the region of the one record that it is about.
   */
  readonly programmeWide: boolean;
  /**
   * What is in the answer besides the position: names of ids, which are strings, or schemas by
   * name.
   */
  readonly response?: readonly string[] | Readonly<Record<string, Schema>>;
  readonly status?: number;
  /** The body is a file of this type, not JSON. */
  readonly file?: { readonly type: string; readonly description: string };
}

const OF_COMMANDS: Refusals = {
  400: [
    'MALFORMED_JSON',
    'UNKNOWN_FIELD',
    'INVALID_FIELD',
    'INVALID_TEXT',
    'TOO_DEEP',
    'LIMIT_EXCEEDED',
    'INVALID_ID',
    'PERSONAL_DATA_IN_TEXT',
    'IDEMPOTENCY_KEY_REQUIRED',
    'IDEMPOTENCY_KEY_INVALID',
  ],
  401: ['TOKEN_MISSING', 'TOKEN_EXPIRED', 'TOKEN_INVALID'],
  403: ['ROLE_NOT_ALLOWED', 'REGION_NOT_ALLOWED'],
  409: ['IDEMPOTENCY_KEY_REUSED', 'CONCURRENT_CHANGE'],
  413: ['BODY_TOO_LARGE', 'LIMIT_EXCEEDED'],
  415: ['UNSUPPORTED_MEDIA_TYPE'],
  429: ['TOO_MANY_REQUESTS'],
  503: [
    'OVERLOADED',
    'OUTCOME_UNKNOWN',
    'CLOCK_BEHIND_LOG',
    'CLOCK_AHEAD_OF_LOG',
    'CHECKPOINT_NOT_IN_LOG',
  ],
  507: ['DISK_FULL'],
};
const OF_QUERIES: Refusals = {
  400: ['UNKNOWN_FIELD', 'INVALID_FIELD', 'INVALID_TEXT'],
  401: ['TOKEN_MISSING', 'TOKEN_EXPIRED', 'TOKEN_INVALID'],
  403: ['ROLE_NOT_ALLOWED', 'REGION_NOT_ALLOWED'],
  429: ['TOO_MANY_REQUESTS'],
  503: ['READ_MODEL_BEHIND', 'CHECKPOINT_NOT_IN_LOG'],
};

function responses(own: Refusals = {}, common: Refusals = {}): MethodDecorator[] {
  const statuses = [...new Set([...Object.keys(own), ...Object.keys(common)])]
    .map(Number)
    .sort((a, b) => a - b);
  return statuses.map((status) =>
    ApiResponse({
      status,
      description: [...new Set([...(own[status] ?? []), ...(common[status] ?? [])])].join(' · '),
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemSchema) } } },
    }),
  );
}

function propertiesOf(
  response: NonNullable<CommandEndpointOptions['response']>,
): Record<string, Schema> {
  if (!isNames(response)) return { ...response };
  return Object.fromEntries(response.map((name) => [name, { type: 'string' }]));
}
const isNames = (response: object): response is readonly string[] => Array.isArray(response);

/** What is told of who may give a command, and where. */
const permission = (
  roles: readonly Role[],
  programmeWide: boolean,
  summary: string,
): MethodDecorator[] => [
  ApiOperation({
    summary,
    description: `Roles: ${roles.join(', ')}. ${
      programmeWide
        ? 'Programme-wide: a token that is limited to regions is refused.'
        : 'Regional: a token that is limited to regions does it in these only.'
    }`,
  }),
  ApiExtension('x-programme-wide', programmeWide),
];

/**
 * An endpoint that takes a command: POST, a token, an idempotency key, and an answer with the log
 * position.
 */
export function CommandEndpoint(
  path: string,
  {
    roles,
    summary,
    errors,
    programmeWide,
    response = [],
    status = 200,
    file,
  }: CommandEndpointOptions,
): MethodDecorator {
  const properties: Record<string, Schema> = {
    ...propertiesOf(response),
    position: { type: 'integer', description: 'Log position; give it to a query as `after`.' },
  };
  return (target, key, descriptor) => {
    const body = file
      ? [
          ApiConsumes(file.type),
          ApiBody({ schema: { type: 'string', format: 'binary' }, description: file.description }),
        ]
      : [
          ApiBody({
            type: (
              Reflect.getMetadata('design:paramtypes', target, key) as (new () => object)[]
            )[0]!,
          }),
        ];
    applyDecorators(
      Post(path),
      HttpCode(status),
      Roles(...roles),
      ...(programmeWide ? [ProgrammeWide()] : []),
      ApiBearerAuth(),
      ApiExtraModels(ProblemSchema),
      ...body,
      ...permission(roles, programmeWide, summary),
      ApiHeader({
        name: 'Idempotency-Key',
        required: true,
        description:
          '1 to 128 visible characters of your making. The same key and body give the same answer, for ever.',
      }),
      ApiResponse({
        status,
        description: 'Done, durably.',
        headers: {
          'Sanad-Position': { schema: { type: 'integer' }, description: 'Log position.' },
        },
        content: {
          'application/json': {
            schema: { type: 'object', required: Object.keys(properties), properties },
          },
        },
      }),
      ...responses(errors, OF_COMMANDS),
    )(target, key as string, descriptor as TypedPropertyDescriptor<unknown>);
  };
}

/**
 * What a query's answer can be sent as. The first is what is sent where nothing else is asked for.
 */
type MediaType = 'application/json' | 'application/x-ndjson' | 'text/csv' | 'text/html';
/** A list: a page as JSON, or all of it as a stream of lines or a table. */
export const LIST_FORMATS = ['application/json', 'application/x-ndjson', 'text/csv'] as const;

interface QueryEndpointOptions extends EndpointOptions {
  /** Default JSON. */
  readonly sends?: readonly MediaType[];
}

/**
 * The content of a query's answer. A list that is also sent as lines has one of its items a line.
 */
function contentOf(
  sends: readonly MediaType[],
  schema: Schema,
): Record<string, { schema: SchemaOrReference }> {
  const line = schema.properties?.['items'];
  const item = line && 'items' in line && line.items ? line.items : schema;
  const schemaIn: Readonly<Record<MediaType, SchemaOrReference>> = {
    'application/json': schema,
    'application/x-ndjson': item,
    'text/csv': { type: 'string' },
    'text/html': { type: 'string' },
  };
  return Object.fromEntries(sends.map((type) => [type, { schema: schemaIn[type] }]));
}

function saysOf(sends: readonly MediaType[]): string {
  if (sends.length === 1) {
    return sends[0] === 'application/x-ndjson'
      ? 'NDJSON: each line is a JSON value of this schema.'
      : 'The answer.';
  }
  return sends.includes('application/x-ndjson')
    ? 'A page; as NDJSON (each line is a JSON value of the schema) or CSV, a stream of all rows.'
    : 'The answer, in the format asked for.';
}

/**
 * An endpoint that answers a question: GET, a token. Its answer's schema is made of the return
 * type of the method.
 */
export function QueryEndpoint(
  path: string,
  { roles, summary, errors, programmeWide, sends = ['application/json'] }: QueryEndpointOptions,
): MethodDecorator {
  return (target, key, descriptor) => {
    applyDecorators(
      Get(path),
      Roles(...roles),
      ...(programmeWide ? [ProgrammeWide()] : []),
      ApiBearerAuth(),
      ApiExtraModels(ProblemSchema),
      ApiOperation({ summary: summary, description: `Roles: ${roles.join(', ')}.` }),
      ApiQuery({
        type: (Reflect.getMetadata('design:paramtypes', target, key) as (new () => object)[])[0]!,
      }),
      ApiResponse({
        status: 200,
        description: saysOf(sends),
        content: contentOf(sends, responseOf(target.constructor.name, String(key))),
      }),
      ...responses(errors, OF_QUERIES),
    )(target, key as string, descriptor as TypedPropertyDescriptor<unknown>);
  };
}
