import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { CloudEvent, Kafka, type CloudEventV1, type KafkaMessage } from 'cloudevents';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A message as a consumer reads it, with texts. */
export interface TextMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

// cloudevents/formats/cloudevents.json of https://github.com/cloudevents/spec, v1.0.2, Apache-2.0.
const official = JSON.parse(
  readFileSync(join(process.cwd(), 'test/support/cloudevents.schema.json'), 'utf8'),
);
const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
const fits = ajv.compile(official);

/** What the official JSON schema of CloudEvents says against an event; nothing where it fits. */
export const schemaProblems = (event: unknown): string =>
  fits(event) ? '' : ajv.errorsText(fits.errors);

/** An event in JSON, through the SDK in strict mode. @throws ValidationError */
export function strict(attributes: Readonly<Record<string, unknown>>): CloudEvent<unknown> {
  const event = new CloudEvent<unknown>({ ...attributes } as Partial<CloudEventV1<unknown>>, true);
  event.validate();
  return event;
}

/** A message through the SDK's binding of Kafka, held strictly. @throws ValidationError */
export function readThroughSdk({ key, value, headers }: TextMessage): CloudEvent<unknown> {
  const message: KafkaMessage = { key, value, headers: { ...headers }, body: value };
  const read = Kafka.toEvent(message);
  if (Array.isArray(read)) throw new Error('one message is one event');
  return strict((read as CloudEvent<unknown>).toJSON());
}
