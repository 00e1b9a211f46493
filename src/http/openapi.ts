import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiProperty, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

import generated from './responses.generated.json' with { type: 'json' };
import { LENGTHS } from '../kernel/govstack.js';

export type SchemaOrReference = NonNullable<
  NonNullable<OpenAPIObject['components']>['schemas']
>[string];
/** A JSON Schema as OpenAPI 3.1 has them. */
export type Schema = Exclude<SchemaOrReference, { readonly $ref: string }>;
const RESPONSES = generated as {
  readonly operations: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
};

/**
 * The schema of what a query is answered with; `npm run generate` makes it of the method's return
 * type.
 */
export function responseOf(controller: string, method: string): Schema {
  const schema = RESPONSES.operations[`${controller}.${method}`];
  if (!schema)
    throw new Error(`${controller}.${method} has no response schema: run \`npm run generate\``);
  return schema;
}

class ProblemError {
  @ApiProperty({
    type: String,
    description: 'Place in the request: a JSON pointer without the leading slash.',
  })
  field!: string;
  @ApiProperty({ type: String }) code!: string;
  @ApiProperty({ type: String }) detail!: string;
}

/** RFC 9457 problem details, as every refusal and failure is sent. */
export class ProblemSchema {
  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Address of a page that says what the code means and what to do.',
  })
  type!: string;
  @ApiProperty({ type: String }) title!: string;
  @ApiProperty({ type: 'integer' }) status!: number;
  @ApiProperty({ type: String, description: 'Stable, in capitals: what programs compare.' })
  code!: string;
  @ApiProperty({ type: String }) detail!: string;
  @ApiProperty({ type: String, required: false, description: 'The place in the request at fault.' })
  field?: string;
  @ApiProperty({ type: [ProblemError], required: false }) errors?: ProblemError[];
  @ApiProperty({ type: String }) correlationId!: string;
}

/**
 * The same as GovStack's published files spell an error, for who uses Sanad as a payments block.
 */
export class GovstackErrorSchema extends ProblemSchema {
  @ApiProperty({ type: String, maxLength: 2 }) responseCode!: string;
  @ApiProperty({ type: String, maxLength: LENGTHS.responseDescription })
  responseDescription!: string;
}

/**
 * Parts of the path are read by our own decorators, which the description does not see; and what
 * asks for no token says so.
 */
function withPathParameters(document: OpenAPIObject): OpenAPIObject {
  for (const [path, methods] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]!);
    for (const operation of [methods.get, methods.post, methods.put]) {
      if (!operation) continue;
      operation.security ??= [];
      operation.parameters = [
        ...names.map((name) => ({
          name,
          in: 'path' as const,
          required: true,
          schema: { type: 'string' },
        })),
        ...(operation.parameters ?? []),
      ];
    }
  }
  return document;
}

/** Schemas that the answers of queries refer to, beside those that Nest finds in classes. */
function withResponseSchemas(document: OpenAPIObject): OpenAPIObject {
  const schemas = { ...document.components?.schemas };
  for (const [name, schema] of Object.entries(RESPONSES.schemas)) {
    if (Object.hasOwn(schemas, name)) throw new Error(`two schemas are called ${name}`);
    schemas[name] = schema;
  }
  return { ...document, components: { ...document.components, schemas } };
}

/** Says where the pages of problems are, which is a setting of this installation. */
function withProblemAddress(document: OpenAPIObject, baseUri: string): OpenAPIObject {
  const problem = document.components?.schemas?.[ProblemSchema.name];
  const type = problem && 'properties' in problem ? problem.properties?.['type'] : undefined;
  if (!type) throw new Error('no schema of problems is described');
  Object.assign(type, { examples: [`${baseUri}/problems/not-found`] });
  return document;
}

/** Serves the API's description at /openapi.json and, for people, at /docs, to which / leads. */
export function describeApi(app: NestFastifyApplication, baseUri: string): void {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Sanad')
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'The installation that serves this description.')
    .setDescription(
      'Takes applications for aid, decides them under versioned rules by several people, pays each household once a cycle, and proves it.\n\nAmounts are decimal strings in major units. Commands need an Idempotency-Key and answer with a log position; give it to a query as `after` to read your own writes.',
    )
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'A token of the trusted OIDC issuer, with the claims sub, role and, where it is limited, regions.',
    })
    .build();
  SwaggerModule.setup(
    'docs',
    app,
    () =>
      withProblemAddress(
        withResponseSchemas(
          withPathParameters(
            SwaggerModule.createDocument(app, config, {
              operationIdFactory: (controller, method) =>
                `${controller.replace(/Http$/, '')}_${method}`,
            }),
          ),
        ),
        baseUri,
      ),
    { jsonDocumentUrl: 'openapi.json' },
  );
  app
    .getHttpAdapter()
    .getInstance()
    .get('/', (_request, reply) => reply.redirect('/docs', 302));
}
